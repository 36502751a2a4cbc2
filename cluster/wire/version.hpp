// The version of this program, as it says it to clients and in metrics. It is written in one place, the
// project's line in CMakeLists.txt.
#pragma once

namespace orderd::cluster {

extern const char* const version; ///< "0.1.0"

} // namespace orderd::cluster

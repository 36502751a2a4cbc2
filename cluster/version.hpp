// The version of this program, as it says it to clients and in metrics.
#pragma once

namespace orderd::cluster {

inline constexpr const char* version = "0.1.0";

} // namespace orderd::cluster

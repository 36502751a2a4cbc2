#include "cluster/wire/version.hpp"

namespace orderd::cluster {

const char* const version = ORDERD_VERSION; // defined by CMakeLists.txt, for this file alone

} // namespace orderd::cluster

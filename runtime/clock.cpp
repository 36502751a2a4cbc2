#include "runtime/clock.hpp"

#include <chrono>

namespace orderd::runtime {

unix_ms system_wall_clock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

} // namespace orderd::runtime

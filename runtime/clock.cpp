#include "runtime/clock.hpp"

#include <chrono>

namespace orderd::runtime {

unix_ms system_wall_clock::now() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace orderd::runtime

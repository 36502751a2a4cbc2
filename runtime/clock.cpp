#include "runtime/clock.hpp"

#include <algorithm>

namespace orderd::runtime {

std::chrono::nanoseconds slewed_time::at(std::chrono::nanoseconds steady, std::chrono::nanoseconds wall) {
  const auto slowest = shown_ + (steady - steady_) / 2;
  steady_ = steady;
  shown_ = std::max(wall, slowest);
  return shown_;
}

unix_ms system_wall_clock::now() const {
  const std::lock_guard locked{lock_};
  const auto since_epoch = time_.at(std::chrono::steady_clock::now().time_since_epoch(),
                                    std::chrono::system_clock::now().time_since_epoch());
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

} // namespace orderd::runtime

#include "runtime/base/long_look.hpp"

#include "runtime/base/log.hpp"

#include <chrono>
#include <utility>

namespace orderd::runtime {

namespace {

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

shown_look::shown_look(std::string what, std::string folder, std::uint64_t bytes)
    : what_(std::move(what)), folder_(std::move(folder)), pace_(bytes, now_ms()) {
  if (pace_.is_long())
    log::info("storage", "start_looks", {{"folder", folder_}, {"mib", bytes >> 20}}, what_);
}

void shown_look::reached(std::uint64_t bytes) {
  if (const auto percent = pace_.reached(bytes, now_ms()))
    log::info("storage", "start_goes_on", {{"folder", folder_}, {"percent", *percent}}, what_);
}

} // namespace orderd::runtime

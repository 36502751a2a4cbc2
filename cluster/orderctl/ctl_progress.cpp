#include "cluster/orderctl/ctl_progress.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::uint64_t bar_width = 30;
constexpr std::chrono::milliseconds redraw_interval{100};
const char* const clear_line = "\r\x1b[K";

} // namespace

progress::progress(std::ostream* to, std::string label, std::uint64_t total)
    : to_(to), label_(std::move(label)), total_(total) {}

void progress::advance(std::uint64_t done) {
  const auto now = clock::now();
  if (!to_ || now - drawn_at_ < redraw_interval)
    return;
  drawn_at_ = now;
  const auto seconds = std::chrono::duration<double>(now - begun_at_).count();
  *to_ << clear_line << progress_text(label_, done, total_, seconds) << std::flush;
}

void progress::finish() {
  if (to_)
    *to_ << clear_line << std::flush;
}

std::string progress_text(const std::string& label, std::uint64_t done, std::uint64_t total, double seconds) {
  const auto filled = total == 0 ? bar_width : std::min(bar_width, done * bar_width / total);
  const auto percent = std::to_string(total == 0 ? 100 : std::min<std::uint64_t>(100, done * 100 / total));
  auto text = label + " [" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] "
              + std::string(3 - percent.size(), ' ') + percent + " %  " + std::to_string(done) + " of "
              + std::to_string(total);
  if (seconds > 0)
    text += "  " + std::to_string(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)) + "/s";
  return text;
}

} // namespace orderd::cluster

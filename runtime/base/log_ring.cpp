#include "runtime/base/log_ring.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace orderd::runtime::log {

namespace {

constexpr std::size_t block_bytes_max = 64u << 10;

} // namespace

log_ring::log_ring(std::size_t bytes_max)
    : block_bytes_(std::min(block_bytes_max, bytes_max / 2)), blocks_max_(bytes_max / block_bytes_) {}

void log_ring::append(std::string_view line) {
  line = line.substr(0, block_bytes_ - 1);
  std::lock_guard lock{mutex_};
  if (blocks_.empty() || block_bytes_ - blocks_.back()->used <= line.size()) {
    if (blocks_.size() == blocks_max_) {
      forgotten_ += blocks_.front()->lines;
      blocks_.pop_front();
    }
    blocks_.push_back(std::make_shared<block>(block{std::make_unique<char[]>(block_bytes_)}));
  }
  auto& to = *blocks_.back();
  std::memcpy(to.bytes.get() + to.used, line.data(), line.size());
  to.used += line.size();
  to.bytes[to.used++] = '\n';
  ++to.lines;
}

log_ring::found log_ring::newest(std::string_view text, std::size_t limit, std::size_t bytes) const {
  found out;
  std::vector<std::pair<std::shared_ptr<const block>, std::string_view>> parts;
  {
    std::lock_guard lock{mutex_};
    for (const auto& each : blocks_)
      parts.emplace_back(each, std::string_view{each->bytes.get(), each->used});
    out.forgotten = forgotten_;
  }
  const auto take = [&](std::string_view line) {
    if (out.lines.size() == limit || line.size() > bytes)
      return false;
    bytes -= line.size();
    out.lines.emplace_back(line);
    return true;
  };
  bool room = true;
  for (auto part = parts.rbegin(); part != parts.rend() && room; ++part) {
    for (auto rest = part->second; !rest.empty() && room;) {
      rest.remove_suffix(1);
      const auto before = rest.rfind('\n');
      const auto begins = before == std::string_view::npos ? 0 : before + 1;
      const auto line = rest.substr(begins);
      if (line.find(text) != std::string_view::npos)
        room = take(line);
      rest = rest.substr(0, begins);
    }
  }
  std::reverse(out.lines.begin(), out.lines.end());
  return out;
}

} // namespace orderd::runtime::log

#include "cluster/gateway/request_window.hpp"

#include "runtime/base/result.hpp"

#include <algorithm>

namespace orderd::cluster {

std::uint64_t request_window::open(const entry& what) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back().uses = first_use_;
  }
  const auto index = free_.back();
  free_.pop_back();
  auto& at = places_[index];
  at.content = what;
  at.open = true;
  bytes_ += what.bytes;
  return static_cast<std::uint64_t>(++at.uses) << 32 | index;
}

void request_window::name(std::uint64_t number, std::string_view type) {
  auto* at = find(number);
  runtime::require(at != nullptr, "a request without a place in its window");
  at->content.type = type;
}

std::optional<request_window::entry> request_window::close(std::uint64_t number) {
  auto* at = find(number);
  if (!at)
    return std::nullopt;
  at->open = false;
  free_.push_back(static_cast<std::uint32_t>(number));
  bytes_ -= at->content.bytes;
  return at->content;
}

void request_window::rest() {
  if (size() != 0)
    return;
  for (const auto& each : places_)
    first_use_ = std::max(first_use_, each.uses);
  std::vector<place>{}.swap(places_);
  std::vector<std::uint32_t>{}.swap(free_);
}

request_window::place* request_window::find(std::uint64_t number) {
  const auto index = static_cast<std::uint32_t>(number);
  if (index >= places_.size())
    return nullptr;
  auto& at = places_[index];
  return at.open && at.uses == number >> 32 ? &at : nullptr;
}

} // namespace orderd::cluster

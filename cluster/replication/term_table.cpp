#include "cluster/replication/term_table.hpp"

#include <algorithm>

namespace orderd::cluster {

bool term_table::append(std::uint64_t term, std::uint64_t epoch, std::uint64_t reach, std::size_t kept) {
  if (!starts_.empty() && starts_.back().term == term)
    return false;
  starts_.push_back({term, epoch});
  while (starts_.size() > terms_max || (starts_.size() > kept && starts_[1].first_epoch < reach))
    starts_.erase(starts_.begin());
  return true;
}

void term_table::truncate(std::uint64_t end) {
  while (!starts_.empty() && starts_.back().first_epoch > end)
    starts_.pop_back();
}

std::uint64_t term_table::term_at(std::uint64_t epoch) const noexcept {
  const auto after = std::find_if(starts_.rbegin(), starts_.rend(),
                                  [epoch](const term_start& each) { return each.first_epoch <= epoch; });
  return after == starts_.rend() ? 0 : after->term;
}

std::uint64_t term_table::end_of(std::uint64_t term, std::uint64_t end) const noexcept {
  const auto next = std::find_if(starts_.begin(), starts_.end(),
                                 [term](const term_start& each) { return each.term > term; });
  return next == starts_.end() ? end : next->first_epoch - 1;
}

std::uint64_t term_table::common_end(std::uint64_t end, const term_table& other,
                                     std::uint64_t other_end) const noexcept {
  for (auto mine = starts_.rbegin(); mine != starts_.rend(); ++mine) {
    if (mine->first_epoch > end)
      continue;
    const auto same = std::find_if(other.starts_.begin(), other.starts_.end(),
                                   [&](const term_start& each) { return each.term == mine->term; });
    if (same != other.starts_.end() && same->first_epoch <= other_end)
      return std::min(end_of(mine->term, end), other.end_of(mine->term, other_end));
  }
  return 0;
}

} // namespace orderd::cluster

#include "cluster/parked_requests.hpp"

#include <iterator>
#include <utility>

namespace orderd::cluster {

void parked_requests::park(client_core::unanswered_request what) {
  const auto deadline = what.deadline;
  waiting_.push_back({std::move(what), {}});
  const auto place = std::prev(waiting_.end());
  place->deadline = deadlines_.emplace_hint(deadlines_.end(), deadline, place);
}

void parked_requests::release(const std::function<bool(client_core::unanswered_request&)>& take) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto one = next++;
    if (!take(one->what))
      continue;
    deadlines_.erase(one->deadline);
    waiting_.erase(one);
  }
}

std::vector<client_core::unanswered_request> parked_requests::expire(time_point now) {
  std::vector<client_core::unanswered_request> expired;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto one = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    expired.push_back(std::move(one->what));
    waiting_.erase(one);
  }
  return expired;
}

std::optional<parked_requests::time_point> parked_requests::first_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional{deadlines_.begin()->first};
}

} // namespace orderd::cluster

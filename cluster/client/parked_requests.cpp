#include "cluster/client/parked_requests.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace orderd::cluster {

void parked_requests::park(client_core::unanswered_request what) {
  waiting_.push_back({std::move(what), {}});
  schedule(std::prev(waiting_.end()));
}

void parked_requests::schedule(std::list<entry>::iterator place) {
  const auto& what = place->what;
  auto end = what.deadline;
  if (what.give_up_at && !what.sent)
    end = std::min(end, *what.give_up_at);
  place->deadline = deadlines_.emplace_hint(deadlines_.end(), end, place);
}

void parked_requests::hasten(time_point give_up_at, const std::function<bool(const v1::request&)>& which) {
  for (auto place = waiting_.begin(); place != waiting_.end(); ++place) {
    auto& what = place->what;
    if (what.sent || what.give_up_at || !which(*what.what))
      continue;
    what.give_up_at = give_up_at;
    deadlines_.erase(place->deadline);
    schedule(place);
  }
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

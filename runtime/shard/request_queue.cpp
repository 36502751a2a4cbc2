#include "runtime/shard/request_queue.hpp"

#include "runtime/base/result.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace orderd::runtime {

namespace {

/// Of a request of a connection of which nothing is known: a small order, with what it causes. What takes
/// longer is known after its first part; what was guessed too high would refuse a crowd of orders for
/// nothing.
constexpr request_queue::nanoseconds first_cost = std::chrono::microseconds{20};
/// Turns that a connection can be behind: bounds how many rounds a look for the next one takes.
constexpr int debt_turns_max = 20;
/// Weight of what came last in what is remembered of costs, and of the time in which nothing could be done.
constexpr int cost_memory = 4;
constexpr double share_memory = 1.0 / 64;
/// One part counts no more than so many times what was known, or this: the process may have stood still.
constexpr int jump_max = 4;
constexpr request_queue::nanoseconds jump_allowed = std::chrono::milliseconds{1};
/// By so much, at most, the shard's being held up lengthens what is expected.
constexpr double held_up_max = 20;

} // namespace

request_queue::request_queue(nanoseconds turn) : turn_(turn) {}

request_queue::nanoseconds request_queue::cost_of(const line& of, std::size_t more) const {
  return of.each * static_cast<std::int64_t>(of.waiting + more);
}

void request_queue::change(line& of, std::size_t waiting, nanoseconds each) {
  cost_ -= cost_of(of, 0);
  size_ = size_ - of.waiting + waiting;
  of.waiting = waiting;
  of.each = each;
  cost_ += cost_of(of, 0);
}

void request_queue::add(std::vector<request> asked, time_point arrived_at) {
  require(!asked.empty(), "an empty batch waits for nothing");
  const auto connection = asked.front().from.connection;
  auto& to = lines_.try_emplace(connection, connection, first_cost).first->second;
  if (to.waiting == 0) {
    to.place = ring_.insert(ring_.end(), &to);
    to.credit = std::min(nanoseconds{0}, to.credit + std::max(nanoseconds{0}, arrived_at - to.used_at));
  }
  change(to, to.waiting + asked.size(), to.each);
  to.batches.push_back({std::move(asked), 0, arrived_at});
}

request_queue::part request_queue::take(std::size_t requests_max) {
  require(!ring_.empty(), "nothing waits");
  auto* from = ring_.front();
  for (; ring_.size() > 1; from = ring_.front()) {
    if (!std::exchange(from->in_turn, true))
      from->credit += turn_;
    if (from->credit > nanoseconds{0})
      break;
    end_turn(*from);
  }
  auto& first = from->batches.front();
  const auto count = std::min(requests_max, first.requests.size() - first.next);
  const auto begin = first.requests.begin() + static_cast<std::ptrdiff_t>(first.next);
  part out{from->connection, first.arrived_at, {}};
  out.requests.assign(std::make_move_iterator(begin),
                      std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
  first.next += count;
  if (first.next == first.requests.size())
    from->batches.pop_front();
  change(*from, from->waiting - count, from->each);
  if (from->waiting == 0)
    leave(*from);
  return out;
}

void request_queue::used(std::uint64_t connection, std::size_t count, time_point began, time_point ended) {
  worked_ns_ += static_cast<double>((ended - began).count()) - worked_ns_ * share_memory;
  passed_ns_ +=
      static_cast<double>((ended - waiting_since_.value_or(began)).count()) - passed_ns_ * share_memory;
  waiting_since_ = ring_.empty() ? std::nullopt : std::optional{ended};
  const auto found = lines_.find(connection);
  if (found == lines_.end() || count == 0)
    return;
  auto& of = found->second;
  const nanoseconds took = std::min((ended - began) / static_cast<std::int64_t>(count),
                                    std::max(jump_max * of.each, jump_allowed));
  change(of, of.waiting, std::exchange(of.known, true) ? of.each + (took - of.each) / cost_memory : took);
  of.used_at = ended;
  // Who is alone owes nobody.
  const bool alone = ring_.empty() || (ring_.size() == 1 && ring_.front() == &of);
  of.credit = alone ? nanoseconds{0} : std::max(of.credit - (ended - began), -debt_turns_max * turn_);
  if (of.waiting != 0 && of.in_turn && of.credit <= nanoseconds{0})
    end_turn(of);
}

/// It is the next one's turn.
void request_queue::end_turn(line& of) {
  of.in_turn = false;
  ring_.splice(ring_.end(), ring_, of.place);
}

/// Nothing of it waits any more. What it did not use is lost; what it owes is not.
void request_queue::leave(line& of) {
  ring_.erase(of.place);
  of.in_turn = false;
  of.credit = std::min(of.credit, nanoseconds{0});
}

request_queue::nanoseconds request_queue::expected_wait(std::uint64_t connection, std::size_t ahead,
                                                        time_point now) const {
  const auto found = lines_.find(connection);
  const bool known = found != lines_.end();
  const bool waits = known && found->second.waiting != 0;
  const auto own = known ? cost_of(found->second, ahead) : first_cost * static_cast<std::int64_t>(ahead);
  const auto owes = waits ? -std::min(nanoseconds{0}, found->second.credit) : nanoseconds{0};
  const auto connections = static_cast<std::int64_t>(ring_.size() + (waits ? 0 : 1));
  // Each of the others may use a turn before it, and as much as it does itself.
  const auto fair = (own + owes) * connections + turn_ * (connections - 1);
  const auto all = cost_ + (known ? own - cost_of(found->second, 0) : own);
  const auto stands = waiting_since_ ? static_cast<double>((now - *waiting_since_).count()) : 0;
  const double held_up =
      worked_ns_ > 0 ? std::clamp((passed_ns_ + stands) / worked_ns_, 1.0, held_up_max) : 1.0;
  return nanoseconds{static_cast<std::int64_t>(static_cast<double>(std::min(fair, all).count()) * held_up)};
}

/// Takes some out of what waits of a line.
template <class Which>
void request_queue::extract(line& of, std::vector<request>& into, Which which) {
  auto left = of.waiting;
  for (auto& each : of.batches) {
    const auto begin = each.requests.begin() + static_cast<std::ptrdiff_t>(each.next);
    const auto taken =
        std::stable_partition(begin, each.requests.end(), [&](const auto& one) { return !which(one); });
    left -= static_cast<std::size_t>(each.requests.end() - taken);
    std::move(taken, each.requests.end(), std::back_inserter(into));
    each.requests.erase(taken, each.requests.end());
  }
  std::erase_if(of.batches, [](const batch& each) { return each.next == each.requests.size(); });
  const bool waited = of.waiting != 0;
  change(of, left, of.each);
  if (waited && left == 0)
    leave(of);
  if (ring_.empty())
    waiting_since_.reset();
}

std::vector<request> request_queue::forget(std::uint64_t connection) {
  std::vector<request> out;
  const auto found = lines_.find(connection);
  if (found == lines_.end())
    return out;
  extract(found->second, out, [](const request&) { return true; });
  lines_.erase(found);
  return out;
}

std::vector<request> request_queue::expire(std::int64_t monotone_now) {
  std::vector<request> out;
  for (auto& [connection, waiting] : lines_)
    extract(waiting, out, [&](const request& each) { return each.deadline_at <= monotone_now; });
  return out;
}

} // namespace orderd::runtime

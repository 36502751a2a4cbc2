#include "cluster/replication/lease_board.hpp"

#include <algorithm>
#include <ctime>

namespace orderd::cluster {

namespace {

/// From its last sign of life, a replica host's heartbeats are sent this long.
constexpr std::chrono::seconds stuck_after{1};

std::uint64_t nanoseconds_of(steady_time at) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

steady_time time_of(std::uint64_t nanoseconds) {
  return steady_time{std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)}};
}

} // namespace

steady_time time_with_suspends() {
  timespec now{};
  runtime::require(::clock_gettime(CLOCK_BOOTTIME, &now) == 0, "no clock that counts suspends");
  return steady_time{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
}

// -- for the replica hosts -------------------------------------------------------------------------------

void lease_board::lead(std::uint32_t shard, std::uint64_t term, steady_time now) {
  const std::lock_guard lock{mutex_};
  followed_.erase(shard);
  auto& entry = led_[shard];
  if (entry.term != term)
    entry = {term, now, now, {}};
  entry.alive_at = std::max(entry.alive_at, now);
}

void lease_board::alive(std::uint32_t shard, steady_time now) {
  const std::lock_guard lock{mutex_};
  if (const auto found = led_.find(shard); found != led_.end())
    found->second.alive_at = std::max(found->second.alive_at, now);
}

void lease_board::resign(std::uint32_t shard) {
  const std::lock_guard lock{mutex_};
  led_.erase(shard);
}

void lease_board::follow(std::uint32_t shard, std::uint64_t term, std::uint32_t primary_node, steady_time now,
                         bool grants) {
  const std::lock_guard lock{mutex_};
  led_.erase(shard);
  followed_[shard] = {term, primary_node, now, false, grants};
}

bool lease_board::give_up(std::uint32_t shard, steady_time now) {
  const std::lock_guard lock{mutex_};
  const auto found = followed_.find(shard);
  if (found == followed_.end())
    return false;
  auto& entry = found->second;
  entry.given_up = entry.given_up || now - entry.heard_at >= timing_.grace;
  return entry.given_up;
}

steady_time lease_board::acknowledged_at(std::uint32_t shard, const replica_id& who) const {
  const std::lock_guard lock{mutex_};
  const auto found = led_.find(shard);
  if (found == led_.end())
    return {};
  const auto granted = found->second.acknowledged.find(who);
  return granted == found->second.acknowledged.end() ? found->second.since : granted->second.sent_at;
}

steady_time lease_board::answered_at(std::uint32_t shard, const replica_id& who) const {
  const std::lock_guard lock{mutex_};
  const auto found = led_.find(shard);
  if (found == led_.end())
    return {};
  const auto granted = found->second.acknowledged.find(who);
  return granted == found->second.acknowledged.end() ? found->second.since : granted->second.came_at;
}

bool lease_board::leased(std::uint32_t shard, const std::vector<replica_id>& members, steady_time now,
                         steady_time since) const {
  const std::lock_guard lock{mutex_};
  const auto found = led_.find(shard);
  if (found == led_.end())
    return false;
  return std::all_of(members.begin(), members.end(), [&](const replica_id& who) {
    if (who == self_)
      return true;
    const auto granted = found->second.acknowledged.find(who);
    return granted != found->second.acknowledged.end() && granted->second.sent_at >= since
           && now - granted->second.sent_at < timing_.lease;
  });
}

bool lease_board::hears(std::uint32_t node, steady_time now) const {
  const std::lock_guard lock{mutex_};
  const auto found = heard_.find(node);
  return found != heard_.end() && now - found->second < timing_.grace;
}

std::optional<steady_time> lease_board::heard_at(std::uint32_t node) const {
  const std::lock_guard lock{mutex_};
  const auto found = heard_.find(node);
  return found == heard_.end() ? std::nullopt : std::optional{found->second};
}

void lease_board::know(const std::map<std::uint32_t, std::uint64_t>& disks) {
  const std::lock_guard lock{mutex_};
  std::erase_if(heard_, [&](const auto& each) { return !disks.contains(each.first); });
  for (auto& [shard, entry] : led_)
    std::erase_if(entry.acknowledged, [&](const auto& each) {
      const auto found = disks.find(each.first.node);
      return found == disks.end() || found->second != each.first.incarnation;
    });
}

// -- for the heartbeat thread -----------------------------------------------------------------------

heartbeat lease_board::next(steady_time now) const {
  const std::lock_guard lock{mutex_};
  heartbeat out{false, self_, nanoseconds_of(now), {}};
  for (const auto& [shard, entry] : led_)
    if (now - entry.alive_at < stuck_after)
      out.shards.push_back({shard, entry.term});
  return out;
}

std::optional<heartbeat> lease_board::take(const heartbeat& heard, steady_time now) {
  const std::lock_guard lock{mutex_};
  if (heard.acknowledgement) {
    note_acknowledgement(heard, now);
    return std::nullopt;
  }
  heard_[heard.from.node] = now;
  heartbeat answer{true, self_, heard.sent_at_ns, {}};
  for (const auto& each : heard.shards) {
    const auto found = followed_.find(each.shard);
    if (found == followed_.end())
      continue;
    auto& entry = found->second;
    if (entry.term != each.term || entry.primary_node != heard.from.node || entry.given_up)
      continue;
    entry.heard_at = std::max(entry.heard_at, now);
    if (entry.grants)
      answer.shards.push_back(each);
  }
  if (answer.shards.empty())
    return std::nullopt;
  return answer;
}

void lease_board::note_acknowledgement(const heartbeat& heard, steady_time now) {
  if (heard.sent_at_ns > nanoseconds_of(now))
    return; // no heartbeat of ours
  const auto sent_at = time_of(heard.sent_at_ns);
  for (const auto& each : heard.shards) {
    const auto found = led_.find(each.shard);
    if (found == led_.end() || found->second.term != each.term || sent_at < found->second.since)
      continue;
    auto& granted = found->second.acknowledged[heard.from];
    granted.sent_at = std::max(granted.sent_at, sent_at);
    granted.came_at = std::max(granted.came_at, now);
  }
}

} // namespace orderd::cluster

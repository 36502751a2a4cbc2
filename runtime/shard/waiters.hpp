// The callers that wait for an entity to announce its outcome, and when each must be answered at last.
//
// Pure; deadlines are on the monotone clock. In memory only: a caller whose node dies asks again with the
// same id and joins the others.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/entity/request.hpp"

#include <cstddef>
#include <map>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

class waiters {
public:
  void wait(const entity_id& entity, const caller& who, std::int64_t deadline_at);

  /// Takes out all that wait for the entity.
  std::vector<caller> resolve(const entity_id& entity);

  /// To be called when the input that brought new callers has been handled: from then on their deadlines
  /// are watched. (Most are answered by the same input and need no watch.)
  void watch_new();

  /// Takes out those whose deadline has passed. Call often; cheap when nobody is late.
  std::vector<caller> expire(std::int64_t now);

  std::size_t waiting() const noexcept { return waiting_; }
  /// Deadlines watched: bounded by those who wait, however long the deadlines of those answered.
  std::size_t watched() const noexcept { return watched_; }

private:
  struct alarm;
  bool is_awaited(const alarm& what) const;
  void ring(const alarm& what, std::vector<caller>& late);
  void forget_some_answered();

  static constexpr std::size_t stale_alarms_max = 10'000;
  /// Alarms within so many milliseconds are kept together: one look goes through one such bucket.
  static constexpr std::int64_t bucket_ms = 16;

  struct entry {
    caller who;
    std::uint64_t wait = 0; ///< numbers all waits
  };
  struct alarm {
    std::int64_t deadline_at = 0;
    std::uint64_t wait = 0;
    entity_id entity;
  };

  std::unordered_map<entity_id, std::vector<entry>, entity_id_hash> by_entity_;
  std::vector<alarm> new_;
  // One alarm per watched wait, by their deadline. Those of callers already answered are dropped when they
  // ring, or, while they are most of all, bucket after bucket from `forgotten_to_` on: going through all
  // of them at once would hold the shard for milliseconds.
  std::map<std::int64_t, std::vector<alarm>> alarms_;
  std::size_t watched_ = 0;
  std::int64_t forgotten_to_ = 0; ///< key in alarms_
  std::size_t waiting_ = 0;
  std::uint64_t last_wait_ = 0;
};

} // namespace orderd::runtime

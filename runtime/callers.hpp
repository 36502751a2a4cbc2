// The callers that wait for an entity to announce its outcome, and when each must be answered at last.
//
// Pure; deadlines are on the monotone clock. In memory only: a caller whose node dies asks again with the
// same id and joins the others.
#pragma once

#include "runtime/entity.hpp"
#include "runtime/request.hpp"

#include <cstddef>
#include <queue>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

class callers {
public:
  void wait(const entity_id& entity, const caller& who, std::int64_t deadline_at);

  /// Takes out all that wait for the entity.
  std::vector<caller> announce(const entity_id& entity);

  /// To be called when the input that brought new callers has been handled: from then on their deadlines
  /// are watched. (Most are answered by the same input and need no watch.)
  void watch_new();

  /// Takes out those whose deadline has passed. Call often; cheap when nobody is late.
  std::vector<caller> take_late(std::int64_t now);

  std::size_t waiting() const noexcept { return waiting_; }
  /// Deadlines watched: bounded by those who wait, however long the deadlines of those answered.
  std::size_t watched() const noexcept { return alarms_.size(); }

private:
  void forget_answered();

  static constexpr std::size_t stale_alarms_max = 10'000;

  struct entry {
    caller who;
    std::int64_t deadline_at = 0;
  };
  struct alarm {
    std::int64_t deadline_at = 0;
    entity_id entity;
    friend bool operator>(const alarm& a, const alarm& b) noexcept { return a.deadline_at > b.deadline_at; }
  };

  std::unordered_map<entity_id, std::vector<entry>, entity_id_hash> by_entity_;
  std::vector<alarm> new_;
  // One alarm per watched wait; those of callers already answered are dropped when they
  // ring, or when they are most of all.
  std::priority_queue<alarm, std::vector<alarm>, std::greater<>> alarms_;
  std::size_t waiting_ = 0;
};

} // namespace orderd::runtime

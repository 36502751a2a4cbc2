// What turns begin that lasts beyond them: timers, entities with work to do, index rows, waiting callers.
//
// What an input begins is held in elidable_effects until the input is over: most of it is ended by the same
// input, and then costs nothing. What is left is kept by `flush`: as rows of the open epoch, and in memory as
// the index over them. What an earlier input began is ended at once, row and index together.
//
//   lasting.change_timer(entity, change);         // and the others, of each turn of an input
//   lasting.flush(now);                           // when the input is over, before anything is closed
//   lasting.watch_waiters();                      // when all of a batch is over
//
// *Why an input's begun effects may wait outside of the epoch*: an epoch is closed between inputs only, and
// `rows_follow` says that rows will come, so no answer leaves that rests on them (epoch_builder.hpp).
//
// *Concurrency*: none; owned by its shard. Points in time of timers and unsettled entities are the shard's,
// deadlines of callers on the monotone clock.
#pragma once

#include "runtime/shard/elidable_effects.hpp"
#include "runtime/shard/epoch_builder.hpp"
#include "runtime/shard/timers.hpp"
#include "runtime/shard/unsettled.hpp"
#include "runtime/shard/waiters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::runtime {

class lasting_effects {
public:
  /// `epochs` must outlive it. `expected`: timers and unsettled entities, for which room is made at once.
  /// `stages`: of the business.
  lasting_effects(epoch_builder& epochs, std::size_t expected,
                  const std::vector<std::string_view>& stages = {})
      : epochs_(epochs), timers_(expected), unsettled_(expected, stages) {}

  // -- of a turn ---------------------------------------------------------------------------------
  void change_index(effects::index_change& change);
  void change_timer(const entity_id& entity, timer_change& change);
  void begin_work(const entity_id& entity, standing stands = {}) {
    begun_.unsettled.push_back({entity, std::move(stands)});
  }
  /// Of an entity that has work to do: it stands so now.
  void change(const entity_id& entity, standing& now);
  void settle(const entity_id& entity);
  void wait(const entity_id& entity, const caller& who, std::int64_t deadline_at) {
    begun_.waiters.push_back({entity, who, deadline_at});
  }
  /// Takes out the callers that wait for the entity.
  std::vector<caller> resolve(const entity_id& entity);

  // -- of an input -------------------------------------------------------------------------------
  /// Whether rows are begun that are not in the open epoch yet.
  bool rows_follow() const noexcept { return begun_.has_rows(); }
  /// Keeps what this input has begun and not ended.
  void flush(unix_ms now);

  // -- of time -----------------------------------------------------------------------------------
  /// Takes out the earliest timer due at `now`, with its row. One at a time: what it causes may stop or move
  /// the next.
  std::optional<timers::due> take_due_timer(unix_ms now);
  /// As waiters::watch_new and waiters::expire.
  void watch_waiters() { waiters_.watch_new(); }
  std::vector<caller> expire_waiters(std::int64_t now) { return waiters_.expire(now); }

  // -- at start, from the rows -------------------------------------------------------------------
  void restore_timer(const timer_key& key, std::string command) { timers_.start(key, std::move(command)); }
  void restore_unsettled(std::vector<std::pair<unix_ms, entity_id>> found) {
    unsettled_.restore(std::move(found));
  }

  /// As timers::of. Between inputs: what one has begun is not there before it is over.
  std::vector<timers::due> timers_of(const entity_id& entity) const { return timers_.of(entity); }
  /// Of those found at the start: which nobody has looked at, the oldest first.
  std::vector<entity_id> not_looked_at(std::size_t count_max) const {
    return unsettled_.not_looked_at(count_max);
  }

  bool has_timers() const noexcept { return timers_.size() > 0; }
  std::size_t unsettled_count() const noexcept { return unsettled_.size(); }
  std::optional<unix_ms> oldest_unsettled_since() const { return unsettled_.oldest_since(); }
  const unsettled& with_work() const noexcept { return unsettled_; }

private:
  epoch_builder& epochs_;
  elidable_effects begun_; ///< by the input being handled
  timers timers_;
  unsettled unsettled_;
  waiters waiters_;
};

} // namespace orderd::runtime

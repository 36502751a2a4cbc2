// The entities of a shard whose handler failed and that wait: for their next try, or for a person.
//
// Pure. Each has a queue of commands in the order they came; the first is the one to try next. Every
// one of them is a row of table::parked, so none is lost; rows are the shard's business.
// Times are on the monotone clock.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/entity/request.hpp"
#include "runtime/entity/restart_policy.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

/// A command on its way to an entity of this shard.
struct delivery {
  entity_id to;
  command_ptr what;
  std::optional<caller> from;   ///< who sent it from outside and waits
  std::int64_t deadline_at = 0; ///< of that caller
};

struct parked_command {
  std::uint64_t sequence = 0;
  delivery command;
};

struct failing_entity {
  std::uint32_t failures = 0;           ///< in a row, of the first waiting command
  std::optional<std::int64_t> retry_at; ///< nullopt: quarantined
  std::uint64_t poison = 0; ///< when quarantined: the failing command's sequence; 0: its sender got a no
  std::deque<parked_command> waiting;
  bool refusing = false;  ///< quarantined, and senders of some that wait have not got their no yet
  std::size_t kept = 0;   ///< of those that wait, the first so many may not be refused
  std::string error = {}; ///< of the last failure; empty: it was before this process
  std::optional<unix_ms> since_at = {}; ///< of the first of these failures; none: as above

  /// One more, in a row.
  void fail(const std::string& why, unix_ms now) {
    ++failures;
    error = why;
    if (!since_at)
      since_at = now;
  }
  /// The first waiting command may be another one now, or a person says that the cause is gone.
  void begin_again() {
    failures = 0;
    since_at.reset();
  }
};

class supervision {
public:
  /// `restarts_max`: as in restart_policy.
  explicit supervision(std::uint32_t restarts_max = 3) : restarts_(restarts_max) {}

  /// As restart_policy::delay_ms.
  std::optional<std::int64_t> retry_delay_ms(std::uint32_t failures) const noexcept {
    return restarts_.delay_ms(failures);
  }

  failing_entity* find(const entity_id& id) {
    const auto found = failing_.find(id);
    return found == failing_.end() ? nullptr : &found->second;
  }
  failing_entity& add(const entity_id& id) { return failing_[id]; }
  void remove(const entity_id& id) { failing_.erase(id); }

  /// Puts a command behind those that wait; gives the sequence number of its row.
  std::uint64_t park(failing_entity& who, delivery command) {
    who.waiting.push_back({next_sequence_, std::move(command)});
    return next_sequence_++;
  }
  /// Puts back a command found at start. Pre: in ascending order of sequence per entity.
  void restore(const entity_id& id, std::uint64_t sequence, delivery command) {
    failing_[id].waiting.push_back({sequence, std::move(command)});
    next_sequence_ = std::max(next_sequence_, sequence + 1);
  }

  /// Those whose next try is due, or some of whose commands are to be refused.
  std::vector<entity_id> due(std::int64_t now) const {
    std::vector<entity_id> ready;
    for (const auto& [id, who] : failing_)
      if (who.refusing || (who.retry_at && *who.retry_at <= now))
        ready.push_back(id);
    return ready;
  }

  /// Takes out the callers of waiting commands whose deadline has passed; the commands stay.
  std::vector<caller> expire(std::int64_t now) {
    std::vector<caller> late;
    for (auto& [id, who] : failing_)
      for (auto& each : who.waiting)
        if (each.command.from && each.command.deadline_at <= now) {
          late.push_back(*each.command.from);
          each.command.from.reset();
        }
    return late;
  }

  std::size_t quarantined() const {
    return static_cast<std::size_t>(std::count_if(failing_.begin(), failing_.end(),
                                                  [](const auto& each) { return !each.second.retry_at; }));
  }

private:
  restart_policy restarts_;
  std::unordered_map<entity_id, failing_entity, entity_id_hash> failing_;
  std::uint64_t next_sequence_ = 1;
};

} // namespace orderd::runtime

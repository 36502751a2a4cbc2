// Whether a node's durable timers fire in time, and its shards' time never falls, as its disk shows it at
// each start (E6).
//
// *Operation*: `look_at` the disk whenever a node starts on it, `crashed` whenever one ends. A timer that is
// still there when it has run for longer than was left when it was first seen, and 2 s, is complained about.
// A crash loses what time passed since it was stored last: at most `lost_a_crash_ms`.
#pragma once

#include "runtime/shard/stored_rows.hpp"
#include "runtime/storage/store.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace orderd::simulation {

class timer_watch {
public:
  using complain = std::function<void(const std::string&)>;
  explicit timer_watch(complain complains) : complain_(std::move(complains)) {}

  void crashed() { ++crashes_; }

  void look_at(runtime::storage& disk, std::int64_t running_ms) {
    for (std::uint32_t shard = 0; shard < disk.shards(); ++shard) {
      const auto time = disk.state(shard).applied().time_ms;
      look_at_time(shard, time);
      look_at_timers(shard, time, disk, running_ms);
    }
  }

private:
  /// Time is stored each second, an epoch may be under way, and a tick comes each 20 ms.
  static constexpr std::int64_t lost_a_crash_ms = 1'500;
  static constexpr std::int64_t grace_ms = 2'000;

  struct waiting {
    std::int64_t fires_by = 0; ///< of running time, without crashes
    std::uint64_t crashes = 0; ///< when it was first seen
  };
  using rows = std::map<std::string, waiting>; ///< by key

  void look_at_time(std::uint32_t shard, runtime::unix_ms time) {
    auto& last = times_[shard];
    if (time < last)
      complain_("the time of shard " + std::to_string(shard) + " fell by " + std::to_string(last - time)
                + " ms (E6)");
    last = std::max(last, time);
  }

  void look_at_timers(std::uint32_t shard, runtime::unix_ms time, runtime::storage& disk,
                      std::int64_t running_ms) {
    const auto before = std::exchange(timers_[shard], {});
    auto reader = disk.state(shard).reader();
    runtime::require(static_cast<bool>(reader), "the disk in memory cannot be read");
    const auto read =
        (*reader)->scan(runtime::table::timer, {}, {}, false, [&](std::string_view key, std::string_view) {
          const auto found = before.find(std::string{key});
          const auto left = runtime::parse_timer_key(key)->due_at - time;
          timers_[shard][std::string{key}] =
              found != before.end()
                  ? found->second
                  : waiting{running_ms + std::max<std::int64_t>(0, left) + grace_ms, crashes_};
          return runtime::result<runtime::state_reader::step>{runtime::state_reader::step::next};
        });
    runtime::require(static_cast<bool>(read), "the disk in memory cannot be read");
    for (const auto& [key, since] : timers_[shard]) {
      const auto lost = static_cast<std::int64_t>(crashes_ - since.crashes) * lost_a_crash_ms;
      if (running_ms > since.fires_by + lost)
        complain_("a timer of shard " + std::to_string(shard) + " is late by "
                  + std::to_string(running_ms - since.fires_by - lost) + " ms (E6)");
    }
  }

  complain complain_;
  std::uint64_t crashes_ = 0;
  std::map<std::uint32_t, runtime::unix_ms> times_;
  std::map<std::uint32_t, rows> timers_;
};

} // namespace orderd::simulation

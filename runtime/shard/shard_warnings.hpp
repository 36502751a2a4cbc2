// What a shard says in the log about messages and requests that others may send as often as they like: a line
// now and then, which says how many there were.
//
// *Concurrency*: none; owned by its shard. Times are on the monotone clock.
#pragma once

#include "runtime/base/log.hpp"
#include "runtime/base/log_pace.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::runtime {

class shard_warnings {
public:
  shard_warnings(std::uint32_t shard, std::uint32_t shards) : shard_(shard), shards_(shards) {}

  /// Of a channel message that is not taken, or not whole. `source`: the shard it names, which may not exist.
  void channel_refused(std::uint32_t source, const std::string& key, const char* why, std::int64_t now_ms) {
    if (const auto unsaid = channels_.may_say(std::min(source, shards_), at(now_ms)))
      log::warn("shard", "channel_refused",
                {{"shard", shard_}, {"source", source}, {"key", key}, {"unsaid", *unsaid}}, why);
  }

  /// A command was turned away, the `so_far`th of them, because its entity cannot be read.
  void unreadable(std::string_view command, std::uint64_t so_far, const std::string& why,
                  std::int64_t now_ms) {
    if (unreadable_.may_say(shard_, at(now_ms)))
      log::error("shard", "entity_unreadable", {{"shard", shard_}, {"command", command}, {"so_far", so_far}},
                 why);
  }

private:
  static std::chrono::steady_clock::time_point at(std::int64_t now_ms) {
    return std::chrono::steady_clock::time_point{std::chrono::milliseconds{now_ms}};
  }

  std::uint32_t shard_;
  std::uint32_t shards_;
  log_pace<std::uint32_t> channels_; ///< by the other shard; all that do not exist as one
  log_pace<std::uint32_t> unreadable_{std::chrono::seconds{10}};
};

} // namespace orderd::runtime

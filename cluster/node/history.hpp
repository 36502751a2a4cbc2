// The last hour of a node: what its metrics said each second, as what changed in that second; and what
// happened.
//
//   history.add(reading);                                   // once a second
//   history.happened(event);                                // whenever something does
//   history.fill(answer, seconds, bytes_max);               // get_history
//
// *Operation*: the first reading is what the second is compared with, so n readings are n - 1 samples. A
// counter that is lower than before is of a new process, and counts from 0.
//
// *Limits*: `samples_max` samples, kept as the bytes that are sent, and `events_max` events. A sample has
// some 60 to 120 bytes, a few hundred while payments of many currencies are in doubt: 0.3 MB for an hour, at
// most 1.5 MB.
//
// Pure. *Concurrency*: none; owned by the actor of the node.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/node/node_events.hpp"
#include "cluster/node/node_reading.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

class history {
public:
  static constexpr std::size_t samples_max = 3'600;
  static constexpr std::size_t events_max = 200;
  /// Of one sample, the reasons and the currencies with the largest counts.
  static constexpr std::size_t parts_max = 8;
  /// In place of a drain time: never.
  static constexpr std::uint32_t never = 0xffff'ffff;

  /// `bounds`: of the histogram in the readings, in nanoseconds.
  explicit history(std::vector<std::uint64_t> bounds) : bounds_(std::move(bounds)) {}

  void add(const node_reading& now);
  void happened(v1::node_event what);

  /// The newest samples and events into an answer; 0 seconds: all. As many samples as fit beside the events
  /// into `bytes_max`: the oldest are left out.
  void fill(v1::node_history& into, std::uint32_t seconds, std::size_t bytes_max) const;

private:
  v1::history_sample sample_of(const node_reading& now) const;
  void fill_requests(const node_reading& now, v1::history_sample& into) const;

  std::vector<std::uint64_t> bounds_;
  std::optional<node_reading> before_;
  std::deque<std::string> samples_; ///< encoded, the oldest first
  node_events watch_;
  std::deque<v1::node_event> events_;
};

} // namespace orderd::cluster

// What a run has seen: counts, latencies and a timeline.
//
// All times are counted from the start of the run. Only what falls into the measured part counts.
#pragma once

#include "actors/public/public.pb.h"
#include "tests/bench/latency_samples.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orderd::bench {

/// One second of the measured part.
struct timeline_second {
  std::uint64_t answered = 0; ///< answers that came in it, faults excluded
  std::uint64_t faults = 0;
  std::uint32_t max_us = 0; ///< the longest latency among its answers
};

/// When an order should have left, and when it did: later, when this program was late. Counted in whole
/// microseconds, up to an hour, so that both fit the tag of a request.
struct sending {
  std::chrono::nanoseconds due_at{0};
  std::chrono::nanoseconds sent_at{0};

  sending(std::chrono::nanoseconds due, std::chrono::nanoseconds sent) : due_at(due), sent_at(sent) {}
  /// It left in time. Any duration.
  template <class Rep, class Period>
  sending(std::chrono::duration<Rep, Period> due)
      : sending(due, due) {} // NOLINT(google-explicit-constructor)

  std::uint64_t tag() const noexcept;
  static sending of_tag(std::uint64_t tag) noexcept;
};

/// How an answer counts, and under which name.
enum class answer_kind : std::uint8_t { confirmed, rejected, fault };
struct answer_class {
  answer_kind kind = answer_kind::fault;
  std::string name; ///< of the refusal, as in public.proto; empty: confirmed
};

/// A placement is confirmed or rejected; a rejection or fault is what it says; any other answer counts
/// as confirmed.
answer_class classify(const v1::reply& what);

class run_record {
public:
  using nanoseconds = std::chrono::nanoseconds;

  /// Measures what is due, or answered, from `begin` to before `end`.
  run_record(nanoseconds begin, nanoseconds end) : begin_(begin), end_(end), last_answer_at_(begin) {}

  /// A request was answered at `answered_at`. Answers come in the order of `answered_at`. Counted in the
  /// throughput by when it was answered, in the latencies by when it was due. Faults have no latency; how
  /// long an OVERLOADED took from its sending is counted by itself.
  void answered(const sending& asked, nanoseconds answered_at, const v1::reply& what);

  /// A request due then was not even sent, for this reason.
  void not_sent(nanoseconds due_at, const std::string& reason);

  /// The measured part ended earlier, at `at`.
  void finish(nanoseconds at);

  double measured_s() const noexcept;
  /// Orders answered (not with a fault) within the measured part, over its length.
  double orders_per_s() const noexcept;

  std::uint64_t answered_count() const noexcept { return answered_count_; }
  std::uint64_t confirmed() const noexcept { return confirmed_; }
  const std::map<std::string, std::uint64_t>& rejected() const noexcept { return rejected_; }
  const std::map<std::string, std::uint64_t>& faults() const noexcept { return faults_; }
  latency_samples& latencies() noexcept { return latencies_; }
  latency_samples& refusals() noexcept { return refusals_; } ///< from sending to an OVERLOADED
  const std::vector<timeline_second>& timeline() const noexcept { return timeline_; }
  /// The longest time without any answer, and when it began, from the start of the measured part.
  nanoseconds longest_silence() const noexcept { return longest_silence_; }
  nanoseconds longest_silence_at() const noexcept { return longest_silence_at_; }

private:
  bool measured(nanoseconds at) const noexcept { return at >= begin_ && at < end_; }
  timeline_second& second_of(nanoseconds at);
  void note_silence(nanoseconds until);

  nanoseconds begin_;
  nanoseconds end_;
  std::uint64_t answered_count_ = 0;
  std::uint64_t confirmed_ = 0;
  std::map<std::string, std::uint64_t> rejected_;
  std::map<std::string, std::uint64_t> faults_;
  latency_samples latencies_;
  latency_samples refusals_;
  std::vector<timeline_second> timeline_;
  nanoseconds last_answer_at_;
  nanoseconds longest_silence_{0};
  nanoseconds longest_silence_at_{0};
};

} // namespace orderd::bench

// Which provider calls may go out now: a cap on calls under way, and a circuit breaker.
//
// Pure. Calls wait in order; `next` gives the ones that may go. After `failures_to_open` calls in a row
// whose answer was not known, the breaker opens: for a while nothing goes out, then one call at a time goes
// out as a trial, and the first known answer closes it. Calls that went out before it opened are no trials:
// when they fail, however late, nothing changes. (The breaker is M. Nygard's, "Release It!".)
// Unbounded here: each waiting call is a durable row, and unsettled orders are bounded by admission.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/shard/provider_calls.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace orderd::runtime {

struct provider_gate_options {
  std::uint32_t concurrency = 256;
  std::uint32_t failures_to_open = 50;
  std::int64_t open_ms = 500; ///< doubles with each failed trial, up to ten times
};

class provider_gate {
public:
  struct call {
    std::uint32_t shard = 0;
    provider_calls::entry what;
    std::uint64_t trial = 0; ///< which trial of the open breaker it is; 0: none
  };

  explicit provider_gate(provider_gate_options options) : options_(options), open_ms_(options.open_ms) {}

  void add(call what) { waiting_.push_back(std::move(what)); }

  /// The next call that may go out, now under way; nullopt: none may.
  std::optional<call> next(std::int64_t now_ms) {
    if (waiting_.empty() || under_way_ >= allowed(now_ms))
      return std::nullopt;
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_;
    if (opened_at_)
      first.trial = trial_ = ++trials_;
    return first;
  }

  /// A call under way, as `next` gave it, ended; `known`: the provider answered, whatever it said.
  void ended(const call& what, bool known, std::int64_t now_ms) {
    --under_way_;
    if (known)
      return close();
    ++failures_;
    if (!opened_at_) {
      if (failures_ >= options_.failures_to_open)
        opened_at_ = now_ms;
    } else if (what.trial != 0 && what.trial == trial_) {
      trial_ = 0;
      const std::chrono::milliseconds first{options_.open_ms};
      open_ms_ = backoff{first, first * 10}.next(std::chrono::milliseconds{open_ms_}).count();
      opened_at_ = now_ms;
    }
  }

  bool open() const noexcept { return opened_at_.has_value(); }
  std::size_t waiting() const noexcept { return waiting_.size(); }
  std::uint32_t under_way() const noexcept { return under_way_; }

private:
  std::uint32_t allowed(std::int64_t now_ms) const {
    const bool may_try = !opened_at_ || (trial_ == 0 && now_ms >= *opened_at_ + open_ms_);
    return may_try ? options_.concurrency : 0;
  }

  void close() {
    failures_ = 0;
    trial_ = 0;
    opened_at_.reset();
    open_ms_ = options_.open_ms;
  }

  provider_gate_options options_;
  std::deque<call> waiting_;
  std::uint32_t under_way_ = 0;
  std::uint32_t failures_ = 0; ///< unknown answers in a row
  std::optional<std::int64_t> opened_at_;
  std::int64_t open_ms_;
  std::uint64_t trials_ = 0; ///< so far
  std::uint64_t trial_ = 0;  ///< the one under way since the breaker opened; 0: none
};

} // namespace orderd::runtime

// Drives a node through the client library: so many orders a second, or so many at a time.
//
// *Operation*: construct, `run` once. Open loop: an absolute schedule, looked at each millisecond;
// what is due goes to the client in one message. Closed loop: each answer lets the next order go.
// After the last order it waits for the answers that are still due; every order gets one, if only the
// client's TIMEOUT.
//
// *Concurrency*: runs in its caller's thread, which sleeps between two milliseconds without answers.
//
// *Limitations*: an open loop keeps at most `unanswered_max` orders unanswered; what is due beyond that
// is recorded as not sent.
#pragma once

#include "tests/bench/request_source.hpp"
#include "tests/bench/run_record.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace orderd::bench {

struct load_plan {
  double rate_per_s = 0;    ///< open loop when > 0
  std::uint32_t window = 0; ///< else this many unanswered at a time
  std::chrono::nanoseconds warmup{0};
  std::chrono::nanoseconds measured{0};
  std::uint64_t orders = 0; ///< stop after so many sent; 0: when the time is over
};

/// Above this an open loop has lost its node anyway.
inline constexpr std::uint64_t unanswered_max = 500'000;

/// Waits until all clients are connected; else says why not.
std::optional<std::string> await_connected(caf::actor_system& system, const std::vector<caf::actor>& clients,
                                           std::chrono::milliseconds patience);

class load_loop {
public:
  /// Called once each, in the thread of `run`.
  struct observers {
    std::function<void()> on_measure_begin;
    std::function<void()> on_measure_end;
  };

  /// All references must outlive the loop.
  load_loop(caf::actor_system& system, std::vector<caf::actor> clients, load_plan plan,
            request_source& requests, run_record& record, observers watchers);

  /// Returns when all is answered, or soon after `stop` becomes true.
  void run(const std::atomic<bool>& stop);

  /// Times a connection was lost during the run.
  std::uint64_t disconnects() const noexcept { return disconnects_; }

private:
  using clock = std::chrono::steady_clock;
  using nanoseconds = std::chrono::nanoseconds;

  bool may_send(nanoseconds now) const noexcept;
  void on_tick(nanoseconds now);
  void send_due(nanoseconds now);
  void fill_window(nanoseconds now);
  template <class DueAt>
  void send(std::uint64_t count, std::chrono::nanoseconds now, DueAt due_at);
  void end_measure(nanoseconds now);

  std::vector<caf::actor> clients_;
  load_plan plan_;
  request_source& requests_;
  run_record& record_;
  observers watchers_;
  caf::scoped_actor self_;
  std::uint64_t arrivals_ = 0; ///< of the schedule that were sent or recorded as not sent
  std::uint64_t sent_ = 0;
  std::uint64_t unanswered_ = 0;
  std::uint64_t disconnects_ = 0;
  std::size_t next_client_ = 0;
  bool measuring_ = false;
  bool over_ = false; ///< nothing more is sent
};

} // namespace orderd::bench

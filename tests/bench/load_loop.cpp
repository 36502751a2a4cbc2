#include "tests/bench/load_loop.hpp"

#include "cluster/client/client.hpp"
#include "config/limits.hpp"
#include "tests/bench/arrival_schedule.hpp"

#include <caf/after.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto tick_interval = 1ms;

} // namespace

std::optional<std::string> await_connected(caf::actor_system& system, const std::vector<caf::actor>& clients,
                                           std::chrono::milliseconds patience) {
  const auto give_up_at = std::chrono::steady_clock::now() + patience;
  std::string why = "no answer";
  for (const auto& client : clients) {
    caf::scoped_actor self{system};
    self->send(client, caf::subscribe_atom_v);
    bool connected = false;
    while (!connected) {
      const auto left = give_up_at - std::chrono::steady_clock::now();
      if (left <= 0ms)
        return why;
      self->receive(
          [&](const cluster::client_state& state) {
            connected = state.connected;
            if (!state.last_error.empty())
              why = state.last_error;
          },
          caf::after(left) >> [] {});
    }
  }
  return std::nullopt;
}

load_loop::load_loop(caf::actor_system& system, std::vector<caf::actor> clients, load_plan plan,
                     request_source& requests, run_record& record, observers watchers)
    : clients_(std::move(clients)), plan_(plan), requests_(requests), record_(record),
      watchers_(std::move(watchers)), self_(system) {}

/// `due_at(i)` is when the i-th of these `count` requests should leave; it comes back as their tag.
template <class DueAt>
void load_loop::send(std::uint64_t count, nanoseconds now, DueAt due_at) {
  for (std::uint64_t done = 0; done < count;) {
    cluster::client_requests batch;
    batch.reserve(std::min<std::uint64_t>(count - done, limits::requests_per_frame_max));
    while (done < count && batch.size() < limits::requests_per_frame_max)
      batch.push_back({sending{due_at(done++), now}.tag(), requests_.next()});
    sent_ += batch.size();
    unanswered_ += batch.size();
    self_->send(clients_[next_client_], std::move(batch));
    next_client_ = (next_client_ + 1) % clients_.size();
  }
}

bool load_loop::may_send(nanoseconds now) const noexcept {
  return !over_ && now < plan_.warmup + plan_.measured && (plan_.orders == 0 || sent_ < plan_.orders);
}

void load_loop::send_due(nanoseconds now) {
  const arrival_schedule schedule{plan_.rate_per_s};
  auto due = schedule.due_by(std::min(now, plan_.warmup + plan_.measured - 1ns));
  if (plan_.orders > 0)
    due = std::min(due, plan_.orders);
  const auto room = unanswered_max - std::min(unanswered_max, unanswered_);
  const auto first = arrivals_;
  const auto count = std::min(due - first, room);
  send(count, now, [&](std::uint64_t n) { return schedule.due_at(first + n); });
  for (auto lost = first + count; lost < due; ++lost)
    record_.not_sent(schedule.due_at(lost), "NOT_SENT");
  arrivals_ = due;
}

void load_loop::fill_window(nanoseconds now) {
  if (!may_send(now) || unanswered_ >= plan_.window)
    return;
  std::uint64_t count = plan_.window - unanswered_;
  if (plan_.orders > 0)
    count = std::min(count, plan_.orders - sent_);
  send(count, now, [&](std::uint64_t) { return now; });
}

void load_loop::end_measure(nanoseconds now) {
  if (!std::exchange(measuring_, false))
    return;
  record_.finish(now);
  watchers_.on_measure_end();
}

void load_loop::on_tick(nanoseconds now) {
  if (over_)
    return;
  if (!measuring_ && now >= plan_.warmup) {
    measuring_ = true;
    watchers_.on_measure_begin();
  }
  if (plan_.rate_per_s > 0)
    send_due(now);
  else
    fill_window(now);
  over_ = !may_send(now);
}

void load_loop::run(const std::atomic<bool>& stop) {
  for (const auto& client : clients_)
    self_->send(client, caf::subscribe_atom_v);
  const auto started_at = clock::now();
  const auto elapsed = [&] { return clock::now() - started_at; };
  auto next_tick = started_at;
  while (!stop && (!over_ || unanswered_ > 0)) {
    if (clock::now() >= next_tick) {
      on_tick(elapsed());
      next_tick = std::max(next_tick + tick_interval, clock::now() - tick_interval);
    }
    self_->receive(
        [&](const cluster::client_replies& replies) {
          const auto now = elapsed();
          for (const auto& reply : replies)
            record_.answered(sending::of_tag(reply.tag), now, *reply.what);
          unanswered_ -= replies.size();
          if (plan_.rate_per_s <= 0)
            fill_window(now);
        },
        [&](const cluster::client_state& state) { disconnects_ += state.connected ? 0 : 1; },
        caf::after(std::max(next_tick - clock::now(), clock::duration::zero())) >> [] {});
    // A run of so many orders is over with its last answer, one of some time with that time.
    if (measuring_ && (over_ && (plan_.orders == 0 || unanswered_ == 0)))
      end_measure(elapsed());
  }
  end_measure(elapsed());
}

} // namespace orderd::bench

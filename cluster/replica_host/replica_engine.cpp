// The engine of a shard that this node leads: its replica host owns and runs it.
//
// Replica and engine call each other through the replica host, by turns: what one asks of the other while it
// runs is done when it has returned (`settle`), so neither is ever entered twice.
#include "cluster/replica_host/replica_actor.hpp"

#include <caf/send.hpp>

#include <utility>

namespace orderd::cluster {

// -- what the replica asks ------------------------------------------------------------------------

void replica_actor::start_engine(const runtime::epoch_mark& opening) {
  asked_.start_at = opening;
}

/// At once: nothing the engine did since its last commit counts.
void replica_actor::stop_engine() {
  asked_ = {};
  engine_.reset();
  tell_lost(gate_.lose());
}

void replica_actor::committed(std::uint64_t upto) {
  asked_.committed = upto;
}

void replica_actor::settle() {
  while (!failed_) {
    if (asked_.start_at)
      make_engine(*std::exchange(asked_.start_at, std::nullopt));
    else if (asked_.committed)
      engine_->durable(*std::exchange(asked_.committed, std::nullopt));
    else if (asked_.closed)
      feed([&] { replica_.engine_closed(std::exchange(asked_.closed, nullptr), now()); });
    else
      return;
  }
}

void replica_actor::make_engine(const runtime::epoch_mark& opening) {
  auto reader = given_.state.reader();
  if (!reader)
    return end_node_by("replica_host", reader.error());
  auto options = given_.engine;
  options.term = opening.term;
  options.last = opening;
  engine_.emplace(system(),
                  runtime::shard_run{.options = options,
                                     .form = given_.form,
                                     .rules = given_.rules,
                                     .clock = given_.clock,
                                     .metrics = given_.metrics,
                                     .reader = *std::move(reader)},
                  static_cast<runtime::shard_runner_port&>(*this));
  if (admission_)
    engine_->admit(*admission_);
  engine_->start();
  if (given_.alone)
    open();
}

/// One input of the engine, where it runs.
void replica_actor::with_engine(const std::function<void()>& input) {
  if (!engine_)
    return;
  input();
  settle();
}

// -- what the engine asks -------------------------------------------------------------------------

void replica_actor::append(runtime::epoch_ptr closed, std::size_t) {
  runtime::require(!asked_.closed, "two epochs of one engine are being committed");
  asked_.closed = std::move(closed);
}

void replica_actor::release(runtime::shard_outputs outputs) {
  if (given_.alone) // Nobody grants leases to it, and nobody else can lead: what is committed may go.
    let_go(std::move(outputs.replies), true);
  else if (!outputs.replies.empty())
    let_go(gate_.answered(std::move(outputs.replies), replica_.may_answer(now())), true);
  const auto shard = given_.options.shard;
  for (auto& [destination, commands] : outputs.commands)
    caf::event_based_actor::send(hosts_[destination], runtime::channel_commands{shard, std::move(commands)});
  for (const auto& [source, upto] : outputs.acknowledgements)
    caf::event_based_actor::send(hosts_[source], runtime::channel_acknowledged{shard, upto, outputs.started});
  if (!outputs.calls.empty())
    caf::event_based_actor::send(given_.provider, runtime::provider_calls{shard, std::move(outputs.calls)});
}

void replica_actor::work() {
  work_waits_ = false;
  with_engine([this] { engine_->work(); });
}

void replica_actor::work_later() {
  if (!std::exchange(work_waits_, true))
    caf::event_based_actor::send(this, runtime::work_off{});
}

void replica_actor::failed(const runtime::fault& why) {
  end_node_by("shard", why);
}

} // namespace orderd::cluster

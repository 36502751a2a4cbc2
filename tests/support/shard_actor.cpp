#include "tests/support/shard_actor.hpp"

#include <caf/send.hpp>

#include <utility>

namespace orderd::runtime {

namespace {

constexpr std::chrono::milliseconds tick_interval{20};

} // namespace

shard_actor::shard_actor(caf::actor_config& config, shard_dependencies given)
    : caf::event_based_actor(config), shard_(given.run.options.shard), journal_(std::move(given.journal)),
      applier_(std::move(given.applier)), provider_(std::move(given.provider)),
      fatal_(std::move(given.fatal)) {
  runner_.emplace(system(), std::move(given.run), static_cast<shard_runner_port&>(*this));
}

caf::behavior shard_actor::make_behavior() {
  // Another shard may start first and send what it owes: that waits until this one has recovered and
  // knows what it took before.
  set_default_handler(caf::skip);
  return {
      [this](const shard_handles& peers) {
        start(peers);
        set_default_handler(caf::print_and_drop);
        become(running());
      },
  };
}

caf::behavior shard_actor::running() {
  return {
      [this](shard_requests& batch) { runner_->requests(batch); },
      [this](const connection_gone& what) { runner_->forget(what); },
      [this](work_off) {
        work_waits_ = false;
        runner_->work();
      },
      [this](const channel_commands& batch) { runner_->commands(batch); },
      [this](const channel_acknowledged& what) { runner_->acknowledged(what); },
      [this](const provider_answer& what) { runner_->answered(what); },
      [this](const epoch_durable& what) { runner_->durable(what.number); },
      [this](const epoch_applied& what) { runner_->applied(what.number); },
      [this](const admit_new_work& what) { runner_->admit(what); },
      [this](shard_tick) { tick(); },
      [this](describe_shard) { return runner_->describe(); },
  };
}

void shard_actor::on_exit() {
  shards_.clear(); // Shards know each other and themselves: else none of them would ever be freed.
  gateway_ = nullptr;
  runner_.reset();
}

void shard_actor::start(const shard_handles& peers) {
  shards_ = peers.shards;
  gateway_ = peers.gateway;
  runner_->start();
  delayed_send(this, tick_interval, shard_tick{});
}

void shard_actor::tick() {
  runner_->tick();
  delayed_send(this, tick_interval, shard_tick{});
}

void shard_actor::append(epoch_ptr closed, std::size_t) {
  send(journal_, append_epoch{std::move(closed)});
}

void shard_actor::apply(epoch_ptr committed) {
  send(applier_, apply_epoch{std::move(committed)});
}

void shard_actor::apply_now() {
  send(applier_, runtime::apply_now{shard_});
}

void shard_actor::release(shard_outputs outputs) {
  if (!outputs.replies.empty())
    send(gateway_, gateway_replies{std::move(outputs.replies), clock().now()});
  for (auto& [destination, commands] : outputs.commands)
    send(shards_[destination], channel_commands{shard_, std::move(commands)});
  for (const auto& [source, upto] : outputs.acknowledgements)
    send(shards_[source], channel_acknowledged{shard_, upto, outputs.started});
  if (!outputs.calls.empty())
    send(provider_, provider_calls{shard_, std::move(outputs.calls)});
}

void shard_actor::work_later() {
  if (!std::exchange(work_waits_, true))
    send(this, work_off{});
}

void shard_actor::failed(const fault& why) {
  fatal_("shard", why);
  quit(caf::sec::runtime_error);
}

} // namespace orderd::runtime

#include "tests/simulation/simulated_node.hpp"

#include "cluster/messages.hpp"
#include "runtime/recovery.hpp"

#include <caf/event_based_actor.hpp>

#include <utility>

namespace orderd::simulation {

simulated_node::simulated_node(node_world& world, runtime::storage& disk) : world_(world) {
  auto recovered = runtime::recover(disk);
  if (!recovered) {
    start_fault_ = recovered.error();
    return;
  }
  gateway_ = spawn_gateway();
  bank_ = spawn_bank();
  const auto fatal = [this](std::string_view component, const runtime::fault& why) {
    crashed_ = std::string{component} + ": " + why.message;
  };
  auto started = cluster::start_node(
      system_.actors(), world.settings,
      {disk, *std::move(recovered), world.rules, world.clock, world.configuration, numbers_, bank_, fatal},
      cluster::blocking_actors::scheduled);
  if (!started) {
    start_fault_ = started.error();
    return;
  }
  node_ = *std::move(started);
  node_.open(gateway_);
}

simulated_node::~simulated_node() {
  // Nothing that happens from here on has any effect: the process is gone.
  ended_ = true;
  never_answered_.clear();
  for (const auto& shard : node_.shards)
    caf::anon_send_exit(shard, caf::exit_reason::kill);
  for (const auto& each : {node_.self, node_.provider_worker, node_.applier, node_.journal, gateway_, bank_})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::kill);
  system_.run();
}

caf::actor simulated_node::spawn_gateway() {
  return system_.actors().spawn([this](caf::event_based_actor*) -> caf::behavior {
    return {[this](const runtime::gateway_replies& batch) {
      for (const auto& each : batch.replies)
        if (!ended_)
          world_.replied(each.to.request_id, *each.body);
    }};
  });
}

caf::actor simulated_node::spawn_bank() {
  return system_.actors().spawn([this](caf::event_based_actor* self) -> caf::behavior {
    return {[this, self](const runtime::provider_request& call) {
      auto promise = self->make_response_promise();
      const std::chrono::milliseconds delay{world_.random.between(0, 30)};
      self->run_delayed(delay, [this, call, promise]() mutable {
        auto answer = ended_ ? std::nullopt : world_.bank.receive(call.idempotency_key, call.body);
        if (answer)
          promise.deliver(runtime::provider_response{*std::move(answer)});
        else
          never_answered_.push_back(promise);
      });
      return promise;
    }};
  });
}

void simulated_node::send(const shop_request& asked) {
  const runtime::caller from{1, asked.id};
  runtime::request envelope{from, world_.clock.now() + asked.what.timeout_ms(), {}};
  auto decoded = actors::decode_request(asked.what, static_cast<std::uint32_t>(node_.shards.size()));
  route(std::move(decoded), std::move(envelope));
}

void simulated_node::route(actors::decoded_request what, runtime::request envelope) {
  if (const auto* refused = std::get_if<actors::refused_request>(&what))
    return world_.replied(envelope.from.request_id, refused->body);
  if (const auto* question = std::get_if<actors::node_request>(&what)) {
    caf::send_as(gateway_, node_.self, cluster::node_question{envelope.from, *question});
    return;
  }
  const auto shards = static_cast<std::uint32_t>(node_.shards.size());
  std::uint32_t shard = 0;
  if (auto* command = std::get_if<runtime::entity_request>(&what)) {
    shard = runtime::shard_of_slot(world_.rules.slot_of(command->command.to), shards);
    envelope.what = std::move(*command);
  } else if (auto* query = std::get_if<runtime::query_request>(&what)) {
    shard = query->shard;
    envelope.what = std::move(*query);
  } else {
    auto& resolve = std::get<runtime::resolve_request>(what);
    shard = runtime::shard_of_slot(world_.rules.slot_of(resolve.entity), shards);
    envelope.what = std::move(resolve);
  }
  auto batch = std::make_shared<std::vector<runtime::request>>();
  batch->push_back(std::move(envelope));
  caf::send_as(gateway_, node_.shards[shard],
               runtime::shard_requests{std::move(batch), system_.scheduler().clock().now()});
}

bool simulated_node::run_one() {
  auto& jobs = system_.scheduler().jobs;
  if (jobs.empty())
    return false;
  std::swap(jobs.front(), jobs[world_.random.below(jobs.size())]);
  system_.scheduler().try_run_once();
  return true;
}

void simulated_node::pass(std::chrono::milliseconds time) {
  world_.clock.pass(time.count());
  system_.scheduler().advance_time(time);
}

} // namespace orderd::simulation

#include "tests/simulation/simulated_node.hpp"

#include "tests/simulation/handing_on.hpp"

#include <caf/event_based_actor.hpp>

#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::size_t connections = 3;

} // namespace

simulated_node::simulated_node(node_world& world, runtime::storage& disk)
    : world_(world),
      line_(world.bank, world.random), context_{world.rules, *this, disk.shards(), "simulated"},
      asked_(disk.shards()) {
  const auto found = cluster::recover_alone(disk);
  if (!found) {
    start_fault_ = found.error();
    return;
  }
  cluster::make_store_alone(store_, *found, "");
  gateway_ = spawn_gateway();
  bank_ = line_.spawn(system_.actors());
  const auto fatal = [this](std::string_view component, const runtime::fault& why) {
    if (!crashed_) // Else it died already, and this came of it.
      crashed_ = std::string{component} + ": " + why.message;
  };
  auto started = cluster::start_node(system_.actors(), world.settings,
                                     {.disk = disk,
                                      .rules = world.rules,
                                      .clock = world.clock,
                                      .store = store_,
                                      .board = board_,
                                      .metrics = metrics_,
                                      .cluster_metrics = cluster_metrics_,
                                      .provider = bank_,
                                      .fatal = fatal},
                                     *found, cluster::blocking_actors::scheduled);
  if (!started) {
    start_fault_ = started.error();
    return;
  }
  node_ = *std::move(started);
  node_.open(gateway_);
  places_.resize(connections);
  for (std::size_t place = 0; place < connections; ++place)
    connect(place);
}

simulated_node::~simulated_node() {
  // Nothing that happens from here on has any effect: the process is gone.
  ended_ = true;
  line_.cut();
  for (const auto& host : node_.hosts)
    caf::anon_send_exit(host, caf::exit_reason::kill);
  for (const auto& each :
       {node_.self, node_.directory, node_.provider_worker, node_.applier, node_.journal, gateway_, bank_})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::kill);
  system_.run();
}

caf::actor simulated_node::spawn_gateway() {
  return system_.actors().spawn([this](caf::event_based_actor*) -> caf::behavior {
    return {[this](const runtime::gateway_replies& batch) { take_replies(batch); }};
  });
}

void simulated_node::take_replies(const runtime::gateway_replies& batch) {
  if (ended_)
    return;
  for (const auto& each : batch.replies) {
    const auto found = connections_.find(each.to.connection);
    if (found == connections_.end())
      continue; // Nobody is there any more.
    found->second->server().reply(each.to.request_id, each.outcome, *each.body, now());
    found->second->answered();
  }
}

cluster::moment simulated_node::now() {
  return {system_.scheduler().clock().now(), world_.clock.now().monotone_ms};
}

void simulated_node::connect(std::size_t place) {
  places_[place] = ++last_connection_;
  connections_[last_connection_] =
      std::make_unique<simulated_connection>(last_connection_, context_, world_.client, now());
}

void simulated_node::send(const shop_request& asked) {
  connections_.at(places_[world_.random.below(connections)])->ask(asked);
}

std::set<std::uint64_t> simulated_node::lose_connection() {
  const auto place = world_.random.below(connections);
  const auto lost = connections_.extract(places_[place]);
  connect(place);
  return lost.mapped()->open();
}

bool simulated_node::run_one() {
  auto& jobs = system_.scheduler().jobs;
  if ((jobs.empty() || world_.random.percent(20)) && carry())
    return true;
  if (jobs.empty())
    return false;
  std::swap(jobs.front(), jobs[world_.random.below(jobs.size())]);
  system_.scheduler().try_run_once();
  return true;
}

bool simulated_node::carry() {
  std::vector<simulated_connection*> moving;
  for (const auto number : places_)
    if (connections_.at(number)->moving())
      moving.push_back(connections_.at(number).get());
  if (moving.empty())
    return false;
  moving[world_.random.below(moving.size())]->carry(world_.random, now(), asked_);
  hand_on(asked_, gateway_, node_.hosts, node_.self, now().steady);
  return true;
}

void simulated_node::pass(std::chrono::milliseconds time) {
  world_.clock.pass(time.count());
  system_.scheduler().advance_time(time);
}

} // namespace orderd::simulation

#include "tests/simulation/simulated_member.hpp"

#include "actors/requests/request_decoder.hpp"
#include "tests/simulation/answer_tap.hpp"
#include "tests/simulation/handing_on.hpp"

#include <caf/event_based_actor.hpp>

#include <limits>
#include <utility>
#include <variant>

namespace orderd::simulation {

using std::chrono::microseconds;

namespace {

/// Of requests that no client made: no connection has that number.
constexpr auto probing_connection = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t probe_timeout_ms = 1'000;

} // namespace

simulated_member::simulated_member(member_world& world, member_life life)
    : world_(world), self_(life.self), clock_(life.clock), line_(world.bank, world.random),
      board_(life.self, cluster::heartbeat_timing{}), context_{world.rules, *this, world.terms.shards,
                                                               "simulated"},
      asked_(world.terms.shards) {
  // As long after the machine's start as production.
  system_.scheduler().advance_time(std::chrono::hours{1 + life.self.node});
  gateway_ = spawn_gateway();
  peers_ = spawn_peers();
  bank_ = line_.spawn(system_.actors());
  const auto end = [this](const std::string& why) {
    if (!ended_) // Else it died already, and this came of it.
      ended_ = why;
  };
  auto started = cluster::start_node(
      system_.actors(), world.settings,
      {.disk = life.disk,
       .rules = world.rules,
       .clock = life.clock,
       .store = life.store,
       .board = board_,
       .metrics = metrics_,
       .cluster_metrics = cluster_metrics_,
       .provider = bank_,
       .peers = peers_,
       .fatal = [end](std::string_view component,
                      const runtime::fault& why) { end(std::string{component} + ": " + why.message); },
       .keep =
           [this, &held = life.held](const cluster::held_configuration& what) {
             if (!gone_)
               held = what;
           },
       .distrust = [end](const std::string& why) { end("distrusts its disk: " + why); },
       .replicas = world.replicas},
      {.terms = world.terms,
       .self = life.self,
       .boot = life.boot,
       .found = std::move(life.found),
       .held = life.held},
      cluster::blocking_actors::scheduled);
  if (!started) {
    start_fault_ = started.error();
    return;
  }
  node_ = *std::move(started);
  journal_job_ = dynamic_cast<const caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(node_.journal));
  node_.open(gateway_, peers_);
}

simulated_member::~simulated_member() {
  // Nothing that happens from here on has any effect: the process is gone.
  gone_ = true;
  line_.cut();
  for (const auto& host : node_.hosts)
    caf::anon_send_exit(host, caf::exit_reason::kill);
  for (const auto& each : {node_.self, node_.directory, node_.provider_worker, node_.applier, node_.journal,
                           gateway_, peers_, bank_})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::kill);
  system_.run();
}

// -- time and jobs -------------------------------------------------------------------------------

void simulated_member::pass(microseconds time) {
  system_.scheduler().advance_time(time);
}

cluster::steady_time simulated_member::now() {
  return system_.scheduler().clock().now();
}

void simulated_member::run(std::uint64_t jobs_max) {
  auto& jobs = system_.scheduler().jobs;
  halted_ = false;
  for (; jobs_max > 0 && !ended_ && !halted_; --jobs_max) {
    const auto job = next_job();
    if (!job)
      return;
    std::swap(jobs.front(), jobs[*job]);
    system_.scheduler().try_run_once();
    ++jobs_;
  }
}

/// Any, but the journal's only when the disk has done it.
std::optional<std::size_t> simulated_member::next_job() {
  const auto& jobs = system_.scheduler().jobs;
  if (jobs.empty())
    return std::nullopt;
  const auto drawn = world_.random.below(jobs.size());
  if (jobs[drawn] != journal_job_ || disk_is_ready())
    return drawn;
  return jobs.size() == 1 ? std::nullopt : std::optional{(drawn + 1) % jobs.size()};
}

bool simulated_member::disk_is_ready() {
  if (!disk_due_)
    disk_due_ = now() + microseconds{world_.random.between(100, now() < slow_until_ ? 400'000 : 3'000)};
  if (now() < *disk_due_)
    return false;
  disk_due_.reset();
  return true;
}

// -- other nodes ---------------------------------------------------------------------------------

caf::actor simulated_member::spawn_peers() {
  return system_.actors().spawn([this](caf::event_based_actor*) -> caf::behavior {
    return {
        [this](const cluster::peer_send& what) {
          if (!gone_)
            world_.send(self_.node, what);
        },
        [this](const cluster::peer_taken& what) { untaken_bytes_ -= what.bytes; },
        [](const cluster::peer_endpoints&) {},
    };
  });
}

void simulated_member::received(std::uint32_t from, const cluster::peer_send& what) {
  untaken_bytes_ += what.bytes->size();
  caf::send_as(peers_, node_.hosts[what.shard], cluster::peer_received{from, what.bytes});
}

// -- clients -------------------------------------------------------------------------------------

caf::actor simulated_member::spawn_gateway() {
  return system_.actors().spawn<answer_tap>(
      [this](const caf::strong_actor_ptr& by, const runtime::gateway_replies& batch) {
        if (!gone_)
          see_replies(by, batch);
      },
      [this](const runtime::gateway_replies& batch) {
        if (!gone_)
          take_replies(batch);
      });
}

/// In the moment they leave their replica host. A fault may leave at any time: it says nothing of the state.
void simulated_member::see_replies(const caf::strong_actor_ptr& by, const runtime::gateway_replies& batch) {
  std::uint32_t shard = 0;
  while (shard < node_.hosts.size() && caf::actor_cast<caf::strong_actor_ptr>(node_.hosts[shard]) != by)
    ++shard;
  if (shard == node_.hosts.size())
    return; // of the node itself
  std::optional<std::uint64_t> term;
  for (const auto& each : board_.next({}).shards)
    if (each.shard == shard)
      term = each.term;
  for (const auto& each : batch.replies)
    if (each.outcome != runtime::reply_outcome::fault)
      world_.answers.answered(self_.node, shard, term);
}

void simulated_member::take_replies(const runtime::gateway_replies& batch) {
  for (const auto& each : batch.replies) {
    const auto found = sessions_.find(each.to.connection);
    if (found == sessions_.end())
      continue; // Nobody is there any more.
    found->second->reply(each.to.request_id, each.outcome, *each.body, moment());
    flush(each.to.connection);
  }
}

void simulated_member::connect(std::uint64_t connection) {
  auto& made = sessions_[connection] = std::make_unique<cluster::session>(connection, context_);
  made->open(moment());
  flush(connection);
}

void simulated_member::receive(std::uint64_t connection, std::string_view bytes) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end())
    return;
  found->second->receive(bytes, moment(), asked_);
  flush(connection);
  hand_on(asked_, gateway_, node_.hosts, node_.self, now());
}

void simulated_member::flush(std::uint64_t connection) {
  auto& session = *sessions_.at(connection);
  if (const auto bytes = session.output(); !bytes.empty())
    world_.say(connection, std::string{bytes});
  session.output_sent();
}

void simulated_member::probe(const v1::request& what) {
  auto decoded = std::get<actors::shard_request>(actors::decode_request(what, world_.terms.shards));
  auto batch = std::make_shared<std::vector<runtime::request>>();
  batch->push_back({{probing_connection, ++probes_},
                    clock_.now().monotone_ms + probe_timeout_ms,
                    std::move(decoded.what)});
  caf::send_as(gateway_, node_.hosts[decoded.shard], runtime::shard_requests{std::move(batch), now()});
}

std::size_t simulated_member::unanswered() const {
  std::size_t all = 0;
  for (const auto& [number, session] : sessions_)
    all += session->unanswered();
  return all;
}

} // namespace orderd::simulation

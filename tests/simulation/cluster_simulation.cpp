#include "tests/simulation/cluster_simulation.hpp"

#include "actors/entities/business.hpp"
#include "runtime/base/bytes.hpp"
#include "tests/simulation/cluster_faults.hpp"
#include "tests/simulation/cluster_members.hpp"
#include "tests/simulation/cluster_review.hpp"
#include "tests/simulation/settling.hpp"
#include "tests/simulation/simulated_clients.hpp"
#include "tests/simulation/store_losses.hpp"
#include "tests/simulation/throwing_handlers.hpp"
#include "tests/simulation/world_heartbeats.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

namespace orderd::simulation {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t ms = 1'000;
constexpr std::int64_t placement_deadline_ms = 3'000;
constexpr std::uint32_t request_timeout_ms = 4'000;
constexpr std::uint32_t copies = 3;
/// How long a healed cluster may take until every copy is in sync (N6), and all is alike (A8).
constexpr std::int64_t whole_within_ms = 60'000;

config::node_settings settings_of(const cluster_options& options, chance& random) {
  config::node_settings settings;
  settings.shards = options.shards;
  settings.entities = random.percent(50) ? config::entity_form::actor : config::entity_form::object;
  settings.live_entities_max = random.percent(30) ? 4 * options.shards : 10'000;
  settings.placement_deadline_ms = placement_deadline_ms;
  settings.apply_interval_ms = 50;
  settings.provider.timeout_ms = 200;
  settings.provider.concurrency = 8;
  return settings;
}

/// Small, so that journals are trimmed and copies happen.
cluster::replica_options replicas_of(const cluster_options& options, chance& random) {
  cluster::replica_options out;
  out.limits = {3'000 * options.shards, 12'000 * options.shards, milliseconds{3'000}, 2'000};
  if (random.percent(30))
    out.limits.retained_bytes *= 100;
  // Much in memory, or nearly nothing, so that catching up reads the journal.
  if (random.percent(30))
    out.limits.recent_bytes = random.percent(50) ? out.limits.recent_bytes * 20 : 500;
  if (random.percent(25))
    out.limits.terms_kept = 2; // Who was away meets terms that nobody remembers.
  out.window_bytes = 8'000;
  out.copy_bytes_a_tick = 3'000;
  out.copy_page_bytes = 1'000;
  return out;
}

test::configuration_faults store_faults(chance& random) {
  if (random.percent(30))
    return {};
  return {0.02, 0.05, 0.05, 0.05, 0.05, 0.2, 0.05, 0.2};
}

class cluster_history final : private settling_world {
public:
  explicit cluster_history(const cluster_options& options)
      : options_(options), random_(options.seed), handlers_(options.throws, options.seed, random_),
        store_(random_.bits(), store_faults(random_)), bank_(random_, report_.happened),
        shop_({options.shards, request_timeout_ms,
               [this](const std::string& key) { return handlers_.poisoned(key); }, true},
              random_, report_.happened),
        real_(actors::make_business({placement_deadline_ms})),
        rules_(
            *real_, [this](runtime::turn& now) { handlers_.before_turn(now); }, options.alters_turn),
        shared_{rules_,
                settings_of(options, random_),
                {"simulated", options.shards, copies},
                replicas_of(options, random_),
                bank_,
                random_,
                answers_,
                [this](std::uint32_t from, const cluster::peer_send& what) { send(from, what); },
                [this](std::uint64_t connection, std::string bytes) {
                  clients_.said(connection, std::move(bytes));
                }} {}

  cluster_report tell() {
    begin();
    run_until(options_.faulty_ms * ms);
    if (!failed())
      heal();
    report_.simulated_ms = time_.now() / ms;
    report_.events = time_.events() + members_.jobs();
    report_.fingerprint ^= time_.fingerprint();
    report_.violations.insert(report_.violations.end(), shop_.violations().begin(), shop_.violations().end());
    return std::move(report_);
  }

private:
  bool failed() const override { return !report_.violations.empty() || !shop_.violations().empty(); }
  void complain(const std::string& what) { report_.violations.push_back(what); }
  void run_until(std::int64_t until) {
    time_.run_until(until, [this] { return failed(); });
  }

  // -- what goes on of itself --------------------------------------------------------------------

  void begin() {
    for (const auto id : members_.ids()) {
      members_.start(id);
      turns(id);
      heartbeats(id);
    }
    hints();
    clients_time();
    requests();
    faults_.begin();
    probes();
    store_losses_now_and_then();
    if (options_.idle_ms > 0)
      time_.at(options_.idle_from_ms * ms, [this] { report_.happened.count("idle phase"); });
  }

  void store_losses_now_and_then() {
    if (!options_.loses_store || healed_)
      return;
    time_.at(random_.between(300, 2'500) * ms, [this] {
      if (healed_)
        return;
      if (losses_.lost())
        losses_.repair(false);
      else if (losses_.back_up(); random_.percent(40))
        losses_.lose();
      store_losses_now_and_then();
    });
  }

  /// For so long no client asks for anything; what the cluster does then, it does of itself.
  bool idle() const {
    const auto now = time_.now() / ms;
    return now >= options_.idle_from_ms && now < options_.idle_from_ms + options_.idle_ms;
  }

  void turns(std::uint32_t id) {
    time_.at(random_.between(1, quiet_ ? 16 : 5) * ms, [this, id] {
      if (members_.running(id))
        members_.wake(id);
      turns(id);
    });
  }

  void heartbeats(std::uint32_t id) {
    time_.at(100 * ms, [this, id] {
      time_.later(id, 0, [this, id] { heartbeats_.say(id, members_.ids()); });
      heartbeats(id);
    });
  }

  void hints() {
    time_.at(random_.between(1, 20) * ms, [this] {
      store_.deliver_hints();
      compare_rows();
      if (!losses_.lost())
        review_.look_at_store(time_.now(), [this](const std::string& what) { complain(what); });
      hints();
    });
  }

  /// Replicas compare themselves, whenever they have applied the same epochs.
  void compare_rows() {
    for (const auto id : members_.ids())
      if (auto* life = members_.running(id); life && life->tells_of_other_rows())
        complain("node " + std::to_string(id)
                 + " tells of a copy with other rows after the same epochs (A8)");
  }

  void clients_time() {
    time_.at(random_.between(2, 8) * ms, [this] {
      clients_.pump();
      clients_time();
    });
  }

  void requests() {
    time_.at(random_.between(1, 30) * ms, [this] {
      if (healed_)
        return;
      if (shop_.waiting() < 30 && !idle())
        clients_.submit(shop_.next(now_ms()));
      requests();
    });
  }

  /// Some node is asked what it should not know, or know only while its leases hold.
  void probes() {
    time_.at(random_.between(2, 20) * ms, [this] {
      if (healed_)
        return;
      const auto id = 1 + static_cast<std::uint32_t>(random_.below(options_.nodes));
      v1::request what;
      what.mutable_get_stock()->set_sku(shop_.some_sku());
      time_.later(id, 0, [this, id, what] {
        member_now(id)->probe(what);
        members_.wake(id);
      });
      probes();
    });
  }

  void send(std::uint32_t from, const cluster::peer_send& what) {
    if (what.node < 1 || what.node > options_.nodes)
      return complain("a message for node " + std::to_string(what.node) + ", which there is none of");
    faults_.transitions().sends(from, what);
    network_.carry(from, what.node, true, [this, from, what] {
      members_.to_the_present(what.node);
      members_.running(what.node)->received(from, what);
      members_.wake(what.node);
    });
  }

  simulated_member* member_now(std::uint32_t id) {
    if (members_.running(id))
      members_.to_the_present(id);
    return members_.running(id);
  }

  void take_reply(std::uint64_t request, const std::string& body) {
    // Protobuf writes the entries of a map in any order: the bytes count, not their places.
    const auto sum = std::accumulate(body.begin(), body.end(), body.size());
    report_.fingerprint = (report_.fingerprint ^ request ^ sum << 32) * 0x100000001b3ull;
    shop_.answered(request, body);
  }

  // -- the end: faults stop, everything must settle ------------------------------------------------

  void heal() {
    healed_ = true;
    faults_.heal();
    bank_.behave({0, 0, 0});
    handlers_.heal();
    store_.settle();
    network_.heal();
    time_.move_again();
    members_.heal();
    if (losses_.lost() || losses_.doubted())
      run_until(time_.now() + 3'000 * ms); // Until all run, and have said what they hold.
    for (int i = 0; i < 20 && (losses_.lost() || losses_.doubted()); ++i) { // Some end, and start again.
      run_until(time_.now() + 300 * ms);
      losses_.repair(!options_.beyond_promise);
    }
    if (losses_.lost())
      return report_.happened.count("store not restored");
    if (options_.loses_store) {
      run_until(time_.now() + 3'000 * ms);
      losses_.replace_diverged();
    }
    if (options_.beyond_promise && stays_stopped())
      return report_.happened.count("shard stopped for good");
    settling end{*this, shop_, report_.happened, {options_.shards, options_.throws, 120'000}};
    if (!end.settle())
      return;
    wait_for([this] { return review_.whole(); });
    if (!failed() && !review_.whole())
      return complain("not every copy is in sync long after the faults stopped (N6): " + review_.describe());
    quiet_ = true;
    end.read_everything();
    wait_for([this] { return review_.at_rest(); });
    if (failed())
      return;
    if (!review_.at_rest())
      return complain("copies differ, or something is owed, when all is quiet (A8, N4): "
                      + review_.describe());
    shop_.review(bank_);
    for (const auto& each : review_.audit())
      complain(each);
  }

  /// Whether a shard has nobody left who may lead it, some time after the faults stopped.
  bool stays_stopped() {
    run_until(time_.now() + 5'000 * ms);
    return !review_.can_serve();
  }

  template <class Done>
  void wait_for(Done done) {
    for (const auto until = time_.now() + whole_within_ms * ms; !failed() && !done() && time_.now() < until;)
      pass(milliseconds{200});
  }

  // settling_world
  void send(const shop_request& asked) override { clients_.submit(asked); }
  void run() override {}
  void pass(milliseconds time) override { run_until(time_.now() + time.count() * ms); }
  std::int64_t now_ms() const override { return wall_.now().wall_ms + time_.now() / ms; }

  const cluster_options& options_;
  cluster_report report_;
  chance random_;
  throwing_handlers handlers_;
  const test::manual_clock wall_; ///< at the beginning
  test::simulated_register store_;
  answer_checks answers_{[this](const std::string& what) { complain(what); }};
  simulated_bank bank_;
  shop shop_;
  std::unique_ptr<const runtime::business> real_;
  altered_business rules_;
  member_world shared_;
  world_schedule time_{[this](std::uint32_t id) { return members_.life_of(id); }};
  world_network network_{time_, random_, 1'000 * options_.round_trip_ms};
  world_heartbeats heartbeats_{network_,
                               [this](std::uint32_t id) {
                                 auto* node = member_now(id);
                                 return world_heartbeats::heart{&node->board(), node->now()};
                               },
                               [this](const std::string& what) { complain(what); }};
  // Before the nodes, which tell it what they do until they are gone.
  cluster_faults faults_{{time_, network_, members_, clients_, bank_, random_, report_.happened},
                         {options_.nodes, options_.beyond_promise, options_.transitions_share}};
  cluster_members members_{
      {shared_, time_, report_.happened, store_, options_.disk_bugs,
       [this](std::uint32_t id) { clients_.node_is_gone(id); },
       [this](std::uint32_t id, const auto& what) { faults_.transitions().proposes(id, what); },
       [this](std::uint32_t id, const auto& what) { faults_.transitions().proposed(id, what); },
       [this](std::uint32_t id) { return losses_.of_another_history(id); }, [this] { return losses_.lost(); },
       [this](const std::string& what) { complain(what); }},
      options_.nodes};
  simulated_clients clients_{
      {time_, random_, report_.happened, [this](std::uint32_t id) { return member_now(id); },
       [this](std::uint32_t id) { members_.wake(id); },
       [this](std::uint64_t request, const std::string& body) { take_reply(request, body); }},
      options_.clients,
      options_.nodes};
  cluster_review review_{shared_.terms, store_, members_, report_.happened};
  store_losses losses_{{shared_.terms, store_, members_, random_, report_.happened,
                        [this] { review_.forget_what_was_seen(); },
                        [this](const std::string& what) { complain(what); }}};
  bool healed_ = false;
  bool quiet_ = false;
};

} // namespace

cluster_report simulate_cluster(const cluster_options& options) {
  return cluster_history{options}.tell();
}

cluster_options cluster_of_seed(std::uint64_t seed) {
  chance random{seed * 0x9e3779b97f4a7c15ull + 11};
  cluster_options options;
  options.seed = seed;
  options.nodes = static_cast<std::uint32_t>(random.between(3, 5));
  options.shards = static_cast<std::uint32_t>(random.between(1, 4));
  options.clients = static_cast<std::uint32_t>(random.between(1, 3));
  options.faulty_ms = random.between(2'000, 15'000);
  options.throws = random.percent(20);
  if (random.percent(60))
    options.transitions_share = static_cast<std::uint64_t>(random.between(3, 30));
  if (random.percent(30)) {
    options.idle_from_ms = random.between(500, options.faulty_ms);
    options.idle_ms = random.between(2'000, 8'000);
    options.faulty_ms += options.idle_ms;
  }
  if (random.percent(15))
    options.round_trip_ms = random.between(10, 300);
  options.loses_store = random.percent(40);
  return options;
}

} // namespace orderd::simulation

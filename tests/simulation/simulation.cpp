#include "tests/simulation/simulation.hpp"

#include "actors/entities/business.hpp"
#include "tests/simulation/settling.hpp"
#include "tests/simulation/shop.hpp"
#include "tests/simulation/simulated_bank.hpp"
#include "tests/simulation/simulated_node.hpp"
#include "tests/simulation/throwing_handlers.hpp"
#include "tests/simulation/timer_watch.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

namespace orderd::simulation {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t placement_deadline_ms = 3'000;
/// How long a healed node may take until nothing is left to do (S10): the deadline, pauses of card payments
/// asking again (doubling up to 30 s), and some.
constexpr std::int64_t healing_ms_max = 120'000;

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

config::node_settings settings_of(const simulation_options& options, chance& random) {
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

class history final : private settling_world {
public:
  explicit history(const simulation_options& options)
      : options_(options), random_(options.seed), settings_(settings_of(options, random_)),
        disk_(options.shards, options.seed), bank_(random_, report_.happened),
        shop_({options.shards, 1'000, [this](const std::string& key) { return handlers_.poisoned(key); }},
              random_, report_.happened),
        real_(actors::make_business({placement_deadline_ms})),
        rules_(
            *real_, [this](runtime::turn& now) { handlers_.before_turn(now); }, options.alters_turn) {}

  simulation_report tell() {
    start();
    for (std::uint32_t step = 0; step < options_.steps && !failed(); ++step)
      this->step();
    if (!failed())
      heal();
    node_.reset();
    report_.violations.insert(report_.violations.end(), shop_.violations().begin(), shop_.violations().end());
    return std::move(report_);
  }

private:
  bool failed() const override { return !report_.violations.empty() || !shop_.violations().empty(); }

  // -- the node's lives ---------------------------------------------------------------------------

  void start() {
    node_.reset();
    opened_ = disk_.open();
    lying_ = std::make_unique<altered_storage>(*opened_, options_.disk_bugs);
    node_ = std::make_unique<simulated_node>(world_, *lying_);
    if (const auto& why = node_->start_fault(); why && why->code == runtime::fault_code::storage_full) {
      report_.happened.count("start with a full disk");
      disk_.set_capacity(unlimited); // A person makes room.
      return start();
    }
    if (const auto& why = node_->start_fault())
      report_.violations.push_back("the node does not start: " + why->message + " (F5)");
    timers_.look_at(*opened_, clock_.now().monotone_ms);
  }

  void set_clock() {
    clock_.set_wall_wrong_by(wrong_clock(random_));
    report_.happened.count("clock set");
  }

  void crash() {
    report_.happened.count("crash");
    if (shop_.waiting() > 0)
      report_.happened.count("crash with requests under way");
    disk_.crash(); // First: what still runs while the actors end has no effect.
    node_.reset();
    if (options_.after_crash)
      options_.after_crash(disk_);
    shop_.connection_lost();
    if (random_.once_in(3))
      set_clock();
    timers_.crashed();
    start();
  }

  void take_reply(std::uint64_t request, const std::string& body) {
    // Protobuf writes the entries of a map in any order: the bytes count, not their places.
    const auto sum = std::accumulate(body.begin(), body.end(), body.size());
    report_.fingerprint = (report_.fingerprint ^ request ^ sum << 32) * 0x100000001b3ull;
    shop_.answered(request, body);
  }

  bool run_one() {
    if (!node_->run_one())
      return false;
    ++report_.events;
    if (const auto& why = node_->crashed()) {
      expect_death(*why);
      crash();
    }
    return true;
  }

  void expect_death(const std::string& why) {
    if (why.find("the simulated disk is full") != std::string::npos)
      return report_.happened.count("crash for want of space");
    if (why.find("the simulated disk failed an append") == std::string::npos)
      report_.violations.push_back("the node ended itself: " + why);
    report_.happened.count("crash in an append");
  }

  // -- faults and load ----------------------------------------------------------------------------

  void step() {
    const auto drawn = random_.below(100);
    if (drawn < 6 && shop_.waiting() < 40)
      node_->send(shop_.next(world_.clock.now().wall_ms));
    else if (drawn < 9)
      node_->pass(milliseconds{random_.between(1, random_.percent(5) ? 700 : 30)});
    else if (!run_one())
      node_->pass(milliseconds{random_.between(1, 10)});
    some_fault();
  }

  void some_fault() {
    if (random_.once_in(options_.steps_between_crashes))
      crash();
    if (random_.once_in(options_.steps_between_crashes))
      disk_.fail_append(1 + random_.below(3));
    if (random_.once_in(1'500))
      set_clock();
    if (random_.once_in(2'000))
      disk_.set_capacity(disk_.used_bytes() + random_.below(20'000));
    if (random_.once_in(500))
      disk_.set_capacity(unlimited);
    if (random_.once_in(400))
      shop_.connection_lost(node_->lose_connection());
    if (random_.once_in(500)) {
      disk_.fail_apply(1);
      report_.happened.count("apply to fail");
    }
    if (random_.once_in(1'000)) {
      const bool outage = random_.percent(50);
      bank_.behave(outage ? simulated_bank::behaviour{10, 100, 0} : simulated_bank::behaviour{});
    }
  }

  // -- the end: faults stop, everything must settle -------------------------------------------------

  void heal() {
    bank_.behave({0, 0, 0});
    disk_.set_capacity(unlimited);
    handlers_.heal();
    settling end{*this, shop_, report_.happened, {options_.shards, options_.throws, healing_ms_max}};
    if (!end.settle())
      return;
    end.read_everything();
    if (failed())
      return;
    crash(); // What waits now, and for how long?
    if (failed())
      return;                   // It does not start again.
    pass(milliseconds{20'000}); // The audit judges what has been at rest for a while.
    send(shop_.ask(purpose::audit, 0));
    end.wait_for_answers();
    if (!failed())
      shop_.review(bank_);
  }

  // settling_world
  void send(const shop_request& asked) override { node_->send(asked); }
  void run() override {
    while (!failed() && run_one())
      continue;
  }
  void pass(milliseconds time) override { node_->pass(time); }
  std::int64_t now_ms() const override { return world_.clock.now().monotone_ms; }

  const simulation_options& options_;
  simulation_report report_;
  timer_watch timers_{[this](const std::string& what) { report_.violations.push_back(what); }};
  chance random_;
  config::node_settings settings_;
  test::memory_disk disk_;
  test::manual_clock clock_;
  simulated_bank bank_;
  throwing_handlers handlers_{options_.throws, options_.seed, random_};
  shop shop_;
  std::unique_ptr<const runtime::business> real_;
  altered_business rules_;
  node_world world_{rules_,
                    settings_,
                    clock_,
                    bank_,
                    random_,
                    {[this](std::uint64_t request, const std::string& body) { take_reply(request, body); },
                     [this](const std::string& what) { shop_.complain(what); }}};
  std::unique_ptr<runtime::storage> opened_;
  std::unique_ptr<altered_storage> lying_;
  std::unique_ptr<simulated_node> node_;
};

} // namespace

simulation_report simulate(const simulation_options& options) {
  return history{options}.tell();
}

simulation_options options_of_seed(std::uint64_t seed) {
  chance random{seed * 0x9e3779b97f4a7c15ull + 1};
  simulation_options options;
  options.seed = seed;
  options.shards = static_cast<std::uint32_t>(1 + random.below(4));
  options.steps = static_cast<std::uint32_t>(random.between(1'000, 8'000));
  options.steps_between_crashes =
      random.percent(20) ? 100 : static_cast<std::uint64_t>(random.between(300, 3'000));
  options.throws = random.percent(30);
  return options;
}

} // namespace orderd::simulation

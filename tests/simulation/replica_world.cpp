#include "tests/simulation/replica_world.hpp"

#include "tests/simulation/world_beacons.hpp"
#include "tests/simulation/world_network.hpp"
#include "tests/simulation/world_node.hpp"
#include "tests/simulation/world_schedule.hpp"
#include "tests/simulation/world_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::int64_t ms = 1'000;
constexpr std::int64_t tick_every = 20 * ms;
constexpr std::int64_t heal_within = 20'000 * ms;
constexpr std::uint32_t copies = 3;

class world final : public world_services {
public:
  explicit world(const world_options& options)
      : options_(options), random_(options.seed),
        minimum_(cluster::min_in_sync(std::min(copies, options.nodes))) {}

  world_report run() {
    begin();
    run_until(options_.faulty_ms * ms, [] { return false; });
    if (!failed())
      heal();
    for (auto& [id, node] : nodes_)
      node->crash();
    report_.violations = checks_.violations();
    report_.simulated_ms = time_.now() / ms;
    report_.events = time_.events();
    report_.fingerprint = time_.fingerprint();
    report_.happened.count("epoch acknowledged", checks_.acknowledgements());
    return std::move(report_);
  }

private:
  bool failed() const { return !checks_.violations().empty(); }
  template <class Done>
  void run_until(std::int64_t until, Done done) {
    try {
      time_.run_until(until, [&] { return failed() || done(); });
    } catch (const runtime::bug& found) {
      checks_.complain(std::string{"a replica finds a bug: "} + found.what());
    }
  }

  std::uint64_t life_of(std::uint32_t id) const {
    const auto& node = *nodes_.at(id);
    return node.up() ? node.life() : 0;
  }

  // -- nodes -------------------------------------------------------------------------------------

  void begin() {
    std::vector<std::uint32_t> where;
    for (std::uint32_t id = 1; id <= options_.nodes; ++id) {
      ids_.push_back(id);
      nodes_[id] = std::make_unique<world_node>(id, minimum_, static_cast<world_services&>(*this));
      if (id <= copies)
        where.push_back(id);
      start(id);
      tick(id);
      beacon(id);
      work(id);
      poll(id);
    }
    store_.place(cluster::first_assignment(nodes_.at(1)->self(), where));
    fault();
  }

  /// As orderd does: counts the start on the disk, then in the store.
  void start(std::uint32_t id) {
    auto& node = *nodes_.at(id);
    auto& counted = counted_[id];
    const auto decided = cluster::decide_start(node.disk.identity, counted, true);
    if (decided.anew)
      node.disk = world_disk{};
    if (decided.anew && counted.incarnation != 0)
      report_.happened.count("new incarnation");
    lost_.erase(id);
    node.disk.identity = counted = decided.now;
    older_[id].push_back(node.disk);
    node.start();
  }

  void tick(std::uint32_t id) {
    time_.at(tick_every + random_.between(-2'000, 2'000), [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { nodes_.at(id)->tick(); });
      tick(id);
    });
  }

  void work(std::uint32_t id) {
    time_.at(random_.between(1, 12) * ms, [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { nodes_.at(id)->work(!quiet_); });
      work(id);
    });
  }

  void poll(std::uint32_t id) {
    time_.at(1'000 * ms, [this, id] {
      if (nodes_.at(id)->up())
        look_up(id);
      poll(id);
    });
  }

  // -- the network -------------------------------------------------------------------------------

  void beacon(std::uint32_t id) {
    time_.at(100 * ms, [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { beacons_.say(id, ids_); });
      beacon(id);
    });
  }

  void send(std::uint32_t from, std::uint32_t to, const cluster::peer_message& what) override {
    const auto found = nodes_.find(to);
    if (found == nodes_.end())
      return;
    const auto bytes = cluster::encode(what);
    network_.carry(from, to, true, [this, to, bytes] {
      auto read = cluster::decode_peer_message(bytes);
      if (!read)
        return checks_.complain("a message cannot be decoded: " + read.error().message);
      nodes_.at(to)->received(*read);
    });
  }

  // -- services ----------------------------------------------------------------------------------

  std::int64_t now_us() const override { return time_.now(); }
  void later(std::uint32_t node, std::int64_t after, std::function<void()> what) override {
    time_.later(node, after, std::move(what));
  }
  const cluster::versioned_assignment& stored() const override { return store_.stored(); }
  void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what) override {
    store_.propose(node, expected, what);
  }
  void look_up(std::uint32_t node) override { store_.look_up(node); }
  bool unresolved(std::uint32_t node) const override { return store_.unresolved(node); }
  std::map<std::uint32_t, const world_disk*> disks() const override {
    std::map<std::uint32_t, const world_disk*> out;
    for (const auto& [id, node] : nodes_)
      if (!lost_.contains(id))
        out[id] = &node->disk;
    return out;
  }
  void ended(std::uint32_t node, const std::string& why) override {
    checks_.complain("node " + std::to_string(node) + " ended itself: " + why);
  }
  /// A disk that was set back begins anew at its start already, so no other is ever distrusted.
  void distrusted(std::uint32_t node, const std::string& why) override {
    checks_.complain("node " + std::to_string(node) + " distrusts a sound disk: " + why);
  }
  chance& random() override { return random_; }
  world_checks& checks() override { return checks_; }
  counters& happened() override { return report_.happened; }

  // -- faults ------------------------------------------------------------------------------------

  std::uint32_t any_node() { return 1 + static_cast<std::uint32_t>(random_.below(options_.nodes)); }

  void fault() {
    time_.at(random_.between(20, 1'500) * ms, [this] {
      if (healed_)
        return;
      some_fault();
      fault();
    });
  }

  void some_fault() {
    const auto id = any_node();
    switch (random_.below(10)) {
    case 0:
      return crash_for_a_while(id);
    case 1:
      return crash_for_a_while(store_.waiting(id));
    case 9:
      report_.happened.count("slow disk");
      return nodes_.at(id)->slow_until(time_.now() + random_.between(100, 3'000) * ms);
    case 2:
      report_.happened.count("pause");
      return time_.stand_still(id, time_.now() + random_.between(20, 4'000) * ms);
    case 3:
      return cut_off(id, any_node());
    case 4:
      report_.happened.count("store down");
      store_.down(true);
      return time_.at(random_.between(100, 5'000) * ms, [this] { store_.down(false); });
    case 5:
      return network_.lose(random_.percent(50) ? 0 : random_.below(20));
    case 6:
      if (options_.beyond_promise && random_.once_in(20))
        return lose_members();
      return lose_disk(id, false);
    case 7:
      return random_.once_in(3) ? lose_power() : crash_for_a_while(id);
    default:
      return lose_disk(id, true);
    }
  }

  void crash_for_a_while(std::uint32_t id) {
    if (!nodes_.at(id)->up())
      return;
    report_.happened.count("crash");
    nodes_.at(id)->crash();
    time_.at(random_.between(5, random_.percent(30) ? 6'000 : 400) * ms, [this, id] {
      if (!nodes_.at(id)->up())
        start(id);
    });
  }

  void lose_power() {
    report_.happened.count("power lost everywhere");
    for (const auto& [id, node] : nodes_)
      crash_for_a_while(id);
  }

  void cut_off(std::uint32_t one, std::uint32_t other) {
    report_.happened.count("link cut");
    const bool all = random_.percent(40);
    const bool both = random_.percent(70);
    for (const auto& [id, node] : nodes_) {
      if (id == one || (!all && id != other))
        continue;
      network_.cut(one, id);
      if (both)
        network_.cut(id, one);
    }
    time_.at(random_.between(50, 4'000) * ms, [this] { network_.mend(); });
  }

  /// Whether everything acknowledged would still be with somebody who may lead.
  bool may_lose(std::uint32_t lost) const {
    const auto keeps_all = [&](const cluster::assignment& there) {
      return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& each) {
        const auto& [id, node] = each;
        return id != lost && !lost_.contains(id) && cluster::may_lead(there, node->self(), minimum_)
               && !node->disk.note.copying && checks_.lost_on(node->disk) == 0;
      });
    };
    const auto possible = store_.possible();
    return std::all_of(possible.begin(), possible.end(), keeps_all);
  }

  /// The disk of everyone in sync.
  void lose_members() {
    for (const auto& each : store_.stored().what.in_sync)
      lose_disk(each.node, random_.percent(50));
  }

  void lose_disk(std::uint32_t id, bool set_back) {
    if (!options_.beyond_promise && !may_lose(id))
      return;
    if (set_back && older_[id].size() < 2)
      return;
    report_.happened.count(set_back ? "disk set back" : "disk wiped");
    if (!set_back && nodes_.at(id)->running() && nodes_.at(id)->running()->copying())
      report_.happened.count("disk wiped during a copy");
    if (nodes_.at(id)->up())
      nodes_.at(id)->crash();
    lost_.insert(id);
    auto& old = older_[id];
    nodes_.at(id)->disk = set_back ? old[random_.below(old.size() - 1)] : world_disk{};
    time_.at(random_.between(5, 800) * ms, [this, id] {
      if (!nodes_.at(id)->up())
        start(id);
    });
  }

  // -- the end -----------------------------------------------------------------------------------

  void heal() {
    healed_ = true;
    store_.heal();
    network_.heal();
    time_.move_again();
    for (const auto& each : nodes_)
      if (!each.second->up())
        start(each.first);
    const auto enough = checks_.acknowledged_upto() + 20;
    run_until(time_.now() + heal_within, [&] { return whole() && checks_.acknowledged_upto() > enough; });
    if (failed())
      return;
    if (!whole() && options_.beyond_promise)
      return report_.happened.count("shard stopped for good");
    if (!whole())
      return checks_.complain("not whole " + std::to_string(heal_within / ms)
                              + " ms after the faults stopped (N6): " + describe());
    quiet_ = true;
    run_until(time_.now() + heal_within, [&] { return alike(); });
    if (!failed() && !alike())
      checks_.complain("the states differ when all is quiet (A8): " + describe());
  }

  bool whole() const {
    const auto& now_there = store_.stored().what;
    if (now_there.in_sync.size() != std::min(copies, options_.nodes))
      return false;
    const auto& leader = nodes_.at(now_there.primary.node);
    return leader->up() && leader->running()->serving() && now_there.primary == leader->self();
  }

  bool alike() const {
    if (!whole())
      return false;
    const auto& leader = nodes_.at(store_.stored().what.primary.node)->disk;
    for (const auto node : store_.stored().what.nodes) {
      const auto& disk = nodes_.at(node)->disk;
      if (disk.applied != leader.applied || disk.rows.all() != leader.rows.all()
          || disk.end() != leader.end())
        return false;
    }
    return true;
  }

  std::string describe() const {
    std::string out = "term " + std::to_string(store_.stored().what.term) + ", primary "
                      + std::to_string(store_.stored().what.primary.node) + "/"
                      + std::to_string(store_.stored().what.primary.incarnation) + ", in sync";
    for (const auto& each : store_.stored().what.in_sync)
      out += " " + std::to_string(each.node) + "/" + std::to_string(each.incarnation);
    for (const auto& [id, node] : nodes_) {
      out += "; node " + std::to_string(id) + "/" + std::to_string(node->disk.identity.incarnation) + " "
             + (node->up() ? std::string{node->running()->state()} : "down") + " promised "
             + std::to_string(node->disk.note.promised) + " end " + std::to_string(node->disk.end())
             + " applied " + std::to_string(node->disk.applied);
      if (node->up())
        for (const auto& each : node->running()->followers())
          out += " [" + std::to_string(each.who.node) + "/" + std::to_string(each.who.incarnation)
                 + (each.following ? " follows" : " strange") + (each.copying ? " copying" : "") + " "
                 + std::to_string(each.end) + "]";
    }
    return out;
  }

  const world_options& options_;
  chance random_;
  std::size_t minimum_;
  world_report report_;
  world_checks checks_;
  world_schedule time_{[this](std::uint32_t id) { return life_of(id); }};
  world_nodes nodes_;
  std::vector<std::uint32_t> ids_;
  world_network network_{time_, random_};
  world_beacons beacons_{network_,
                         [this](std::uint32_t id) {
                           return world_beacons::heart{&nodes_.at(id)->board(), nodes_.at(id)->now()};
                         },
                         [this](const std::string& what) { checks_.complain(what); }};
  world_store store_{time_, random_, report_.happened, nodes_, [this](const auto& before, const auto& after) {
                       checks_.assigned(before, after, minimum_, disks());
                     }};
  std::map<std::uint32_t, cluster::disk_identity> counted_; ///< in the store
  std::map<std::uint32_t, std::vector<world_disk>> older_;
  std::set<std::uint32_t> lost_; ///< disks, until their nodes start and see it
  bool healed_ = false;
  bool quiet_ = false;
};

} // namespace

world_report run_world(const world_options& options) {
  return world{options}.run();
}

world_options world_of_seed(std::uint64_t seed) {
  chance random{seed * 0x9e3779b97f4a7c15ull + 7};
  world_options options;
  options.seed = seed;
  options.nodes = static_cast<std::uint32_t>(random.between(3, 5));
  options.faulty_ms = random.between(3'000, 40'000);
  return options;
}

} // namespace orderd::simulation

#include "tests/simulation/replica_world.hpp"

#include "tests/simulation/world_heartbeats.hpp"
#include "tests/simulation/world_liar.hpp"
#include "tests/simulation/world_network.hpp"
#include "tests/simulation/world_node.hpp"
#include "tests/simulation/world_schedule.hpp"
#include "tests/simulation/world_starts.hpp"
#include "tests/simulation/world_store.hpp"
#include "tests/simulation/world_turns.hpp"
#include "tests/simulation/world_view.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::int64_t ms = 1'000;
constexpr std::int64_t tick_every = 20 * ms;
constexpr std::int64_t heal_within = 20'000 * ms;
/// A shard at rest has this long to settle, and then changes no more (C9).
constexpr std::int64_t settles_within = 5'000 * ms;
constexpr std::int64_t rests_for = 10'000 * ms;
constexpr std::uint64_t changes_at_rest_max = 6; // a handover, the last who joins, the eligible cleared
/// However much goes wrong: what is left out and taken back fifty times a second makes thousands a minute.
constexpr std::uint64_t changes_a_minute_max = 500;

class world final : public world_services {
public:
  explicit world(const world_options& options) : options_(options), random_(options.seed) {}

  world_report run() {
    begin();
    run_until(options_.faulty_ms * ms, [] { return false; });
    if (!failed())
      heal();
    for (auto& [id, node] : nodes_)
      node->crash();
    const auto minutes = 1 + time_.now() / (60'000 * ms);
    if (changes_ > changes_a_minute_max * static_cast<std::uint64_t>(minutes))
      checks_.complain("the assignment changed " + std::to_string(changes_) + " times in "
                       + std::to_string(time_.now() / ms) + " ms (C9)");
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

  void begin() {
    std::vector<std::uint32_t> where;
    for (std::uint32_t id = 1; id <= options_.nodes; ++id) {
      ids_.push_back(id);
      nodes_[id] = std::make_unique<world_node>(id, options_.habits, static_cast<world_services&>(*this));
      if (id <= copies_wanted)
        where.push_back(id);
      start(id);
      wind_up(id);
    }
    store_.place(cluster::first_assignment(nodes_.at(1)->self(), where));
    fault();
    turns_.on(options_.turns);
    if (options_.lies)
      liar_.begin();
    if (options_.idles)
      idle(false);
    if (options_.rests_at_ms > 0)
      time_.at(options_.rests_at_ms * ms, [this] { rest(); });
  }

  void start(std::uint32_t id) {
    auto& node = *nodes_.at(id);
    count_start(id, node.disk, known_[id], store_.stored(), options_.habits.minimum, report_.happened);
    lost_.erase(id);
    older_[id].push_back(node.disk);
    node.start();
  }

  /// Of a node, again and again while it is up.
  void every(std::uint32_t id, std::int64_t least, std::int64_t most, std::function<void()> what) {
    time_.at(random_.between(least, most), [this, id, least, most, what = std::move(what)] {
      if (nodes_.at(id)->up())
        later(id, 0, what);
      every(id, least, most, what);
    });
  }
  void wind_up(std::uint32_t id) {
    every(id, tick_every - 2 * ms, tick_every + 2 * ms, [this, id] { nodes_.at(id)->tick(); });
    every(id, 100 * ms, 100 * ms, [this, id] { heartbeats_.say(id, ids_); });
    every(id, 1 * ms, 12 * ms, [this, id] { nodes_.at(id)->work(!quiet_ && !idle_ && !resting_); });
    every(id, 1'000 * ms, 1'000 * ms, [this, id] { look_up(id); });
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

  std::int64_t now_us() const override { return time_.now(); }
  void later(std::uint32_t node, std::int64_t after, std::function<void()> what) override {
    time_.later(node, after, std::move(what));
  }
  const cluster::versioned_assignment& stored() const override { return store_.stored(); }
  void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what) override {
    const auto& now = there();
    const bool takeover = what.term > now.term && what.primary.node == node && now.primary.node != node;
    store_.propose(node, expected, what, takeover && turns_.takes_over(node));
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
  void turned(std::uint32_t node, const char* what) override { turns_.at(node, what); }

  // -- faults ------------------------------------------------------------------------------------

  std::uint32_t any_node() { return 1 + static_cast<std::uint32_t>(random_.below(options_.nodes)); }

  void fault() {
    time_.at(random_.between(20, 1'500) * ms, [this] {
      if (healed_)
        return;
      if (!resting_)
        some_fault();
      fault();
    });
  }

  /// Nothing is written for a while, now and then.
  void idle(bool idles) {
    idle_ = idles;
    time_.at(random_.between(500, 6'000) * ms, [this, idles] { idle(!idles); });
  }

  /// Everything goes well, nothing is written, and one node stays dead: then the assignment settles.
  void rest() {
    if (healed_)
      return;
    report_.happened.count("rest with a dead node");
    resting_ = any_node();
    turns_.on(false);
    network_.mend();
    network_.lose(0);
    store_.down(false);
    time_.move_again();
    for (const auto& [id, node] : nodes_)
      if (id == *resting_ && node->up())
        crash(id);
      else if (id != *resting_)
        start_again(id);
    time_.at(settles_within, [this] {
      settled_ = true;
      time_.at(rests_for - settles_within, [this, before = changes_] { rested(changes_ - before); });
    });
  }

  void rested(std::uint64_t changes) {
    if (changes > changes_at_rest_max)
      checks_.complain("all is quiet, node " + std::to_string(*resting_)
                       + " is dead, and the assignment changes " + std::to_string(changes) + " times (C9)");
    start_again(*std::exchange(resting_, std::nullopt));
    settled_ = false;
    turns_.on(options_.turns && !healed_);
  }

  void start_again(std::uint32_t id) {
    if (!nodes_.at(id)->up() && resting_ != id)
      start(id);
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

  /// Its links break, and the others see it after a while.
  void crash(std::uint32_t id) {
    nodes_.at(id)->crash();
    for (const auto other : ids_)
      later(other, random_.between(1, 50) * ms, [this, id, other] { nodes_.at(other)->link_lost(id); });
  }

  void crash_for_a_while(std::uint32_t id) {
    if (!nodes_.at(id)->up())
      return;
    report_.happened.count("crash");
    crash(id);
    time_.at(random_.between(5, random_.percent(30) ? 6'000 : 400) * ms, [this, id] { start_again(id); });
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

  /// The disk of everyone in sync.
  void lose_members() {
    for (const auto& each : store_.stored().what.in_sync)
      lose_disk(each.node, random_.percent(50));
  }

  void lose_disk(std::uint32_t id, bool set_back) {
    if (!options_.beyond_promise
        && !may_lose(nodes_, id, lost_, store_.possible(), options_.habits.minimum, checks_))
      return;
    const auto old = recognisably_older(older_[id]);
    if (set_back && old.empty())
      return;
    report_.happened.count(set_back ? "disk set back" : "disk wiped");
    if (!set_back && nodes_.at(id)->running() && nodes_.at(id)->running()->copying())
      report_.happened.count("disk wiped during a copy");
    if (nodes_.at(id)->up())
      crash(id);
    lost_.insert(id);
    nodes_.at(id)->disk = set_back ? *old[random_.below(old.size())] : world_disk{};
    time_.at(random_.between(5, 800) * ms, [this, id] { start_again(id); });
  }

  // -- the end -----------------------------------------------------------------------------------

  void heal() {
    healed_ = true;
    turns_.on(false);
    resting_.reset();
    store_.heal();
    network_.heal();
    time_.move_again();
    for (const auto& each : nodes_)
      if (!each.second->up())
        start(each.first);
    const auto enough = checks_.acknowledged_upto() + 20;
    run_until(time_.now() + heal_within,
              [&] { return whole(nodes_, there()) && checks_.acknowledged_upto() > enough; });
    if (failed())
      return;
    if (!whole(nodes_, there()) && options_.beyond_promise)
      return report_.happened.count("shard stopped for good");
    if (!whole(nodes_, there()))
      return checks_.complain("not whole " + std::to_string(heal_within / ms)
                              + " ms after the faults stopped (N6): " + describe(nodes_, there()));
    quiet_ = true;
    run_until(time_.now() + heal_within, [&] { return alike(nodes_, there()); });
    if (!failed() && !alike(nodes_, there()))
      checks_.complain("the states differ when all is quiet (A8): " + describe(nodes_, there()));
  }

  const cluster::assignment& there() const { return store_.stored().what; }
  /// In the store, in a moment.
  void changed(const cluster::assignment& before, const cluster::assignment& after) {
    ++changes_;
    checks_.rests(before, after, settled_ ? resting_ : std::nullopt);
    checks_.assigned(before, after, options_.habits.minimum, disks());
    turned(before.primary.node, "change of the assignment");
    turned(after.primary.node, "change of the assignment");
    if (before.primary != after.primary && cluster::contains(after.in_sync, before.primary))
      turns_.handed_over(before.primary.node);
  }

  const world_options& options_;
  chance random_;
  world_report report_;
  world_checks checks_;
  world_schedule time_{[this](std::uint32_t id) { return life_of(id); }};
  world_nodes nodes_;
  std::vector<std::uint32_t> ids_;
  world_network network_{time_, random_, options_.round_trip_ms* ms};
  world_heartbeats heartbeats_{
      network_,
      [this](std::uint32_t id) {
        return world_heartbeats::heart{&nodes_.at(id)->board(), nodes_.at(id)->now()};
      },
      [this](const std::string& what) { checks_.complain(what); }};
  world_store store_{time_,
                     random_,
                     report_.happened,
                     nodes_,
                     !options_.quick_store,
                     [this](const auto& before, const auto& after) { changed(before, after); }};
  world_turns turns_{time_,
                     random_,
                     network_,
                     store_,
                     report_.happened,
                     [this](std::uint32_t id) { crash_for_a_while(id); },
                     [this](std::uint32_t id) {
                       if (nodes_.at(id)->up())
                         heartbeats_.say(id, ids_);
                     }};
  world_liar liar_{time_, random_, nodes_, store_};
  std::map<std::uint32_t, cluster::known_disks> known_; ///< in the store
  std::map<std::uint32_t, std::vector<world_disk>> older_;
  std::set<std::uint32_t> lost_; ///< disks, until their nodes start and see it
  bool healed_ = false;
  bool quiet_ = false;
  bool idle_ = false;
  std::optional<std::uint32_t> resting_; ///< nothing goes wrong, but that this node is dead
  bool settled_ = false;                 ///< and was so for a while
  std::uint64_t changes_ = 0;            ///< of the assignment
};

} // namespace

world_report run_world(const world_options& options) {
  return world{options}.run();
}

} // namespace orderd::simulation

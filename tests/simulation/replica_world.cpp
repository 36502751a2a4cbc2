#include "tests/simulation/replica_world.hpp"

#include "tests/simulation/world_node.hpp"

#include <queue>
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
    report_.simulated_ms = now_ / ms;
    report_.happened.count("epoch acknowledged", checks_.acknowledgements());
    return std::move(report_);
  }

private:
  struct event {
    std::int64_t at = 0;
    std::uint64_t sequence = 0;
    std::uint32_t node = 0; ///< 0: the world's own
    std::uint64_t life = 0;
    std::function<void()> what;
    bool operator<(const event& other) const {
      return std::pair{at, sequence} > std::pair{other.at, other.sequence};
    }
  };

  bool failed() const { return !checks_.violations().empty(); }

  // -- time --------------------------------------------------------------------------------------

  void at(std::int64_t after, std::function<void()> what) {
    events_.push({now_ + after, ++sequence_, 0, 0, std::move(what)});
  }

  template <class Done>
  void run_until(std::int64_t until, Done done) {
    while (!failed() && !done() && !events_.empty() && events_.top().at <= until) {
      auto next = events_.top();
      events_.pop();
      now_ = std::max(now_, next.at);
      if (next.node != 0) {
        auto& node = *nodes_.at(next.node);
        if (!node.up() || node.life() != next.life)
          continue;
        if (const auto still = still_until_[next.node]; still > now_) {
          next.at = still;
          events_.push(std::move(next)); // Its place among the waiting is kept by its sequence.
          continue;
        }
      }
      ++report_.events;
      report_.fingerprint = (report_.fingerprint ^ static_cast<std::uint64_t>(now_)) * 0x100000001b3ull;
      next.what();
    }
    if (!done() && !failed())
      now_ = std::max(now_, until);
  }

  // -- nodes -------------------------------------------------------------------------------------

  void begin() {
    std::vector<std::uint32_t> where;
    for (std::uint32_t id = 1; id <= options_.nodes; ++id) {
      nodes_[id] = std::make_unique<world_node>(id, minimum_, static_cast<world_services&>(*this));
      if (id <= copies)
        where.push_back(id);
      start(id);
      tick(id);
      beacon(id);
      work(id);
      poll(id);
    }
    stored_ = {1, cluster::first_assignment(nodes_.at(1)->self(), where)};
    fault();
  }

  /// As orderd does: counts the start on the disk, then in the store.
  void start(std::uint32_t id) {
    auto& node = *nodes_.at(id);
    auto& counted = counted_[id];
    const auto decided = cluster::decide_start(node.disk.identity, counted, !untrusted_.contains(id));
    if (decided.anew)
      node.disk = world_disk{};
    if (decided.anew && counted.incarnation != 0)
      report_.happened.count("new incarnation");
    untrusted_.erase(id);
    lost_.erase(id);
    node.disk.identity = counted = decided.now;
    older_[id].push_back(node.disk);
    node.start();
  }

  void stop(std::uint32_t id) {
    if (nodes_.at(id)->up())
      nodes_.at(id)->crash();
  }

  void tick(std::uint32_t id) {
    at(tick_every + random_.between(-2'000, 2'000), [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { nodes_.at(id)->tick(); });
      tick(id);
    });
  }

  void work(std::uint32_t id) {
    at(random_.between(1, 12) * ms, [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { nodes_.at(id)->work(!quiet_); });
      work(id);
    });
  }

  void poll(std::uint32_t id) {
    at(1'000 * ms, [this, id] {
      if (nodes_.at(id)->up())
        look_up(id);
      poll(id);
    });
  }

  // -- the network -------------------------------------------------------------------------------

  bool cut(std::uint32_t from, std::uint32_t to) const { return cuts_.contains({from, to}); }

  void carry(std::uint32_t from, std::uint32_t to, bool in_order, std::function<void()> what) {
    if (cut(from, to) || (!healed_ && random_.percent(loss_)))
      return;
    auto due = now_ + random_.between(50, 2'000) + (random_.once_in(50) ? random_.between(0, 300) * ms : 0);
    if (in_order)
      due = links_[{from, to}] = std::max(links_[{from, to}], due);
    if (nodes_.at(to)->up())
      later(to, due - now_, std::move(what));
  }

  void beacon(std::uint32_t id) {
    at(100 * ms, [this, id] {
      if (nodes_.at(id)->up())
        later(id, 0, [this, id] { say_beacon(id); });
      beacon(id);
    });
  }

  void say_beacon(std::uint32_t from) {
    auto& sender = *nodes_.at(from);
    const auto said = sender.board().next(sender.now());
    for (const auto& [to, node] : nodes_)
      if (to != from)
        carry(from, to, false, [this, from, to = to, said] { hear_beacon(from, to, said); });
  }

  void hear_beacon(std::uint32_t from, std::uint32_t to, const cluster::beacon& heard) {
    auto& node = *nodes_.at(to);
    const auto answer = node.board().take(heard, node.now());
    if (answer)
      carry(to, from, false, [this, from, answer = *answer] {
        auto& back = *nodes_.at(from);
        (void)back.board().take(answer, back.now());
      });
  }

  void send(std::uint32_t from, std::uint32_t to, const cluster::peer_message& what) override {
    const auto found = nodes_.find(to);
    if (found == nodes_.end())
      return;
    const auto bytes = cluster::encode(what);
    carry(from, to, true, [this, to, bytes] {
      auto read = cluster::decode_peer_message(bytes);
      if (!read)
        return checks_.complain("a message cannot be decoded: " + read.error().message);
      nodes_.at(to)->received(*read);
    });
  }

  // -- the configuration store -------------------------------------------------------------------

  void propose(std::uint32_t node, std::uint64_t expected, const cluster::assignment& what) override {
    const auto life = nodes_.at(node)->life();
    const auto take_place = [this, expected, what] {
      if (stored_.version == expected) {
        stored_ = {expected + 1, what};
        hint();
      }
    };
    const auto answer = [this, node, life](bool known) {
      if (nodes_.at(node)->up() && nodes_.at(node)->life() == life)
        later(node, random_.between(1, 5) * ms, [this, node, known, there = stored_] {
          if (known)
            nodes_.at(node)->configured(there);
          else
            nodes_.at(node)->undecided();
        });
    };
    const auto luck = healed_ ? 0 : random_.below(100);
    if (!healed_ && (store_down_ || luck >= 80)) {
      report_.happened.count("compare-and-set with an unknown outcome");
      if (luck % 3 == 0)
        at(random_.between(1, 10) * ms, take_place);
      else if (luck % 3 == 1 && !store_down_)
        at(random_.between(100, 1'500) * ms, take_place);
      return at(300 * ms, [answer] { answer(false); });
    }
    at(random_.between(1, 15) * ms, [take_place, answer] {
      take_place();
      answer(true);
    });
  }

  void look_up(std::uint32_t node) override {
    if (store_down_ && !healed_)
      return;
    later(node, random_.between(1, 10) * ms, [this, node] {
      const auto there = stored_;
      later(node, random_.between(1, 10) * ms, [this, node, there] { nodes_.at(node)->configured(there); });
    });
  }

  void hint() {
    for (const auto& [id, node] : nodes_)
      if (node->up() && random_.percent(70))
        look_up(id);
  }

  // -- services ----------------------------------------------------------------------------------

  std::int64_t now_us() const override { return now_; }
  void later(std::uint32_t node, std::int64_t after, std::function<void()> what) override {
    events_.push({now_ + after, ++sequence_, node, nodes_.at(node)->life(), std::move(what)});
  }
  const cluster::versioned_assignment& stored() const override { return stored_; }
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
  void distrusted(std::uint32_t node) override {
    untrusted_.insert(node);
    at(0, [this, node] {
      stop(node);
      start(node);
    });
  }
  chance& random() override { return random_; }
  world_checks& checks() override { return checks_; }
  counters& happened() override { return report_.happened; }

  // -- faults ------------------------------------------------------------------------------------

  std::uint32_t any_node() { return 1 + static_cast<std::uint32_t>(random_.below(options_.nodes)); }

  void fault() {
    at(random_.between(20, 1'500) * ms, [this] {
      if (healed_)
        return;
      some_fault();
      fault();
    });
  }

  void some_fault() {
    const auto id = any_node();
    switch (random_.below(8)) {
    case 0:
    case 1:
      return crash_for_a_while(id);
    case 2:
      report_.happened.count("pause");
      still_until_[id] = std::max(still_until_[id], now_ + random_.between(20, 4'000) * ms);
      return;
    case 3:
      return cut_off(id, any_node());
    case 4:
      report_.happened.count("store down");
      store_down_ = true;
      return at(random_.between(100, 5'000) * ms, [this] { store_down_ = false; });
    case 5:
      loss_ = random_.percent(50) ? 0 : random_.below(20);
      return;
    case 6:
      return lose_disk(id, false);
    default:
      return lose_disk(id, true);
    }
  }

  void crash_for_a_while(std::uint32_t id) {
    if (!nodes_.at(id)->up())
      return;
    report_.happened.count("crash");
    stop(id);
    at(random_.between(5, random_.percent(30) ? 6'000 : 400) * ms, [this, id] {
      if (!nodes_.at(id)->up())
        start(id);
    });
  }

  void cut_off(std::uint32_t one, std::uint32_t other) {
    report_.happened.count("link cut");
    const bool all = random_.percent(40);
    const bool both = random_.percent(70);
    for (const auto& [id, node] : nodes_) {
      if (id == one || (!all && id != other))
        continue;
      cuts_.insert({one, id});
      if (both)
        cuts_.insert({id, one});
    }
    at(random_.between(50, 4'000) * ms, [this] { cuts_.clear(); });
  }

  /// Whether everything acknowledged would still be with somebody who may lead.
  bool may_lose(std::uint32_t lost) const {
    for (const auto& [id, node] : nodes_)
      if (id != lost && cluster::may_lead(stored_.what, node->self(), minimum_) && !node->disk.note.copying
          && checks_.lost_on(node->disk) == 0)
        return true;
    return false;
  }

  void lose_disk(std::uint32_t id, bool set_back) {
    if (!options_.beyond_promise && !may_lose(id))
      return;
    if (set_back && older_[id].size() < 2)
      return;
    report_.happened.count(set_back ? "disk set back" : "disk wiped");
    if (nodes_.at(id)->running() && nodes_.at(id)->running()->copying())
      report_.happened.count("disk lost during a copy");
    stop(id);
    lost_.insert(id);
    auto& old = older_[id];
    nodes_.at(id)->disk = set_back ? old[random_.below(old.size() - 1)] : world_disk{};
    at(random_.between(5, 800) * ms, [this, id] {
      if (!nodes_.at(id)->up())
        start(id);
    });
  }

  // -- the end -----------------------------------------------------------------------------------

  void heal() {
    healed_ = true;
    store_down_ = false;
    cuts_.clear();
    loss_ = 0;
    still_until_.clear();
    for (const auto& [id, node] : nodes_)
      if (!node->up())
        start(id);
    const auto before = checks_.acknowledged_upto();
    run_until(now_ + heal_within, [&] { return whole() && checks_.acknowledged_upto() > before + 20; });
    if (failed() || options_.beyond_promise)
      return;
    if (!whole())
      return checks_.complain("not whole " + std::to_string(heal_within / ms)
                              + " ms after the faults stopped (N6): " + describe());
    quiet_ = true;
    run_until(now_ + heal_within, [&] { return alike(); });
    if (!failed() && !alike())
      checks_.complain("the states differ when all is quiet (A8): " + describe());
  }

  bool whole() const {
    const auto& now_there = stored_.what;
    if (now_there.in_sync.size() != std::min(copies, options_.nodes))
      return false;
    const auto& leader = nodes_.at(now_there.primary.node);
    return leader->up() && leader->running()->serving() && now_there.primary == leader->self();
  }

  bool alike() const {
    if (!whole())
      return false;
    const auto& leader = nodes_.at(stored_.what.primary.node)->disk;
    for (const auto node : stored_.what.nodes) {
      const auto& disk = nodes_.at(node)->disk;
      if (disk.applied != leader.applied || disk.rows != leader.rows || disk.end() != leader.end())
        return false;
    }
    return true;
  }

  std::string describe() const {
    std::string out = "term " + std::to_string(stored_.what.term) + ", primary "
                      + std::to_string(stored_.what.primary.node) + "/"
                      + std::to_string(stored_.what.primary.incarnation) + ", in sync";
    for (const auto& each : stored_.what.in_sync)
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
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::priority_queue<event> events_;
  std::map<std::uint32_t, std::unique_ptr<world_node>> nodes_;
  std::map<std::uint32_t, std::int64_t> still_until_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> links_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> cuts_;
  std::map<std::uint32_t, cluster::disk_identity> counted_; ///< in the store
  std::map<std::uint32_t, std::vector<world_disk>> older_;
  std::set<std::uint32_t> untrusted_;
  std::set<std::uint32_t> lost_; ///< disks, until their nodes start and see it
  cluster::versioned_assignment stored_;
  std::uint64_t loss_ = 0;
  bool store_down_ = false;
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

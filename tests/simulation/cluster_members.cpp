#include "tests/simulation/cluster_members.hpp"

#include "cluster/assignment.hpp"
#include "cluster/held_store.hpp"
#include "cluster/replica_note.hpp"
#include "runtime/recovery.hpp"
#include "tests/simulation/simulated_clients.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace orderd::simulation {

namespace {

constexpr std::int64_t ms = 1'000;
constexpr std::size_t copies_kept = 6;
/// Starts that are refused, every 200 ms, until an operator gives a disk up.
constexpr unsigned refusals_max = 8;
constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

} // namespace

cluster_members::cluster_members(surroundings around, std::uint32_t nodes) : around_(std::move(around)) {
  auto& random = around_.shared.random;
  around_.store.put(cluster::cluster_name, cluster::encode(around_.shared.terms));
  for (std::uint32_t id = 1; id <= nodes; ++id) {
    ids_.push_back(id);
    auto& made = places_[id] = std::make_unique<place>(around_.store);
    made->disk = new_disk();
    made->drift = random.between(-30, 30);
    made->clock.set_wall_wrong_by(wrong_clock(random));
  }
}

cluster_members::~cluster_members() {
  for (const auto id : ids_) {
    places_.at(id)->disk->crash();
    places_.at(id)->life.reset();
  }
}

std::unique_ptr<test::memory_disk> cluster_members::new_disk() const {
  return std::make_unique<test::memory_disk>(around_.shared.terms.shards, around_.shared.random.bits());
}

std::uint64_t cluster_members::life_of(std::uint32_t id) const {
  const auto& of = *places_.at(id);
  return of.life ? of.lives : 0;
}

// -- a node runs ---------------------------------------------------------------------------------

void cluster_members::to_the_present(std::uint32_t id) {
  auto& of = *places_.at(id);
  const auto passed_us = around_.time.now() - of.clock_us;
  of.clock.pass(around_.time.now() / ms - of.clock_us / ms);
  of.clock_us = around_.time.now();
  of.life->pass(std::chrono::microseconds{passed_us + passed_us * of.drift / 1'000});
}

void cluster_members::wake(std::uint32_t id) {
  auto& of = *places_.at(id);
  if (std::exchange(of.awake, true))
    return;
  around_.time.later(id, around_.shared.random.between(5, 300), [this, id] { turn(id); });
}

void cluster_members::turn(std::uint32_t id) {
  auto& of = *places_.at(id);
  auto& random = around_.shared.random;
  of.awake = false;
  to_the_present(id);
  const auto before = of.life->jobs();
  of.life->run(random.once_in(20) ? random.below(30) : unlimited);
  jobs_ += of.life->jobs() - before;
  if (!of.life->ended())
    return;
  expect_death(*of.life->ended());
  crash(id);
  start_later(id, random.between(5, 500));
}

void cluster_members::expect_death(const std::string& why) const {
  if (why.find("the simulated disk is full") != std::string::npos)
    return around_.happened.count("crash for want of space");
  if (why.find("the simulated disk failed an append") == std::string::npos)
    around_.complain("a node ended itself: " + why);
  around_.happened.count("crash in an append");
}

void cluster_members::crash(std::uint32_t id) {
  auto& of = *places_.at(id);
  if (!of.life)
    return;
  of.disk->crash(); // First: what still runs while the actors end has no effect.
  of.life.reset();
  of.altered.reset();
  of.opened.reset();
  of.awake = false;
  around_.gone(id);
}

// -- a node starts -------------------------------------------------------------------------------

void cluster_members::start_later(std::uint32_t id, std::int64_t after_ms) {
  around_.time.at(after_ms * ms, [this, id] { start(id); });
}

void cluster_members::start(std::uint32_t id) {
  auto& of = *places_.at(id);
  if (of.life)
    return;
  if (!identify(id))
    return start_later(id, 200); // The store does not answer.
  if (!open(id))
    return start_later(id, 50);
  wake(id);
}

/// As production does: counts the start on the disk, then in the store. A disk that may not go on is one that
/// was lost: an operator says so, after a while in which others may take over what it had.
bool cluster_members::identify(std::uint32_t id) {
  auto& of = *places_.at(id);
  const auto name = cluster::name_of_node(id);
  cluster::held_store store{of.store, of.held};
  const auto there = store.list("");
  if (!there)
    return false;
  auto asked = what_the_store_knows(id, *there);
  auto decided = cluster::judge_start(asked);
  if (decided.outcome == cluster::start_outcome::serves_again)
    around_.happened.count("earlier disk serves again");
  if (!decided.may_start()) {
    if (++of.refusals < refusals_max)
      return false;
    around_.happened.count("disk replaced by an operator");
    asked.replace = true;
    decided = cluster::judge_start(asked);
  }
  of.refusals = 0;
  if (decided.outcome == cluster::start_outcome::begins
      || decided.outcome == cluster::start_outcome::begins_anew) {
    of.disk = new_disk();
    if (asked.known.node.disk.incarnation != 0)
      around_.happened.count("new incarnation");
  }
  of.identity = decided.now;
  of.lost = false;
  auto self = cluster::with_disk(asked.known, decided.now, 0);
  self.node.client_endpoint = self.node.peer_endpoint = simulated_clients::endpoint_of(id);
  const auto mine = cluster::encode(id, self);
  const auto before = there->find(name);
  const auto told = store.compare_and_set(
      name, before == there->end() ? 0 : before->second.version, mine,
      cluster::store_guard{cluster::cluster_name, there->at(cluster::cluster_name).value});
  of.held = store.held();
  return told && told->value == mine;
}

cluster::start_question
cluster_members::what_the_store_knows(std::uint32_t id,
                                      const std::map<std::string, cluster::versioned_value>& there) const {
  const auto& of = *places_.at(id);
  const auto& terms = around_.shared.terms;
  cluster::start_question asked{id, {of.identity}, {}, {}, cluster::min_in_sync(terms.replication)};
  if (const auto known = there.find(cluster::name_of_node(id)); known != there.end())
    asked.known = *cluster::decode_known_disks(known->second.value);
  for (std::uint32_t shard = 0; shard < terms.shards; ++shard)
    if (const auto found = there.find(cluster::name_of_shard(shard)); found != there.end())
      asked.shards[shard] = *cluster::decode_assignment(found->second.value);
  return asked;
}

bool cluster_members::open(std::uint32_t id) {
  auto& of = *places_.at(id);
  of.opened = of.disk->open();
  of.altered = std::make_unique<altered_storage>(*of.opened, id == 1 ? around_.first_disk : storage_bugs{});
  auto found = runtime::recover_replicas(*of.altered);
  if (!found) {
    around_.complain("a node cannot read its disk: " + found.error().message + " (F5)");
    return true;
  }
  for (const auto& shard : *found)
    if (const auto note = cluster::decode_replica_note(shard.note.value_or(""));
        !note || (!shard.whole && !note->copying))
      around_.complain("a node starts with a damaged shard: " + shard.damage + " (F5)");
  keep_copy(of);
  of.watched = std::make_unique<watched_store>(
      of.store, [this, id](const cluster::assignment& what) { around_.proposes(id, what); },
      [this, id](const cluster::assignment& what) { around_.proposed(id, what); });
  ++of.lives;
  of.clock_us = around_.time.now();
  of.life = std::make_unique<simulated_member>(around_.shared, member_life{{id, of.identity.incarnation},
                                                                           of.identity.boot,
                                                                           *of.altered,
                                                                           *std::move(found),
                                                                           *of.watched,
                                                                           of.clock,
                                                                           of.held});
  const auto why = of.life->start_fault();
  if (!why)
    return true;
  around_.complain("a node does not start: " + why->message + " (F5)");
  return true;
}

void cluster_members::keep_copy(place& of) const {
  auto kept = new_disk();
  kept->become_copy_of(*of.disk);
  of.older.push_back({of.identity, std::move(kept)});
  if (of.older.size() > copies_kept)
    of.older.erase(of.older.begin());
}

// -- disks are lost ------------------------------------------------------------------------------

bool cluster_members::keeps(std::uint32_t id, const cluster::assignment& there) const {
  const auto& of = *places_.at(id);
  const cluster::replica_id who{id, of.identity.incarnation};
  return !of.lost && cluster::may_lead(there, who, cluster::min_in_sync(around_.shared.terms.replication));
}

bool cluster_members::can_serve(const cluster::assignment& there) const {
  return std::any_of(ids_.begin(), ids_.end(), [&](std::uint32_t id) { return keeps(id, there); });
}

bool cluster_members::all_hold() const {
  const auto led = [this](const cluster::assignment& what) {
    return places_.at(what.primary.node)->identity.incarnation == what.primary.incarnation;
  };
  const auto stored = [&](std::uint32_t shard) {
    const auto found = around_.store.values().find(cluster::name_of_shard(shard));
    return found != around_.store.values().end() && led(*cluster::decode_assignment(found->second.value));
  };
  const auto holds = [&](std::uint32_t id) {
    const auto& of = *places_.at(id);
    return !of.lost && of.held
           && std::all_of(of.held->shards().begin(), of.held->shards().end(),
                          [&](const auto& each) { return each.version != 0 && led(each.what); });
  };
  for (std::uint32_t shard = 0; shard < around_.shared.terms.shards; ++shard)
    if (!stored(shard))
      return false;
  return std::all_of(ids_.begin(), ids_.end(), holds);
}

bool cluster_members::may_lose(std::uint32_t lost) const {
  const auto kept_by_others = [&](const std::string& encoded) {
    const auto there = cluster::decode_assignment(encoded);
    return std::any_of(ids_.begin(), ids_.end(),
                       [&](std::uint32_t id) { return id != lost && keeps(id, *there); });
  };
  for (std::uint32_t shard = 0; shard < around_.shared.terms.shards; ++shard) {
    const auto name = cluster::name_of_shard(shard);
    const auto possible = around_.store.possible(name);
    const auto now = around_.store.values().find(name);
    if (now != around_.store.values().end() && !kept_by_others(now->second.value))
      return false;
    if (!std::all_of(possible.begin(), possible.end(), kept_by_others))
      return false;
  }
  return true;
}

bool cluster_members::lose_disk(std::uint32_t id, bool set_back) {
  if (keep_disks_)
    return false;
  auto& of = *places_.at(id);
  const auto back = set_back ? set_back_copy(of) : of.older.end();
  if (set_back && back == of.older.end())
    return false;
  crash(id);
  of.lost = true;
  of.held.reset();
  of.disk = new_disk();
  of.identity = {};
  if (!set_back)
    return true;
  of.disk->become_copy_of(*back->content);
  of.identity = back->identity;
  return true;
}

/// Any but the last of its incarnation: that one was made within its last start, and cannot be told by a
/// count.
std::vector<cluster_members::copy>::const_iterator cluster_members::set_back_copy(const place& of) const {
  std::vector<std::vector<copy>::const_iterator> usable;
  for (auto at = of.older.begin(); at != of.older.end(); ++at)
    if (std::any_of(at + 1, of.older.end(), [at](const copy& later) {
          return later.identity.incarnation == at->identity.incarnation;
        }))
      usable.push_back(at);
  return usable.empty() ? of.older.end() : usable[around_.shared.random.below(usable.size())];
}

void cluster_members::heal() {
  for (const auto id : ids_) {
    places_.at(id)->store.set_down(false);
    places_.at(id)->disk->set_capacity(unlimited);
    start(id);
  }
}

} // namespace orderd::simulation

#include "tests/simulation/cluster_members.hpp"

#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/replica_note.hpp"
#include "runtime/storage/recovery.hpp"
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
    made->folder.disk = new_disk();
    made->drift = random.between(-30, 30);
    made->clock.set_wall_wrong_by(wrong_clock(random));
  }
}

cluster_members::~cluster_members() {
  for (const auto id : ids_) {
    places_.at(id)->folder.disk->crash();
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
  const auto why = *of.life->ended();
  crash(id);
  if (why.find("one of the two disks is wrong") != std::string::npos && around_.wrong_disk(id) && may_lose(id)
      && lose_disk(id, false))
    around_.happened.count("disk of another history replaced");
  else if (why.find("one of the two disks is wrong") != std::string::npos && around_.store_is_lost())
    around_.happened.count("ended beside a store that was set back"); // Until somebody restores it.
  else
    expect_death(why);
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
  of.folder.disk->crash(); // First: what still runs while the actors end has no effect.
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

/// A disk that may not go on is one that was lost: an operator says so, after a while in which others may
/// take over what it had.
bool cluster_members::identify(std::uint32_t id) {
  auto& of = *places_.at(id);
  const bool gives_up =
      of.refusals >= refusals_max || (of.wrong == mistake::replaced && of.folder.identity.incarnation == 0);
  const auto tried = try_to_start(of.folder, process_of(id, gives_up));
  const bool distrusted = tried.outcome == cluster::start_outcome::begins_anew
                          || tried.outcome == cluster::start_outcome::not_superseded;
  if (distrusted && !gives_up && !of.lost && of.wrong == mistake::none)
    around_.complain("node " + std::to_string(id) + " does not go on with a sound disk (B9)");
  if (tried.came_to != start_try::end::started)
    return refused(id, tried);
  if (tried.worse)
    around_.complain("node " + std::to_string(id) + " serves with a disk that was replaced (B10)");
  if (gives_up)
    around_.happened.count("disk replaced by an operator");
  if (tried.outcome == cluster::start_outcome::serves_again)
    around_.happened.count("earlier disk serves again");
  if (tried.outcome == cluster::start_outcome::begins || tried.outcome == cluster::start_outcome::begins_anew)
    around_.happened.count("new incarnation", tried.replaced ? 1 : 0);
  of.refusals = 0;
  of.lost = false;
  if (of.wrong == mistake::empty || of.wrong == mistake::another_nodes)
    around_.complain("node " + std::to_string(id) + " starts with a folder that is not its own (B4)");
  if (of.wrong == mistake::none)
    of.other.reset(); // Nothing lacks it.
  return true;
}

/// False.
bool cluster_members::refused(std::uint32_t id, const start_try& why) {
  auto& of = *places_.at(id);
  if (why.came_to == start_try::end::not_its_own)
    around_.happened.count("start refused with another node's folder");
  if (why.came_to != start_try::end::refused)
    return false;
  if (of.wrong == mistake::empty)
    around_.happened.count("start refused on an empty folder");
  if (of.wrong != mistake::none)
    return false; // Its own folder will be there again.
  if (why.outcome == cluster::start_outcome::refuses_replaced && of.other) {
    around_.happened.count("newer disk kept");
    of.folder = std::move(*std::exchange(of.other, nullptr));
    return false;
  }
  ++of.refusals;
  return false;
}

starting_process cluster_members::process_of(std::uint32_t id, bool replace) {
  return {
      id,    around_.shared.terms,         places_.at(id)->store, simulated_clients::endpoint_of(id), replace,
      false, [this] { return new_disk(); }};
}

bool cluster_members::open(std::uint32_t id) {
  auto& of = *places_.at(id);
  of.opened = of.folder.disk->open();
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
  count_terms_missed(*found);
  keep_copy(of);
  of.watched = std::make_unique<watched_store>(
      of.store, [this, id](const cluster::assignment& what) { around_.proposes(id, what); },
      [this, id](const cluster::assignment& what) { around_.proposed(id, what); });
  ++of.lives;
  of.clock_us = around_.time.now();
  of.life =
      std::make_unique<simulated_member>(around_.shared, member_life{{id, of.folder.identity.incarnation},
                                                                     of.folder.identity.boot,
                                                                     *of.altered,
                                                                     *std::move(found),
                                                                     *of.watched,
                                                                     of.clock,
                                                                     of.folder.held});
  const auto why = of.life->start_fault();
  if (!why)
    return true;
  around_.complain("a node does not start: " + why->message + " (F5)");
  return true;
}

/// A node that was away for more terms than a journal remembers may have to be given everything anew.
void cluster_members::count_terms_missed(const std::vector<runtime::replica_storage>& found) const {
  for (std::uint32_t shard = 0; shard < found.size(); ++shard) {
    const auto now = around_.store.values().find(cluster::name_of_shard(shard));
    const auto own = found[shard].end.term;
    if (now != around_.store.values().end() && own != 0
        && cluster::decode_assignment(now->second.value)->term
               > own + around_.shared.replicas.limits.terms_kept)
      around_.happened.count("away for more terms than are remembered");
  }
}

simulated_folder cluster_members::copy_of(const simulated_folder& what) const {
  simulated_folder out{what.node, what.identity, what.pending, new_disk(), what.held};
  out.disk->become_copy_of(*what.disk);
  return out;
}

void cluster_members::keep_copy(place& of) const {
  of.older.push_back(copy_of(of.folder));
  if (of.older.size() > copies_kept)
    of.older.erase(of.older.begin());
}

// -- disks are lost ------------------------------------------------------------------------------

/// What is in its place by mistake may be an older copy of a disk that was lost since.
bool cluster_members::keeps(std::uint32_t id, const cluster::assignment& there) const {
  const auto& of = *places_.at(id);
  const auto minimum = cluster::min_in_sync(around_.shared.terms.replication);
  return !of.lost && !of.other && cluster::may_lead(there, {id, of.folder.identity.incarnation}, minimum);
}

bool cluster_members::can_serve(const cluster::assignment& there) const {
  return std::any_of(ids_.begin(), ids_.end(), [&](std::uint32_t id) { return keeps(id, there); });
}

bool cluster_members::all_hold() const {
  const auto led = [this](const cluster::assignment& what) {
    return places_.at(what.primary.node)->folder.identity.incarnation == what.primary.incarnation;
  };
  const auto stored = [&](std::uint32_t shard) {
    const auto found = around_.store.values().find(cluster::name_of_shard(shard));
    return found != around_.store.values().end() && led(*cluster::decode_assignment(found->second.value));
  };
  const auto holds = [&](std::uint32_t id) {
    const auto& of = *places_.at(id);
    return !of.lost && !of.other && of.folder.held
           && std::all_of(of.folder.held->shards().begin(), of.folder.held->shards().end(),
                          [&](const auto& each) { return each.version != 0 && led(each.what); });
  };
  for (std::uint32_t shard = 0; shard < around_.shared.terms.shards; ++shard)
    if (!stored(shard))
      return false;
  return std::all_of(ids_.begin(), ids_.end(), holds);
}

bool cluster_members::of_all(const std::function<bool(const cluster::assignment&)>& holds) const {
  const auto of = [&](const std::string& encoded) { return holds(*cluster::decode_assignment(encoded)); };
  for (std::uint32_t shard = 0; shard < around_.shared.terms.shards; ++shard) {
    const auto name = cluster::name_of_shard(shard);
    const auto now = around_.store.values().find(name);
    const auto possible = around_.store.possible(name);
    if ((now != around_.store.values().end() && !of(now->second.value))
        || !std::all_of(possible.begin(), possible.end(), of))
      return false;
  }
  return true;
}

bool cluster_members::others_keep(std::uint32_t than, const cluster::assignment& there) const {
  return std::any_of(ids_.begin(), ids_.end(),
                     [&](std::uint32_t id) { return id != than && keeps(id, there); });
}

bool cluster_members::may_lose(std::uint32_t lost) const {
  return of_all([&](const auto& there) { return others_keep(lost, there); });
}

bool cluster_members::lose_disk(std::uint32_t id, bool set_back) {
  auto& of = *places_.at(id);
  const auto* back = set_back ? older_copy(id) : nullptr;
  if (keep_disks_ || of.other || (set_back && !back))
    return false;
  crash(id);
  of.lost = true;
  of.folder = back ? copy_of(*back) : simulated_folder{0, {}, false, new_disk(), {}};
  return true;
}

/// One that counts fewer starts than the store does for it: others cannot be told by a count. Null: none.
const simulated_folder* cluster_members::older_copy(std::uint32_t id) const {
  const auto found = around_.store.values().find(cluster::name_of_node(id));
  if (found == around_.store.values().end())
    return nullptr;
  const auto known = *cluster::decode_known_disks(found->second.value);
  std::vector<const simulated_folder*> usable;
  for (const auto& each : places_.at(id)->older)
    if (each.identity.boot < cluster::starts_of(known, each.identity.incarnation).value_or(0))
      usable.push_back(&each);
  return usable.empty() ? nullptr : usable[around_.shared.random.below(usable.size())];
}

// -- and mistaken --------------------------------------------------------------------------------

bool cluster_members::may_mistake(std::uint32_t id) const {
  const auto& of = *places_.at(id);
  return !keep_disks_ && !of.lost && !of.other && of.lives != 0;
}

bool cluster_members::mistake_folder(std::uint32_t id, mistake what) {
  auto& of = *places_.at(id);
  const auto* older = what == mistake::older ? older_copy(id) : nullptr;
  if (!may_mistake(id) || (what == mistake::older && !older))
    return false;
  crash(id);
  use_instead(of, older ? copy_of(*older) : simulated_folder{0, {}, false, new_disk(), {}}, what);
  return true;
}

bool cluster_members::swap_folders(std::uint32_t one, std::uint32_t other) {
  if (one == other || !may_mistake(one) || !may_mistake(other))
    return false;
  crash(one);
  crash(other);
  auto ones = copy_of(places_.at(one)->folder);
  use_instead(*places_.at(one), copy_of(places_.at(other)->folder), mistake::another_nodes);
  use_instead(*places_.at(other), std::move(ones), mistake::another_nodes);
  return true;
}

void cluster_members::use_instead(place& of, simulated_folder folder, mistake what) {
  of.other = std::make_unique<simulated_folder>(std::exchange(of.folder, std::move(folder)));
  of.wrong = what;
}

bool cluster_members::put_right(std::uint32_t id) {
  auto& of = *places_.at(id);
  if (of.wrong == mistake::none)
    return true;
  const bool newer = of.folder.identity.incarnation > of.other->identity.incarnation;
  const bool needed = !of_all([&](const auto& there) { return !keeps(id, there) || others_keep(id, there); });
  if (newer && needed)
    return false;
  crash(id);
  std::swap(of.folder, *of.other);
  if (!newer || of.wrong == mistake::another_nodes)
    of.other.reset();
  of.wrong = mistake::none;
  return true;
}

void cluster_members::start_a_second(std::uint32_t id) {
  auto& of = *places_.at(id);
  if (!of.life || of.older.empty() || keep_disks_)
    return; // Beside another cluster's store an empty folder is that cluster's matter.
  const auto before = around_.store.values().find(cluster::name_of_node(id))->second.version;
  auto folder = around_.shared.random.percent(30) ? simulated_folder{0, {}, false, new_disk(), {}}
                                                  : copy_of(of.older.back());
  auto who = process_of(id, false);
  who.answered_for = true;
  const auto tried = try_to_start(folder, who);
  if (tried.came_to == start_try::end::started
      || around_.store.values().find(cluster::name_of_node(id))->second.version != before)
    around_.complain("a second process starts as node " + std::to_string(id) + ", which lives");
  if (tried.came_to == start_try::end::answered_for || tried.came_to == start_try::end::refused)
    around_.happened.count("second process refused");
}

void cluster_members::heal() {
  for (const auto id : ids_) {
    places_.at(id)->store.set_down(false);
    if (!put_right(id)) { // The newer one is needed.
      places_.at(id)->other.reset();
      places_.at(id)->wrong = mistake::none;
    }
    places_.at(id)->folder.disk->set_capacity(unlimited);
    start(id);
  }
}

} // namespace orderd::simulation

#include "tests/simulation/world_node.hpp"

#include "tests/support/older_version.hpp"

#include <set>
#include <utility>

namespace orderd::simulation {

using cluster::answer_tag;
using cluster::replica_note;
using runtime::epoch_ptr;

namespace {

constexpr std::uint64_t keys = 40;

} // namespace

/// Epochs as this node keeps and sends them.
std::vector<epoch_ptr> world_node::kept(std::vector<epoch_ptr> epochs) const {
  if (is_older())
    for (auto& each : epochs)
      each = test::kept_by_an_older_version(*each);
  return epochs;
}

/// A message as a node of the version before sends it, or reads it.
cluster::peer_body world_node::as_understood(cluster::peer_body what) const {
  if (!is_older())
    return what;
  if (auto* joined = std::get_if<cluster::join_ack>(&what))
    joined->hash = 0;
  else if (auto* acked = std::get_if<cluster::append_ack>(&what))
    acked->hash = 0;
  else if (auto* append = std::get_if<cluster::append>(&what))
    append->epochs = kept(std::move(append->epochs));
  else if (auto* page = std::get_if<cluster::install_snapshot>(&what))
    page->base.hash = page->base.time_ms = 0;
  return what;
}

cluster::steady_time world_node::now() const {
  const auto us = world_.now_us() + world_.now_us() * drift_ / 1'000 + std::int64_t{id_} * 1'000'000;
  return cluster::steady_time{std::chrono::microseconds{us}};
}

void world_node::start() {
  ++life_;
  cluster::replica_options options;
  options.shard = 0;
  options.self = self();
  options.minimum = habits_.minimum;
  // Small, so that journals are trimmed and copies happen.
  options.limits = {habits_.recent_bytes, 2'500, std::chrono::milliseconds{3'000}, 400, habits_.terms_kept};
  options.window_bytes = 1'500;
  options.copy_bytes_a_tick = 300;
  options.copy_page_bytes = 150;
  board_ = std::make_unique<cluster::lease_board>(self(), cluster::heartbeat_timing{});
  replica_ = std::make_unique<cluster::replica>(options, disk.read(), *this, *board_, now());
  committed_ = disk.applied;
  replica_->rows_known({disk.applied, disk.rows.hash()});
  replica_->start();
}

void world_node::crash() {
  // What was on its way to the disk: some of it is there, in order.
  auto& jobs = journal_jobs_;
  replica_.reset();
  ++life_;
  for (auto left = world_.random().below(jobs.size() + 1); left > 0; --left) {
    jobs.front()();
    jobs.pop_front();
  }
  jobs.clear();
  state_jobs_.clear();
  engine_.reset();
  copies_.clear();
  retain_from_ = 0;
}

void world_node::tick() {
  replica_->tick(now());
  look_at_commits();
}

/// What became committed here since the last look.
void world_node::look_at_commits() {
  if (!replica_ || replica_->copying() != disk.note.copying)
    return; // What the journal has until the disk knows that a copy begins is not what the log is about.
  auto& checks = world_.checks();
  const auto upto = replica_->log().committed();
  if (!replica_->copying() && (upto < committed_ || upto > disk.end()))
    checks.complain("node " + std::to_string(id_) + " takes " + std::to_string(upto)
                    + " for committed, after " + std::to_string(committed_) + ", and has "
                    + std::to_string(disk.end()) + " (A6)");
  for (auto at = disk.journal.upper_bound(committed_); at != disk.journal.end() && at->first <= upto; ++at) {
    checks.committed(id_, *at->second);
    if (replica_->leads())
      checks.committed_by_primary(id_, *at->second, world_.stored().what, world_.disks());
  }
  committed_ = upto;
}

void world_node::work(bool writes) {
  if (!engine_ || !replica_)
    return;
  if (replica_->may_answer(now())) {
    world_.happened().count("read answered");
    world_.checks().read_answered(self(), engine_->term, world_.stored().what);
  }
  if (!writes || engine_->in_flight)
    return;
  auto made = std::make_shared<runtime::epoch>();
  made->term = engine_->term;
  made->number = engine_->last + 1;
  made->previous_term = replica_->log().end_term();
  made->previous_hash = replica_->log().hash_at(replica_->log().end());
  made->time_ms = world_.now_us() / 1'000;
  auto& random = world_.random();
  for (auto count = random.between(1, 4); count > 0; --count) {
    const runtime::row_key key{runtime::table::state, "key " + std::to_string(random.below(keys))};
    const auto same = [&](const auto& write) { return write.key == key; };
    if (std::none_of(made->writes.begin(), made->writes.end(), same))
      made->writes.push_back({key, random.percent(15) ? std::nullopt : std::optional{random.bytes(24)}});
  }
  engine_->last = made->number;
  engine_->in_flight = made;
  replica_->engine_closed(std::move(made), now());
}

void world_node::received(const cluster::peer_message& what) {
  if (std::holds_alternative<cluster::join_ack>(what.body))
    copies_.erase(what.from.node); // Its copy goes on, or another begins.
  if (what.to_incarnation == 0 || what.to_incarnation == disk.identity.incarnation)
    replica_->received(what.from, as_understood(what.body), now());
  look_at_commits();
}

void world_node::configured(const cluster::versioned_assignment& what) {
  replica_->configured(what, now());
  look_at_commits();
}

void world_node::undecided() {
  replica_->undecided();
}

void world_node::send(std::uint32_t node, cluster::peer_body what) {
  what = as_understood(std::move(what));
  world_.checks().said(id_, what, disk);
  if (const auto* page = std::get_if<cluster::install_snapshot>(&what))
    copies_[node] = page->base.epoch;
  else if (std::holds_alternative<cluster::append>(what) || std::holds_alternative<cluster::new_term>(what))
    copies_.erase(node);
  world_.send(id_, node, {0, self(), 0, std::move(what)});
}

// -- the journal ---------------------------------------------------------------------------------

/// One job after the other, each some time after the one before.
void world_node::journal(std::function<void()> job) {
  journal_jobs_.push_back(std::move(job));
  if (journal_jobs_.size() > 1)
    return;
  const auto next = [this](const auto& self) -> void {
    const bool slow =
        world_.now_us() < slow_until_ ? world_.random().percent(50) : world_.random().percent(3);
    const auto after = slow ? 40'000 : world_.random().between(200, 3'000);
    world_.later(id_, after, [this, self] {
      journal_jobs_.front()(); // What it asks for in turn comes behind it.
      journal_jobs_.pop_front();
      if (!journal_jobs_.empty())
        self(self);
    });
  };
  next(next);
}

void world_node::append(std::vector<epoch_ptr> epochs, std::optional<replica_note> note) {
  journal([this, epochs = kept(std::move(epochs)), note = std::move(note)] {
    for (const auto& each : epochs) {
      if (disk.end() + 1 != each->number)
        world_.checks().complain("the journal of node " + std::to_string(id_) + " ends at "
                                 + std::to_string(disk.end()) + ", epoch " + std::to_string(each->number)
                                 + " comes (D6)");
      world_.checks().journaled(id_, *each);
      disk.journal[each->number] = each;
    }
    if (note) {
      disk.note = *note;
      world_.turned(id_, "first epoch of a term");
    }
    if (replica_)
      replica_->journaled(epochs.back()->number, now());
    look_at_commits();
  });
}

void world_node::write(const replica_note& note, std::optional<std::uint64_t> keep_upto, answer_tag tag) {
  journal([this, note, keep_upto, tag] {
    world_.checks().promised(id_, disk.identity.incarnation, note.promised);
    if (keep_upto && !note.copying)
      world_.checks().cut(id_, disk, *keep_upto);
    if (disk.note.copying && !note.copying) {
      world_.checks().state(id_, disk.applied, disk.rows.hash());
      world_.turned(id_, "copy whole");
    }
    disk.note = note;
    if (keep_upto && *keep_upto < disk.end())
      count_cut(*keep_upto);
    if (keep_upto)
      disk.cut(*keep_upto);
    if (replica_)
      replica_->noted(tag, now());
    look_at_commits();
  });
}

void world_node::count_cut(std::uint64_t keep_upto) {
  if (disk.note.copying) {
    world_.turned(id_, "copy begun");
    return world_.happened().count("copy begun");
  }
  world_.happened().count("journal truncated");
  const auto first = disk.journal.upper_bound(keep_upto);
  if (first != disk.journal.end() && first->second->term != disk.journal.rbegin()->second->term)
    world_.happened().count("journal truncated over two terms");
}

void world_node::read(std::uint64_t first, std::size_t) {
  journal([this, first] {
    std::vector<epoch_ptr> out;
    for (auto at = disk.journal.find(first); at != disk.journal.end() && out.size() < 4; ++at)
      out.push_back(at->second);
    if (replica_)
      replica_->journal_read(first, std::move(out), now());
  });
}

void world_node::retain(std::uint64_t from) {
  retain_from_ = from;
  if (copies_.empty())
    return; // Perhaps the replica is only being made.
  std::set<std::uint32_t>
      follow; // The copy of one that is gone is given up: it would keep the journal for ever.
  for (const auto& each : replica_->followers())
    if (each.following)
      follow.insert(each.who.node);
  for (const auto& [node, base] : copies_)
    if (from > base + 1 && follow.contains(node))
      world_.checks().complain("node " + std::to_string(id_) + " trims its journal to " + std::to_string(from)
                               + ", but a copy of epoch " + std::to_string(base) + " is on its way to node "
                               + std::to_string(node) + " (D8)");
}

// -- the state -----------------------------------------------------------------------------------

void world_node::state(std::function<void()> job) {
  state_jobs_.push_back(std::move(job));
  if (state_jobs_.size() > 1)
    return;
  const auto next = [this](const auto& self) -> void {
    world_.later(id_, world_.random().between(300, 8'000), [this, self] {
      state_jobs_.front()(); // What it asks for in turn comes behind it.
      state_jobs_.pop_front();
      if (!state_jobs_.empty())
        self(self);
    });
  };
  next(next);
}

void world_node::apply(std::vector<epoch_ptr> epochs) {
  state([this, epochs = kept(std::move(epochs))] {
    for (const auto& each : epochs) {
      if (each->number <= disk.applied)
        continue;
      if (each->number != disk.applied + 1)
        world_.checks().complain("node " + std::to_string(id_) + " applies epoch "
                                 + std::to_string(each->number) + " after " + std::to_string(disk.applied));
      world_.checks().applied(id_, *each, disk);
      disk.apply(*each);
      if (!disk.note.copying)
        world_.checks().state(id_, disk.applied, disk.rows.hash());
    }
    disk.trim(std::min(retain_from_, disk.applied + 1));
    replica_->rows_known({disk.applied, disk.rows.hash()});
    replica_->applied(disk.applied, now());
  });
}

void world_node::hash_state(answer_tag tag) {
  state([this, tag] { replica_->state_hashed(tag, disk.applied, disk.rows.hash(), now()); });
}

runtime::result<cluster::row_page> world_node::read_rows(const std::optional<runtime::row_key>& after,
                                                         std::size_t bytes_max) {
  cluster::row_page page;
  std::size_t bytes = 0;
  const auto& rows = disk.rows.all();
  auto at = after ? rows.upper_bound(*after) : rows.begin();
  for (; at != rows.end() && bytes < bytes_max; ++at) {
    page.rows.push_back({at->first, at->second});
    bytes += at->second.size();
  }
  if (at != rows.end())
    page.last = page.rows.back().key;
  return page;
}

void world_node::load_rows(std::vector<runtime::row_write> rows, bool first, answer_tag tag) {
  state([this, rows = std::move(rows), first, tag] {
    if (first)
      disk.rows.clear();
    for (const auto& row : rows)
      disk.rows.put(row.key, *row.value);
    replica_->rows_loaded(tag);
  });
}

void world_node::end_load(const runtime::epoch_mark& applied, answer_tag tag) {
  state([this, applied, tag] {
    disk.applied = applied.epoch;
    disk.applied_term = applied.term;
    disk.applied_hash = applied.hash;
    world_.happened().count("copy stored");
    replica_->load_ended(tag);
  });
}

// -- the engine ----------------------------------------------------------------------------------

void world_node::propose(std::uint64_t expected_version, const cluster::assignment& what) {
  world_.propose(id_, expected_version, what);
}

void world_node::look_up() {
  world_.look_up(id_);
}

void world_node::start_engine(const runtime::epoch_mark& opening) {
  world_.happened().count("primary serves");
  world_.turned(id_, "serving");
  world_.checks().engine_started(id_, opening.term, opening.epoch, disk);
  engine_ = engine{opening.term, opening.epoch, nullptr};
}

void world_node::stop_engine() {
  world_.happened().count(engine_ ? "primary deposed" : "primary deposed while opening");
  engine_.reset();
  copies_.clear();
}

void world_node::committed(std::uint64_t upto) {
  if (!engine_ || !engine_->in_flight || engine_->in_flight->number > upto)
    return;
  const auto done = std::exchange(engine_->in_flight, nullptr);
  world_.checks().acknowledged(id_, *done, replica_->known().what, world_.stored().what, habits_.minimum,
                               world_.disks());
  if (world_.unresolved(id_))
    world_.happened().count("commit while a change of the set is unresolved");
}

void world_node::distrust_disk(const std::string& why) {
  world_.distrusted(id_, why);
}

void world_node::end_node(const std::string& why) {
  world_.ended(id_, why);
}

} // namespace orderd::simulation

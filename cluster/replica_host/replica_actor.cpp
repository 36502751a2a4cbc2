#include "cluster/replica_host/replica_actor.hpp"

#include "cluster/replica_host/missed_copies.hpp"
#include "runtime/base/log.hpp"
#include "runtime/storage/state_rows.hpp"

#include <caf/send.hpp>

#include <exception>
#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;
using runtime::fault_code;

namespace {

constexpr std::chrono::milliseconds tick_interval{20};
/// How long a node by itself keeps requests until it can begin: longer than a start takes on a disk that
/// works.
constexpr std::chrono::milliseconds opening_max{10'000};

} // namespace

replica_actor::replica_actor(caf::actor_config& config, replica_dependencies given)
    : caf::event_based_actor(config), given_(std::move(given)),
      replica_(given_.options, given_.disk, *this, given_.board, clock().now()),
      shown_numbers_(given_.cluster_metrics, given_.options.shard), takeover_(given_.options.self.node) {}

replica_actor::~replica_actor() = default;

caf::behavior replica_actor::make_behavior() {
  set_default_handler(caf::skip); // What comes early waits for replica_handles.
  return {
      [this](const replica_handles& peers) {
        // Who asks a node by itself waits until it leads: nobody else could answer. Not for ever: a disk that
        // is full keeps it from its first epoch, and then it says so (`tick`).
        opens_by_ = now() + opening_max;
        if (given_.alone)
          become(workings());
        else
          open();
        start(peers);
      },
  };
}

caf::message_handler replica_actor::traffic() {
  return {
      // what passes through: replica_routing.cpp
      [this](runtime::shard_requests& batch) { take(batch); },
      [this](const runtime::connection_gone& what) { take(what); },
      [this](runtime::channel_commands& batch) { take(batch); },
      [this](const runtime::channel_acknowledged& what) { take(what); },
      [this](const peer_received& what) { take(what); },
      // the engine: replica_engine.cpp
      [this](runtime::work_off) { work(); },
      [this](const runtime::provider_answer& what) { with_engine([&] { engine_->answered(what); }); },
      [this](const runtime::admit_new_work& what) {
        admission_ = what;
        with_engine([&] { engine_->admit(what); });
      },
  };
}

caf::message_handler replica_actor::workings() {
  return {
      // questions
      [this](describe_replica) { return describe_with_missed(); },
      [this](runtime::describe_shard) { return describe_shard(); },
      // answers of the disk
      [this](const runtime::epoch_durable& what) { run([&] { replica_.journaled(what.number, now()); }); },
      [this](const runtime::epoch_applied& what) {
        with_engine([&] { engine_->applied(what.number); });
        run([&] {
          replica_.rows_known({what.number, what.rows.hash});
          replica_.applied(what.number, now());
        });
      },
      [this](const runtime::note_durable& what) {
        run([&] { replica_.noted(answer_tag{what.tag}, now()); });
      },
      [this](runtime::epochs_read& what) {
        run([&] { replica_.journal_read(what.first, std::move(what.epochs), now()); });
      },
      [this](const runtime::rows_loaded& what) { run([&] { replica_.rows_loaded(answer_tag{what.tag}); }); },
      [this](const runtime::load_ended& what) { run([&] { replica_.load_ended(answer_tag{what.tag}); }); },
      [this](const runtime::state_hashed& what) {
        if (what.failure)
          return distrust_disk("the state cannot be hashed: " + what.failure->message);
        run([&] { replica_.state_hashed(answer_tag{what.tag}, what.applied_epoch, what.hash, now()); });
      },
      // the configuration store
      [this](const assignments_seen& seen) {
        run([&] { replica_.configured(seen.shards->at(given_.options.shard), now()); });
      },
      [this](const assignment_decided& what) { run([&] { replica_.configured(what.now_there, now()); }); },
      [this](assignment_undecided) { replica_.undecided(); },
      [this](const nodes_seen& seen) { nodes_ = seen.nodes; },
      [](const link_up&) {},
      [this](const link_down& what) { run([&] { replica_.link_lost(what.node); }); },
      [this](replica_tick) { tick(); },
  };
}

void replica_actor::open() {
  opens_by_.reset();
  opened_at_ = clock().now();
  set_default_handler(caf::print_and_drop);
  become(traffic().or_else(workings()));
}

void replica_actor::on_exit() {
  engine_.reset();
  hosts_.clear(); // Replica hosts know each other and themselves.
  gateway_ = peers_ = nullptr;
  directory_ = nullptr;
}

void replica_actor::run(const std::function<void()>& input) {
  feed(input);
  settle();
  const auto state = replica_.state();
  time_takeover(state);
  if (state == shown_state_)
    return;
  shown_state_ = state;
  log::info("replica_host", "replica_state",
            {{"shard", given_.options.shard},
             {"term", replica_.known().what.term},
             {"primary", replica_.known().what.primary.node},
             {"end", replica_.log().end()}},
            state);
}

void replica_actor::feed(const std::function<void()>& input) {
  try {
    input();
  } catch (const std::exception& error) {
    end_node("the replica of shard " + std::to_string(given_.options.shard) + " failed: " + error.what());
  }
}

void replica_actor::start(const replica_handles& peers) {
  hosts_ = peers.hosts;
  gateway_ = peers.gateway;
  peers_ = peers.peers;
  directory_ = peers.directory;
  run([this] {
    replica_.rows_known({given_.disk.applied, given_.state.rows().hash});
    replica_.start();
  });
  caf::event_based_actor::send(given_.journal,
                               runtime::trim_journal{given_.options.shard, given_.disk.applied});
  delayed_send(this, tick_interval, replica_tick{});
}

void replica_actor::tick() {
  run([this] { replica_.tick(now()); });
  with_engine([this] { engine_->tick(); });
  if (gate_.holds() && replica_.may_answer(now()))
    let_go(gate_.answered({}, true), false);
  for (const auto& each : gate_.expire(given_.clock.now().monotone_ms))
    refuse(each, {fault_code::timeout, "the outcome is not known yet; ask again with the same id"});
  if (given_.alone && opens_by_ && now() >= *opens_by_) {
    log::warn("replica_host", "shard_does_not_begin", {{"shard", given_.options.shard}}, refusing_because());
    open();
  }
  publish_metrics();
  delayed_send(this, tick_interval, replica_tick{});
}

// -- the journal and the state -------------------------------------------------------------------

void replica_actor::append(std::vector<runtime::epoch_ptr> epochs, std::optional<replica_note> note) {
  std::optional<runtime::shard_note> stored;
  if (note)
    stored = runtime::shard_note{given_.options.shard, std::nullopt, encode(*note)};
  if (epochs.size() == 1 && !stored)
    return caf::event_based_actor::send(given_.journal, runtime::append_epoch{std::move(epochs.front())});
  caf::event_based_actor::send(given_.journal, runtime::append_epochs{std::move(epochs), std::move(stored)});
}

void replica_actor::write(const replica_note& note, std::optional<std::uint64_t> keep_upto, answer_tag tag) {
  caf::event_based_actor::send(
      given_.journal,
      runtime::write_note{{given_.options.shard, keep_upto, encode(note)}, std::uint64_t(tag)});
}

void replica_actor::read(std::uint64_t first, std::size_t bytes_max) {
  caf::event_based_actor::send(given_.journal, runtime::read_epochs{given_.options.shard, first, bytes_max});
}

void replica_actor::retain(std::uint64_t from) {
  caf::event_based_actor::send(given_.journal, runtime::retain_journal{given_.options.shard, from});
}

void replica_actor::apply(std::vector<runtime::epoch_ptr> epochs) {
  for (auto& each : epochs)
    caf::event_based_actor::send(given_.applier, runtime::apply_epoch{std::move(each)});
}

void replica_actor::apply_now() {
  caf::event_based_actor::send(given_.applier, runtime::apply_now{given_.options.shard});
}

void replica_actor::hash_state(answer_tag tag) {
  caf::event_based_actor::send(given_.applier, runtime::hash_state{given_.options.shard, std::uint64_t(tag)});
}

runtime::result<row_page> replica_actor::read_rows(const std::optional<runtime::row_key>& after,
                                                   std::size_t bytes_max) {
  if (!reader_) {
    auto made = given_.state.reader();
    if (!made)
      return made.error();
    reader_ = *std::move(made);
  }
  row_page page;
  std::size_t bytes = 0;
  const auto first = after ? static_cast<unsigned>(after->in()) : 1u;
  for (auto number = first; number <= runtime::table_max; ++number) {
    const auto in = static_cast<runtime::table>(number);
    const auto from = after && number == first ? after->key() : std::string_view{};
    const auto read = reader_->scan(
        in, {}, from, false,
        [&](std::string_view key, std::string_view value) -> runtime::result<runtime::state_reader::step> {
          page.rows.push_back({runtime::row_key{in, key}, std::string{value}});
          bytes += key.size() + value.size();
          return bytes < bytes_max ? runtime::state_reader::step::next : runtime::state_reader::step::stop;
        });
    if (!read)
      return read.error();
    if (bytes >= bytes_max) {
      page.last = page.rows.back().key;
      return page;
    }
  }
  reader_.reset();
  return page;
}

void replica_actor::load_rows(std::vector<runtime::row_write> rows, bool first, answer_tag tag) {
  caf::event_based_actor::send(
      given_.applier, runtime::load_rows{given_.options.shard, first, std::move(rows), std::uint64_t(tag)});
}

void replica_actor::end_load(const runtime::epoch_mark& applied, answer_tag tag) {
  caf::event_based_actor::send(given_.applier,
                               runtime::end_load{given_.options.shard, applied, std::uint64_t(tag)});
}

// -- the configuration store ---------------------------------------------------------------------

void replica_actor::propose(std::uint64_t expected_version, const assignment& what) {
  caf::event_based_actor::send(directory_, propose_assignment{given_.options.shard, expected_version, what});
}

void replica_actor::look_up() {
  caf::event_based_actor::send(directory_, look_up_assignments{});
}

// -- what must not be ----------------------------------------------------------------------------

void replica_actor::doubted(doubt why, std::uint32_t node, const std::string& what) {
  given_.cluster_metrics.doubts.at(name_of(why)).Increment();
  if (const auto unsaid = doubts_.may_say({node, why}, now()))
    log::error(
        "replica_host", "doubted",
        {{"shard", given_.options.shard}, {"node", node}, {"reason", name_of(why)}, {"unsaid", *unsaid}},
        what);
}

void replica_actor::distrust_disk(const std::string& why) {
  given_.distrust("shard " + std::to_string(given_.options.shard) + ": " + why);
}

void replica_actor::end_node(const std::string& why) {
  end_node_by("replica_host", {runtime::fault_code::internal, why});
}

void replica_actor::end_node_by(const char* part, const runtime::fault& why) {
  failed_ = true;
  given_.fatal(part, why);
  quit(caf::sec::runtime_error);
}

// -- for people ----------------------------------------------------------------------------------

void replica_actor::time_takeover(std::string_view state) {
  if (replica_.known().version == 0)
    return;
  const auto took = takeover_.see(state, replica_.known().what.primary.node, now(),
                                  [this](std::uint32_t node) { return given_.board.heard_at(node); });
  if (took)
    given_.cluster_metrics.takeover.at(given_.options.shard)
        .Set(std::chrono::duration<double>{*took}.count());
}

void replica_actor::publish_metrics() {
  shown_numbers_.show(describe(), given_.options.self, replica_.serving() && replica_.takes_work());
  if (!engine_) // Else the engine shows its own.
    given_.metrics.apply_lag_epochs.at(given_.options.shard)
        .Set(static_cast<double>(replica_.log().committed() - replica_.log().applied()));
}

replica_description replica_actor::describe() const {
  return {given_.options.shard,
          replica_.known(),
          replica_.log().committed(),
          replica_.log().end(),
          std::string{replica_.state()},
          replica_.followers(),
          replica_.promised(),
          replica_.log().end_term(),
          replica_.copying(),
          replica_.log().terms().starts()};
}

replica_description replica_actor::describe_with_missed() const {
  auto how = describe();
  how.missed = missed();
  how.refusing_because = refusing_because();
  return how;
}

runtime::shard_description replica_actor::describe_without_engine() const {
  runtime::shard_description how;
  how.shard = given_.options.shard;
  how.term = replica_.known().what.term;
  how.committed_epoch = replica_.log().committed();
  how.applied_epoch = replica_.log().applied();
  how.time_ms = replica_.log().time_ms();
  return how;
}

/// What the engine says of it, where it runs, and what only the replica host knows.
runtime::shard_description replica_actor::describe_shard() const {
  auto how = engine_ ? engine_->describe() : describe_without_engine();
  how.missed = missed();
  how.refusing_because = refusing_because();
  return how;
}

std::vector<runtime::missed_copy> replica_actor::missed() const {
  return missed_copies(replica_.known().what, given_.options.self.node, given_.board, now());
}

} // namespace orderd::cluster

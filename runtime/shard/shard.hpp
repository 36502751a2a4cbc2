// One shard: owns its entities, routes commands to them, and turns what they do into epochs.
//
// Pure engine without threads, actors or I/O: inputs are calls, outputs go through `shard_port`. Its runner
// (shard_runner.hpp) says when it does what; the actor that owns that moves messages in and out. Its parts
// are classes of their own: the epochs with what they owe (epoch_builder), the newest rows (entity_rows),
// what outlasts a turn (lasting_effects), failing entities (supervision), channels, and what waits
// (input_backlog, pending_scans). What is left here is to run turns, and to say which part hears of what
// when.
//
// *Operation*. Each input is handled to its end, with every command it causes inside the shard, before
// the next: between two inputs the rows are always a consistent cut. `finish` follows each batch of
// inputs; when the journal is free it closes the open epoch and hands it over. While the journal is
// busy, inputs go on into the next epoch, so a batch grows by itself as load grows. What must leave the
// shard (replies, commands to other shards, provider calls) is held with its epoch and let go when the
// epoch is committed, in order.
//
// *Failure*. A handler that throws leaves no trace; its entity is dropped, loaded from its newest
// snapshot and tried again by `restart_policy`, and quarantined at the limit. Rows that do not load are the
// same. Where rows are damaged, or lost, commands that can be refused get `corrupt` or a no at once, and
// nothing of them is kept; the others fail as above. An input that throws, because the store cannot be read
// or a `bug` was met, leaves a shard that must not be used any more.
//
// *Concurrency*: one thread at a time.
//
// *Limits*: admission (admission.hpp); an open epoch takes no input of any kind above
// limits::epoch_bytes_max; live entities and idle time by `shard_options`; limits::waiting_scans_max scanning
// queries, of which an input answers 4.
#pragma once

#include "config/limits.hpp"
#include "runtime/entity/entity_host.hpp"
#include "runtime/entity/request.hpp"
#include "runtime/shard/admission.hpp"
#include "runtime/shard/channels.hpp"
#include "runtime/shard/entity_rows.hpp"
#include "runtime/shard/epoch_builder.hpp"
#include "runtime/shard/fault_bodies.hpp"
#include "runtime/shard/input_backlog.hpp"
#include "runtime/shard/lasting_effects.hpp"
#include "runtime/shard/pending_scans.hpp"
#include "runtime/shard/provider_call_table.hpp"
#include "runtime/shard/residents.hpp"
#include "runtime/shard/shard_clock.hpp"
#include "runtime/shard/shard_description.hpp"
#include "runtime/shard/shard_outputs.hpp"
#include "runtime/shard/shard_warnings.hpp"
#include "runtime/shard/stored_rows.hpp"
#include "runtime/shard/supervision.hpp"
#include "runtime/storage/store.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace orderd::runtime {

struct shard_options {
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  std::uint64_t term = 1;
  epoch_mark last; ///< epoch in the journal and the state store when the shard starts
  replica_id self;
  std::size_t live_entities_max = 250'000;
  /// Make room for all live entities, all unsettled orders and a second's rows at the start: growing later
  /// holds the shard for tens of milliseconds. Not where shards start often and stay small (simulation).
  bool presized = false;
  std::int64_t idle_ms_max = 60'000;
  std::uint32_t restarts_max = 3;
  admission_limits admission;
};

class shard_port {
public:
  virtual ~shard_port() = default;
  /// Make it durable, then call `shard::durable`. `bytes`: of its rows.
  virtual void append(epoch_ptr closed, std::size_t bytes) = 0;
  virtual void apply(epoch_ptr committed) = 0;     ///< apply it some time, then call `shard::applied`
  virtual void apply_now() = 0;                    ///< someone waits for what was given to `apply`
  virtual void release(shard_outputs outputs) = 0; ///< let it go
};

/// Counts since the shard started, for the metrics.
struct shard_figures {
  std::array<std::uint64_t, 256> restarts_by_kind{};
  std::map<std::string_view, std::uint64_t> settled; ///< by effects::settled_as
  std::uint64_t refused_overloaded = 0;
  std::uint64_t refused_storage_full = 0;
  std::uint64_t late_callers = 0;
  std::uint64_t turned_away = 0; ///< commands for entities that cannot be read
  std::uint64_t turns = 0;
};

class shard {
public:
  /// All references must outlive the shard.
  shard(shard_options options, const business& rules, entity_host& host, std::unique_ptr<state_reader> reader,
        shard_port& port);
  shard(const shard&) = delete; ///< its parts refer to each other
  shard& operator=(const shard&) = delete;

  /// Reads timers, channels, calls, parked commands and quarantine from the state store, and sends again
  /// what may have been lost, and asks the other shards to do the same. Once, before any input. Pre: the
  /// store has every epoch of the journal.
  result<void> recover(const instant& now);

  // -- inputs ------------------------------------------------------------------------------------
  void requests(std::vector<request> batch, std::chrono::nanoseconds queue_age, const instant& now);
  /// Why a request that comes now, and will wait for so long, is refused at once; nullopt: it may wait.
  std::optional<fault> refuses_arriving(const request& what, std::chrono::nanoseconds wait,
                                        std::int64_t monotone_now) const;
  /// Of a request that is not taken: its caller is told.
  void refuse(const caller& from, const fault& why);
  /// Whether the open epoch takes no more inputs: those wait, or are sent again, until it is closed.
  bool is_full() const noexcept { return epochs_.is_full(); }
  void commands(const channel_commands& batch, const instant& now);
  void acknowledged(const channel_acknowledged& what);
  void answered(const provider_answer& what, const instant& now);
  void tick(const instant& now);
  void durable(const replica_id& who, std::uint64_t epoch);
  void applied(std::uint64_t epoch);
  void node_refuses_new_work(std::optional<fault> why) { admission_.node_refuses(std::move(why)); }

  /// After each batch of inputs: lets go what is due, and closes the open epoch when the journal is free.
  void finish();

  shard_description describe() const;
  entity_description describe(const entity_id& id);
  const shard_figures& figures() const noexcept { return figures_; }
  const residents& live() const noexcept { return residents_; }
  /// The shard's time at the last input, and how far the wall clock was ahead of it.
  unix_ms time() const noexcept { return clock_.time(); }
  std::int64_t wall_ahead_ms() const noexcept { return clock_.wall_ahead_ms(); }
  std::optional<unix_ms> oldest_unsettled_since() const { return lasting_.oldest_unsettled_since(); }
  const unsettled& with_work() const noexcept { return lasting_.with_work(); }

private:
  // shard_requests.cpp: what comes from outside
  void take(request& what, std::chrono::nanoseconds queue_age);
  std::optional<fault> refuses_wait(const request& what, std::chrono::nanoseconds wait,
                                    std::chrono::nanoseconds still, std::int64_t monotone_now) const;
  std::optional<fault> refusal_of(const request& what, std::chrono::nanoseconds queue_age) const;
  void take_query(const request& what, query_request& body);
  void take_scan(const request& what, query_request& body);
  static result<reply_body> run_query(const query& what, shard_view& view);
  void answer_scan(const pending_scans::scan& scan);
  void answer_scans();
  void resolve(const caller& from, resolve_request& body);
  void take_backlog();
  void answer(const caller& to, reply_body body);
  void answer_fault(const caller& to, const fault& why);
  shard_outputs& owed();

  // shard_turns.cpp: commands inside
  void deliver(delivery first);
  void run_queue();
  void step(delivery next);
  attempt try_once(const delivery& command);
  result<entity_cell*> load(const entity_id& id, const snapshot& rows);
  result<std::unique_ptr<entity>> load_rows(const entity_id& id, const snapshot& rows) const;
  void take_effects(delivery& command);
  void send(addressed_command command);
  void call(const entity_id& entity, provider_call what);

  // shard_supervision.cpp: failing entities
  /// Of an entity that cannot be read: who sent the command is told, and nothing is kept. False: it must not
  /// be lost, so it fails like one whose handler throws.
  bool turn_away(delivery& command, const std::string& error);
  void failed(delivery command, std::uint32_t failures, const std::string& error);
  /// Of a command that may be lost: the log says so.
  void lose(const delivery& what, const std::string& error);
  void hold(failing_entity& who, delivery command);
  void park(failing_entity& who, delivery command);
  void unpark_first(const entity_id& id, failing_entity& who);
  void quarantine(const entity_id& id, failing_entity& who, const std::string& error);
  /// What those senders get that can take a no. `run`: each is an input of its own.
  void refuse_waiting(failing_entity& who, const entity_id& id, bool run);
  void retry_failing(const entity_id& id);
  /// A command that comes in its stored form. One that cannot be decoded fails like a handler that throws.
  void deliver_stored(const entity_id& to, std::string_view stored);
  attempt try_waiting(delivery& command);
  bool refuse(delivery& command);

  // shard_entity.cpp: one entity, as operators see it
  std::string name_of(std::string_view stored) const;
  std::optional<entity_trouble> trouble_of(const entity_id& id);
  void add_quarantine(entity_trouble& to, const entity_id& id);
  entity_call describe_call(const provider_call_table::waiting_call& call);

  // shard_epochs.cpp: time and commits
  bool must_store_time() const;
  bool is_another(std::uint32_t source); ///< shard; it is logged when not
  bool is_here(const entity_id& who) const;
  void fire_timers();
  void take(const provider_answer& what);
  void answer_late(const std::vector<caller>& late);
  void close_epoch();
  void erase_acknowledged();
  void send_again(); ///< to every shard
  void send_again(std::uint32_t destination);
  void release_committed(epoch_builder::committed_epoch done);

  // shard_recovery.cpp
  result<void> recover_timers();
  result<void> recover_outboxes();
  result<void> recover_inboxes();
  result<void> recover_calls();
  result<void> recover_unsettled();
  void look_at_recovered(std::size_t count_max);
  standing standing_of(const entity_id& id, std::size_t& bytes);
  result<void> recover_parked();
  result<void> recover_quarantine();

  shard_options options_;
  const business& rules_;
  entity_host& host_;
  shard_port& port_;

  /// Of the input being handled. What is stored is on the shard's time; what lives no longer than the process
  /// is on the monotone clock.
  shard_clock clock_;
  epoch_builder epochs_;
  entity_rows rows_;
  lasting_effects lasting_;

  residents residents_;
  supervision supervision_;
  outboxes outboxes_;
  inboxes inboxes_;
  admission admission_;
  provider_call_table calls_;

  std::deque<delivery> queue_; ///< commands inside the shard, of the input being handled
  effects effects_;            ///< of the turn being run; kept for its memory
  input_backlog backlog_;
  pending_scans scans_;
  fault_bodies faults_;
  shard_warnings warnings_;
  shard_figures figures_;
};

} // namespace orderd::runtime

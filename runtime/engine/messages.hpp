// Every message between the actors of a node's engine: what it says and what its receiver does.
// They stay inside one process, so they carry pointers and are never serialized. Those that plain classes
// need too are values of headers of their own. "Replica" is whoever keeps this node's copy of a shard, where
// there are copies on other nodes.
#pragma once

#include "runtime/entity/channel_messages.hpp"
#include "runtime/entity/entity_host.hpp"
#include "runtime/entity/request.hpp"
#include "runtime/shard/provider_calls.hpp"
#include "runtime/shard/shard_description.hpp"
#include "runtime/storage/row.hpp"
#include "runtime/storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orderd::runtime {

/// Shard -> entity: run this turn. Both pointers are valid until the shard's resume of the entity returns,
/// which is before the shard does anything else.
struct entity_turn {
  turn* now = nullptr;
  attempt* outcome = nullptr;
};

/// Gateway -> shard: handle these requests, in order. The receiver takes the vector's content.
struct shard_requests {
  std::shared_ptr<std::vector<request>> batch;
  std::chrono::steady_clock::time_point arrived_at; ///< when the node read them: their age counts from here
};

/// Gateway -> shard: nobody reads the answers of this connection any more.
struct connection_gone {
  std::uint64_t connection = 0;
};

/// Shard -> gateway: send these replies to their callers; what they depend on is committed.
struct gateway_replies {
  std::vector<reply> replies;
  std::optional<std::chrono::steady_clock::time_point> released_at; ///< by a shard: when they could go
};

/// The answer to one request that no shard answers.
inline gateway_replies one_reply(caller to, reply_body body) {
  return {{{to, body.outcome, std::make_shared<const std::string>(std::move(body.bytes))}}, std::nullopt};
}

/// Shard -> journal: make this epoch durable.
struct append_epoch {
  epoch_ptr what;
};

/// Journal -> shard: epochs of yours up to this one are durable here.
struct epoch_durable {
  std::uint64_t number = 0;
};

/// Replica -> journal: make this note durable, and cut what it says, after the epochs you were sent before
/// it.
struct write_note {
  shard_note what;
  std::uint64_t tag = 0; ///< comes back with note_durable
};

/// Journal -> replica: the note is durable, and so is everything of yours before it.
struct note_durable {
  std::uint64_t tag = 0;
};

/// Replica -> journal: make the note durable, if there is one, and then these epochs of its shard, all or
/// none. Answered with epoch_durable of the last. There is one epoch at least.
struct append_epochs {
  std::vector<epoch_ptr> what;
  std::optional<shard_note> note;
};

/// Replica -> journal: show me epochs of the shard that are durable here, as journal_store::read.
struct read_epochs {
  std::uint32_t shard = 0;
  std::uint64_t first = 0;
  std::size_t bytes_max = 0;
};

/// Journal -> replica: the epochs from `first` on; none: it is not there.
struct epochs_read {
  std::uint64_t first = 0;
  std::vector<epoch_ptr> epochs;
};

/// Replica -> journal: keep the epochs of the shard from this one on, whatever the applier says; the last
/// such message counts. What is trimmed already does not come back.
struct retain_journal {
  std::uint32_t shard = 0;
  std::uint64_t from = 0;
};

/// Shard -> applier: this epoch is committed, apply it when convenient.
struct apply_epoch {
  epoch_ptr what;
};

/// Shard -> applier: apply everything you have now; someone waits to read it.
struct apply_now {
  std::uint32_t shard = 0;
};

/// Applier -> shard: epochs up to this one are in the state store, synced, and these are its rows.
struct epoch_applied {
  std::uint64_t number = 0;
  std::uint64_t state_bytes = 0;
  rows_digest rows;
};

/// Applier -> journal: epochs of the shard up to this one may be trimmed, unless they are retained.
struct trim_journal {
  std::uint32_t shard = 0;
  std::uint64_t upto = 0;
};

/// Replica -> applier: put these rows of a copy into the shard's state, as they are; the first time clear it,
/// and drop the epochs not applied yet. Answered with rows_loaded. Before the first the note must say,
/// durably, that the state is incomplete. Cut the old epochs after its answer: then no trim of before comes
/// after the cut. From it on to end_load no epochs are sent to be applied.
struct load_rows {
  std::uint32_t shard = 0;
  bool first = false;
  std::vector<row_write> rows;
  std::uint64_t tag = 0;
};

/// Replica -> applier: the copy is loaded; the state's next epoch is the one after `applied`. Answered
/// with load_ended.
struct end_load {
  std::uint32_t shard = 0;
  epoch_mark applied;
  std::uint64_t tag = 0;
};

/// Applier -> replica: the rows are in the state, synced.
struct rows_loaded {
  std::uint64_t tag = 0;
};

/// Applier -> replica: the state knows of which epoch the rows are, synced.
struct load_ended {
  std::uint64_t tag = 0;
};

/// Replica -> applier: apply what you have now, and hash the state.
struct hash_state {
  std::uint32_t shard = 0;
  std::uint64_t tag = 0;
};

/// Applier -> replica: the hash (state_hash.hpp) of the state after `applied_epoch`, or why there is none.
struct state_hashed {
  std::uint64_t tag = 0;
  std::uint64_t applied_epoch = 0;
  std::uint64_t hash = 0;
  std::optional<fault> failure;
};

/// Provider worker -> provider: make this call. The same key and body: the same effect, once.
struct provider_request {
  std::string idempotency_key;
  std::string body;
};

/// Provider -> provider worker: what it said. (A provider whose answer is lost sends none.)
struct provider_response {
  std::string answer;
};

/// Provider worker -> itself: look at the open breaker.
struct probe_provider {};

/// Node -> shard: these are the others; recover and start.
struct shard_handles {
  std::vector<caf::actor> shards; ///< by number, itself included
  caf::actor gateway;             ///< takes gateway_replies
};

/// Shard -> itself: there are requests left to work off.
struct work_off {};

/// Journal -> itself: write what waits.
struct flush_journal {};

/// Applier -> itself: the interval is over.
struct apply_interval_over {};

/// Shard -> itself: time has passed; fire due timers, passivate, answer late callers.
struct shard_tick {};

/// Node -> shard: admission changed. An empty reason: new orders are welcome.
struct admit_new_work {
  std::optional<fault> refusal;
};

/// Node -> shard: say how you are. Answered with shard_description.
struct describe_shard {};

/// Node -> applier: apply what you have, and have every row of every shard, as of then, shown to the
/// inspection; then `inspection_done` is answered.
struct inspect_state {
  std::shared_ptr<inspection> what;
};

/// Applier -> inspector: show these, all of one moment, to the inspection, and answer as to inspect_state.
struct inspect_snapshots {
  std::shared_ptr<inspection> what;
  std::shared_ptr<std::vector<std::unique_ptr<state_reader>>> shards; ///< pinned; by number
};

struct inspection_done {
  std::optional<fault> failure;
};

/// Node -> applier: what lay in these ranges, which damage took, is given up. Answered with lost_given_up,
/// once that is synced.
struct give_up_lost {
  struct entry {
    std::uint32_t shard = 0;
    lost_range what;
  };
  std::vector<entry> ranges;
};

/// Applier -> node: it is done; or why not, then perhaps of some shards.
struct lost_given_up {
  std::optional<fault> failure;
};

/// Node -> scrub: say how far you are; begin a round first, if none is under way. Answered with
/// scrub_description.
struct ask_scrub {
  bool begin = false;
};

/// Scrub -> node: of the round under way, else of the last one.
struct scrub_description {
  bool running = false;
  double progress = 0; ///< 0 to 1
  unix_ms begun_at = 0;
  unix_ms ended_at = 0; ///< 0: it did not come to its end
  std::uint64_t pages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bad = 0;
  std::uint64_t mended = 0;
  std::string finding;         ///< of the first that was bad, or what ended the round
  std::int64_t next_in_ms = 0; ///< until a round begins by itself; negative: none does
  std::string looking_at;      ///< the store that is being looked through; empty: none is
};

} // namespace orderd::runtime

CAF_BEGIN_TYPE_ID_BLOCK(orderd_runtime, first_custom_type_id)
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::entity_turn))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::shard_requests))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::connection_gone))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::gateway_replies))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::append_epoch))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::epoch_durable))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::apply_epoch))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::apply_now))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::epoch_applied))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::trim_journal))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::channel_commands))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::channel_acknowledged))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::provider_calls))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::provider_answer))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::shard_tick))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::admit_new_work))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::describe_shard))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::shard_description))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::inspect_state))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::inspection_done))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::shard_handles))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::flush_journal))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::work_off))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::apply_interval_over))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::provider_request))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::provider_response))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::probe_provider))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::write_note))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::note_durable))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::append_epochs))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::read_epochs))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::epochs_read))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::retain_journal))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::load_rows))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::end_load))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::rows_loaded))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::hash_state))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::state_hashed))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::inspect_snapshots))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::ask_scrub))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::scrub_description))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::give_up_lost))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::lost_given_up))
CAF_ADD_TYPE_ID(orderd_runtime, (orderd::runtime::load_ended))
CAF_END_TYPE_ID_BLOCK(orderd_runtime)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::entity_turn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::shard_requests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::connection_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::gateway_replies)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::append_epoch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::epoch_durable)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::apply_epoch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::apply_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::epoch_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::trim_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::channel_commands)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::channel_acknowledged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::provider_calls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::provider_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::shard_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::admit_new_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::describe_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::shard_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::inspect_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::inspection_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::shard_handles)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::flush_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::work_off)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::apply_interval_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::provider_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::provider_response)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::probe_provider)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::write_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::note_durable)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::append_epochs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::read_epochs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::epochs_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::retain_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::load_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::end_load)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::rows_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::hash_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::state_hashed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::inspect_snapshots)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::ask_scrub)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::scrub_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::give_up_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::lost_given_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(orderd::runtime::load_ended)

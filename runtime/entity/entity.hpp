// The port between the engine and the business.
//
// The engine (runtime/) knows keyed entities, commands as opaque values, rows of bytes and slots. The
// business (actors/) knows orders. It implements `business`, `entity` and `command`; a second kind of
// business would implement them again and change nothing in runtime/.
//
// The life of one command: the shard finds or loads the entity, hands it the command in a `turn`, and
// takes the turn's effects as a whole, or, when the handler threw, none of them.
#pragma once

#include "config/limits.hpp"
#include "runtime/base/result.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::runtime {

/// Names an entity: its kind (a number of the business's) and its key. Held inline, trivially copyable.
class entity_id {
public:
  static constexpr std::size_t key_bytes_max = limits::key_bytes_max;

  entity_id() = default;
  /// Pre: key.size() <= key_bytes_max.
  entity_id(std::uint8_t kind, std::string_view key)
      : kind_(kind), size_(static_cast<std::uint8_t>(key.size())) {
    require(key.size() <= key_bytes_max, "entity key too long");
    if (!key.empty()) // whose data may be null
      std::memcpy(bytes_, key.data(), key.size());
  }

  std::uint8_t kind() const noexcept { return kind_; }
  std::string_view key() const noexcept { return {bytes_, size_}; }

  /// The row that holds it: {kind, key} in table::content or table::state.
  row_key row(table in) const;
  friend bool operator==(const entity_id& a, const entity_id& b) noexcept {
    return a.kind_ == b.kind_ && a.key() == b.key();
  }

private:
  std::uint8_t kind_ = 0;
  std::uint8_t size_ = 0;
  char bytes_[key_bytes_max];
};

struct entity_id_hash {
  std::size_t operator()(const entity_id& id) const noexcept;
};

struct addressed_command;
struct resolve_request; ///< request.hpp

/// A wish addressed to one entity, opaque to the engine. Immutable; owned by whoever has to deliver it.
class command {
public:
  virtual ~command() = default;

  /// The stored form, for commands that wait in a row or travel to another shard; decoded again by
  /// `business::decode_command`.
  virtual std::string encode() const = 0;

  /// A short stable name for logs, metrics and the quarantine list: "reserve".
  virtual std::string_view name() const noexcept = 0;

  /// What its sender gets when its entity is quarantined: a command that says no. Nothing: it must not
  /// be lost (it gives something back), so it is parked until a person resolves the quarantine.
  virtual std::optional<addressed_command> refusal() const = 0;

  /// Whether it may be lost where its entity cannot take it: it is for people, and nobody waits for it. So it
  /// never makes an entity fail.
  virtual bool may_be_lost() const noexcept { return false; }
};
using command_ptr = std::unique_ptr<const command>;

struct addressed_command {
  entity_id to;
  command_ptr what;
};

/// Starts (due set) or stops (nullopt) the entity's timer of that name. Starting one that runs moves it.
struct timer_change {
  std::uint8_t name = 0;
  std::optional<unix_ms> due_at;
  command_ptr what; ///< delivered to the entity when due; null when stopping
};

/// A call to an outside provider, made after commit, again after a crash until it is answered.
struct provider_call {
  std::uint8_t step = 0;       ///< names the call among those of its entity; one of a step at a time
  std::string idempotency_key; ///< never changes for that step
  std::string body;            ///< the business's own form
};

/// How a request came out: as asked, with the business's no, or with a technical failure.
enum class reply_outcome : std::uint8_t { ok, rejection, fault };

/// Its stable name, as in metrics.
constexpr std::string_view to_string(reply_outcome which) noexcept {
  switch (which) {
  case reply_outcome::ok:
    return "ok";
  case reply_outcome::rejection:
    return "rejection";
  case reply_outcome::fault:
    break;
  }
  return "fault";
}

/// An answer for the gateway. Its bytes are opaque to the engine; the outcome goes beside them, so that
/// nobody has to read it out of them again.
struct reply_body {
  reply_outcome outcome = reply_outcome::ok;
  std::string bytes;
};

/// How an entity stands that has work to do, for the metrics.
struct standing {
  /// The status that it is in: a name of the program, which lives for ever. Empty: not said.
  std::string_view stage;
  /// An amount whose fate nobody knows until somebody outside says; empty unit: there is none.
  struct doubt {
    std::string unit; ///< of a small number of them: a currency
    std::int64_t amount = 0;
  };
  doubt in_doubt = {};
};

/// What a command did. Filled by the entity's handler; taken as a whole by the shard.
struct effects {
  /// The entity's new snapshot for table::state; nullopt: unchanged.
  std::optional<std::string> state;
  /// Its content row, written once, by the turn that creates the entity.
  std::optional<std::string> content;
  /// Commands to other entities, of any shard, delivered in order.
  std::vector<addressed_command> commands;
  /// The answer to whoever sent this command from outside.
  std::optional<reply_body> reply;
  /// Keep this command's caller until the entity announces something in a later command.
  bool wait = false;
  /// The answer to every caller that already waits for this entity. One whose own command announces and
  /// waits is not among them: it waits for the next announcement.
  std::optional<reply_body> announcement;
  std::vector<timer_change> timers;
  std::vector<provider_call> calls;
  /// The business's index rows (table::index). `fresh`: the key has never existed before, so that an
  /// erase in the same epoch leaves nothing behind.
  struct index_change {
    std::string key;
    std::optional<std::string> value; ///< nullopt: erase
    bool fresh = false;
  };
  std::vector<index_change> index;
  /// Nothing is expected for this entity soon: drop its actor from memory.
  bool passivate = false;
  /// Change of the number of entities that still have work to do: +1 unsettled, -1 settled.
  int unsettled_change = 0;
  /// How it stands now, if it still has work to do and that has changed; else without a stage.
  standing stands;
  /// The status in which the entity settled in this turn, for the metrics: a name of the program, which lives
  /// for ever. Empty: it did not settle.
  std::string_view settled_as;

  void clear();
};

/// One command being handled: what the handler may read, and where it puts what it did.
struct turn {
  const entity_id& self;
  const command& what;
  unix_ms now; ///< of the shard, never falling
  effects& out;
};

/// One entity in memory: state and rules. Owned by its entity actor (or directly by the shard where
/// entities are plain objects). Not thread-safe; used by its shard only.
class entity {
public:
  virtual ~entity() = default;

  /// Handles one command. When it throws, `out` is ignored, this object is destroyed and a new one is
  /// loaded from the last snapshot.
  virtual void handle(turn& now) = 0;
};

/// The stored rows of one entity; a missing row is nullopt (both missing: it does not exist yet).
struct snapshot {
  std::optional<std::string> state;
  std::optional<std::string> content;
};

/// Implemented by actors/. Stateless and thread-safe: shared by all shards and the gateway.
class business {
public:
  virtual ~business() = default;

  /// The slot of an entity, 0 to limits::slots - 1, for ever the same.
  virtual std::uint16_t slot_of(const entity_id& id) const = 0;

  /// Whether entities of a kind have a content row. Where not, none is looked for.
  virtual bool has_content(std::uint8_t kind) const = 0;

  /// An entity from its rows; `corrupt` when they cannot be decoded.
  virtual result<std::unique_ptr<entity>> load(const entity_id& id, const snapshot& rows) const = 0;

  /// The stages in which entities that have work to do may rest (standing::stage), to be shown from the
  /// start.
  virtual std::vector<std::string_view> stages() const { return {}; }

  /// How an entity that has work to do stands, by its rows; without a stage: they do not say.
  virtual standing standing_of(const entity_id& id, const snapshot& rows) const = 0;

  /// A command from its stored form; `corrupt` when it cannot be decoded.
  virtual result<command_ptr> decode_command(std::string_view stored) const = 0;

  /// The command that tells an entity the outcome of a provider call; `answer` empty: not known
  /// (timeout, connection lost).
  virtual command_ptr provider_answered(std::uint8_t step,
                                        const std::optional<std::string>& answer) const = 0;

  /// What an entity is told when a person has decided about a quarantined one; nothing: nobody is told.
  virtual std::optional<addressed_command> note_of(const resolve_request& decided, unix_ms now) const = 0;

  /// The bytes of the reply for a caller that gets a fault instead of an answer.
  virtual std::string fault_reply(const fault& why) const = 0;

  /// The name of a kind ("order") and the readable form of a key, for logs and the quarantine list.
  virtual std::string_view kind_name(std::uint8_t kind) const = 0;
  virtual std::string readable_key(const entity_id& id) const = 0;
};

} // namespace orderd::runtime

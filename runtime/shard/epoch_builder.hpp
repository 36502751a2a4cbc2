// The epochs of a shard from their first row until they are applied: what they write, and what they owe.
//
//   epochs.put(key, value);                                   // the open epoch's rows
//   epochs.owed().replies.push_back(answer);                  // leaves when what it rests on is committed
//   if (!epochs.is_committing() && !epochs.is_empty())
//     port.append(epochs.close(now).what);                    // one at a time is on its way to the disk
//   if (auto done = epochs.durable(self, number))             // committed: apply `done->what`, and
//     port.release(std::move(done->outputs));                 // let go what it owed
//   epochs.applied(number);                                   // the state store has it: forget its rows
//
// *What leaves, and when* (S1). An answer may rest on any row that its input has read, and the newest row is
// in the open epoch, in the one under way, or committed. `owed` gives the outputs of the newest of these that
// has any row at all: what rests on an older one waits too long by one commit, but nothing ever leaves before
// what it rests on. Commands to other shards and provider calls have a row each, which is in the open epoch:
// they leave with that (`send`, `call`), so that a crash before the commit leaves neither the row nor the
// effect, and a crash after it finds the row and sends again.
//
// *One epoch at a time* is under way, though the next is open meanwhile: the journal has them in order, so an
// epoch is durable only after all before it, and the hash of the one before is known when the next is closed.
//
// Pure. *Concurrency*: none; owned by its shard.
// *Limits*: `is_full` says when the open epoch takes no more inputs; the closed ones are bounded by
// admission, which looks at `unapplied_bytes`.
#pragma once

#include "config/limits.hpp"
#include "runtime/shard/overlay.hpp"
#include "runtime/shard/shard_outputs.hpp"
#include "runtime/shard/write_set.hpp"
#include "runtime/storage/commit_tracker.hpp"
#include "runtime/storage/row.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace orderd::runtime {

class epoch_builder {
public:
  /// Where a shard begins: after epoch `last`, which is applied.
  struct start {
    std::uint32_t shard = 0;
    std::uint64_t term = 1;
    replica_id self;
    epoch_mark last;
    std::size_t rows_expected = 0; ///< of the epochs that are not applied; as in overlay
  };
  explicit epoch_builder(const start& from);

  // -- rows of the open epoch --------------------------------------------------------------------
  void put(const row_key& key, std::string value, write_set::known before = write_set::known::perhaps) {
    open_.put(key, std::move(value), before);
  }
  void erase(const row_key& key) { open_.erase(key); }
  bool is_empty() const noexcept { return open_.empty(); }
  /// Whether the open epoch takes no more inputs: those wait, or are sent again, until it is closed.
  bool is_full() const noexcept { return open_.bytes() > limits::epoch_bytes_max; }

  /// The newest change of a row that the state store may lack, or nullptr: ask that. Valid until the next
  /// call of a non-const member.
  const row_write* newest(const row_key& key) const {
    const auto* write = open_.find(key);
    return write != nullptr ? write : overlay_.find(key);
  }

  // -- what is owed ------------------------------------------------------------------------------
  /// For what may rest on the newest rows. `rows_follow`: the input has begun what becomes rows of the open
  /// epoch, though none is put yet.
  shard_outputs& owed(bool rows_follow = false) noexcept {
    if (rows_follow || !open_.empty())
      return held_;
    return under_way_ ? under_way_->outputs : ready_;
  }
  /// For what rests on nothing that is not committed: it leaves with `take_ready`.
  shard_outputs& ready() noexcept { return ready_; }
  shard_outputs take_ready() { return std::exchange(ready_, {}); }

  /// A command to another shard. Pre: its outbox row is put.
  void send(std::uint32_t destination, channel_command what);
  /// A call to the provider. Pre: its row is put.
  void call(provider_calls::entry what) { held_.calls.push_back(std::move(what)); }

  // -- commits -----------------------------------------------------------------------------------
  bool is_committing() const noexcept { return under_way_.has_value(); }

  struct closed_epoch {
    epoch_ptr what;
    std::size_t bytes = 0; ///< of its rows
  };
  /// Closes the open epoch; what it owes is held until it is committed. Pre: none is committing. One without
  /// rows may be closed too: it stores the shard's time.
  closed_epoch close(unix_ms now);

  /// Instead of `close`: rows that came and went within the open epoch left it empty, so what was held with
  /// it rests on nothing and leaves now. Pre: none is committing, and the open epoch is empty.
  void let_go_unowed();

  struct committed_epoch {
    epoch_ptr what;
    shard_outputs outputs;                            ///< may leave now
    std::map<std::uint32_t, std::uint64_t> sent_upto; ///< by destination: the channel's commands it commits
  };
  /// A replica has epochs up to this one on its disk. Gives the epoch under way when that commits it.
  std::optional<committed_epoch> durable(const replica_id& who, std::uint64_t epoch);

  /// The state store has the epochs up to this one.
  void applied(std::uint64_t epoch) noexcept;
  /// Forgets rows that are applied, so many or a few more: called often, none of the calls is long.
  void forget_applied(std::size_t rows) { overlay_.forget(rows); }

  /// The last that was closed. Its hash is known once it is committed.
  const epoch_mark& last() const noexcept { return last_; }
  std::uint64_t last_committed() const noexcept { return commits_.committed(); }
  std::uint64_t last_applied() const noexcept { return applied_; }
  /// The epoch that has every row that is written by now: what a reader of the state store waits for.
  std::uint64_t epoch_of_newest_row() const noexcept { return last_.epoch + (open_.empty() ? 0 : 1); }
  std::size_t unapplied_bytes() const noexcept { return overlay_.bytes(); }

private:
  std::uint32_t shard_;
  std::uint64_t term_;
  write_set open_;
  shard_outputs held_; ///< what the open epoch owes
  std::map<std::uint32_t, std::uint64_t> held_sent_upto_;
  shard_outputs ready_;                      ///< what rests on nothing that is not committed
  std::optional<committed_epoch> under_way_; ///< closed, and to be committed
  overlay overlay_;                          ///< rows of the closed epochs that are not applied
  commit_tracker commits_;
  epoch_mark last_;
  std::uint64_t applied_;
};

} // namespace orderd::runtime

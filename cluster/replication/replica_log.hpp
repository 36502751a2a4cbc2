// The epochs of one replica: what its journal ends with, what of it is durable, committed, applied.
//
//   1 ... applied ... handed ... committed ... durable ... end
//
// Each of them never falls, but `end` and `durable` by a truncation, which never reaches what is committed or
// applied (D4). *durable*: synced here, so it may be acknowledged. *committed*: durable with everyone it must
// be, so it may be applied. *handed*: given to the state, whose answer is still to come; it cannot be taken
// back. The last epochs are in memory, to be shipped and applied without reading the journal; older ones are
// read from there, one read at a time.
//
// Answers of the journal come late: what they say was true when it was done. An answer of before a truncation
// must not bring back what was cut, so `journaled` never goes above `end`, and a read that was begun before a
// truncation is thrown away (`generation_`): it may hold epochs that are not in the journal any more, while
// others of the same numbers are.
//
// Pure. *Limits*: recent_bytes_max of epochs in memory, unless one is larger.
#pragma once

#include "cluster/replication/lease_board.hpp"
#include "cluster/replication/replica_port.hpp"
#include "cluster/replication/term_table.hpp"
#include "config/peer_limits.hpp"
#include "runtime/storage/row.hpp"
#include "runtime/storage/row_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace orderd::cluster {

/// Where a replica's disk stands when it starts.
struct replica_start {
  std::uint64_t applied = 0;
  std::uint64_t journal_first = 0; ///< first epoch in the journal; 0: none
  std::uint64_t end = 0;           ///< last epoch in the journal, else applied
  std::vector<term_start> starts;  ///< of journal and note together
  std::uint64_t promised = 0;
  bool copying = false;
  runtime::unix_ms time_ms = 0; ///< the latest time of any epoch that is there
  std::uint64_t committed = 0;  ///< known to be, by what the disk says; what is applied is too
  std::vector<std::uint64_t> hashes =
      {}; ///< of the last epochs, one after the other, up to `end`; 0: not known
};

struct log_limits {
  std::size_t recent_bytes = 16u << 20; ///< in memory
  /// In the journal behind what is applied, for who was away: so many bytes, for so long.
  std::size_t retained_bytes = 256u << 20;
  std::chrono::milliseconds retained_for{60'000};
  std::size_t batch_bytes = 4u << 20; ///< of one message, of one read
  std::size_t terms_kept = term_table::terms_kept;
  std::size_t held_bytes = limits::journal_held_bytes_max; ///< for a copy under way
};

class replica_log {
public:
  replica_log(const replica_start& start, const log_limits& limits, replica_port& port, steady_time now);

  std::uint64_t end() const noexcept { return end_; }
  std::uint64_t durable() const noexcept { return durable_; }
  std::uint64_t committed() const noexcept { return committed_; }
  std::uint64_t applied() const noexcept { return applied_; }
  std::uint64_t end_term() const noexcept { return terms_.term_at(end_); }
  /// The latest time of any epoch seen, those cut off again included: no later epoch may be before it (E6).
  runtime::unix_ms time_ms() const noexcept { return time_ms_; }
  const term_table& terms() const noexcept { return terms_; }
  /// Epochs from this one on are in the journal, up to the end.
  std::uint64_t available_from() const noexcept { return available_from_; }

  /// The hash of that epoch, as hash_of; 0: not known, which is so only of what an older version wrote, of
  /// what the journal does not have any more, and of number 0. Pre: number <= end().
  std::uint64_t hash_at(std::uint64_t number) const;
  /// Whether that epoch, whose number the journal has, is the one that it has: `other` when it is another one
  /// of the same term, which must never be (A4).
  enum class sameness : std::uint8_t { same, other, other_term };
  sameness compare(const runtime::epoch& known) const;

  /// Whether these epochs can come next, one after the other: each names the term and, where both are known,
  /// the hash of the one before.
  bool continues(std::span<const runtime::epoch_ptr> next) const;
  /// The epoch is the next of the journal. True when a term begins with it. Pre: continues(*next).
  bool append(const runtime::epoch_ptr& next);
  void journaled(std::uint64_t upto);
  void commit(std::uint64_t upto);
  void applied(std::uint64_t upto);

  /// Everything above is gone. Pre: it may be: see `may_truncate`.
  void truncate(std::uint64_t keep_upto);
  bool may_truncate(std::uint64_t keep_upto) const noexcept;
  /// Nothing is left: a copy as of that epoch is about to come.
  void reset(const runtime::epoch_mark& base, const std::vector<term_start>& starts);

  /// Calls `use` with epochs from `first` on, of about that many bytes: now when they are in memory, else
  /// when they are read. False: a read is under way already, ask again. Pre: available_from() <= first <=
  /// end().
  using consumer = std::function<void(std::vector<runtime::epoch_ptr>)>;
  bool fetch(std::uint64_t first, std::size_t bytes_max, consumer use);
  void journal_read(std::uint64_t first, std::vector<runtime::epoch_ptr> epochs);

  /// A read under way is of no use any more: whoever asked for it is gone.
  void forget_reads() noexcept { ++generation_; }

  /// Hands committed epochs to the state, up to `upto_max`. Again after journal_read.
  void apply_committed(std::uint64_t upto_max);

  /// Time has passed: what was kept for long enough may go.
  void tick(steady_time now);

  /// The journal keeps the epochs after that one for a copy that is under way, as long as those kept are no
  /// more than limits.held_bytes; none: no copy is.
  void hold(std::optional<std::uint64_t> base);

private:
  bool in_memory(std::uint64_t number) const noexcept;
  void forget_recent();
  void forget_hashes();
  /// The epoch whose hash is the last of hashes_.
  std::uint64_t hashed_upto() const noexcept { return recent_.empty() ? end_ : recent_.front()->number - 1; }
  void retain();

  log_limits limits_;
  replica_port& port_;
  term_table terms_;
  std::uint64_t end_;
  std::uint64_t durable_;
  std::uint64_t committed_;
  std::uint64_t handed_;
  std::uint64_t applied_;
  std::uint64_t available_from_;
  runtime::unix_ms time_ms_;
  std::optional<std::uint64_t> held_from_;
  std::deque<runtime::epoch_ptr> recent_; ///< consecutive; the last is end_, unless it is empty
  std::size_t recent_bytes_ = 0;
  /// Of the epochs before those, as far as the journal has them and one more; the last is of the one before
  /// recent_, or of end_. What is in memory knows its own, once it was encoded.
  std::deque<std::uint64_t> hashes_;
  struct sized {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    steady_time since;
  };
  std::deque<sized> retained_;
  std::size_t retained_bytes_ = 0;
  steady_time now_;
  std::uint64_t generation_ = 0; ///< of truncations: a read begun before one is not used
  struct pending_read {
    std::uint64_t first = 0;
    std::uint64_t generation = 0;
    consumer use;
  };
  std::optional<pending_read> reading_;
};

} // namespace orderd::cluster

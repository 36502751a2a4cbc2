// Exactly-once, in-order streams of commands between shards.
//
// Pure. The sender keeps each command as an outbox row until it is acknowledged and may send it any
// number of times; the receiver takes each sequence number once, in order, and records the last one in
// the same epoch as the effects. Loss, duplication and reordering change nothing. (The idea is Zeek
// Broker's delivery channels, with rows in place of memory.)
#pragma once

#include "runtime/entity/channel_messages.hpp"
#include "runtime/entity/entity.hpp"
#include "runtime/shard/stored_rows.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

/// The sending ends of one shard.
class outboxes {
public:
  /// Appends a command; gives the sequence number it travels under.
  std::uint64_t append(std::uint32_t destination, const entity_id& to,
                       std::shared_ptr<const std::string> stored);

  /// Puts back a row found at start. Pre: rows come in ascending order of sequence per destination.
  void restore(std::uint32_t destination, channel_command command);

  /// Everything up to `upto` has arrived: the rows of these commands may be erased. That of the last one
  /// stays until a later one is acknowledged: it remembers, over a restart, which sequence comes next. (Else
  /// the numbers would begin anew, and the receiver would take new commands for ones it has had.)
  void acknowledged(std::uint32_t destination, std::uint64_t upto);

  /// Takes out a row that may be erased; nullopt: none is left. In no order, and with any later epoch: what
  /// is sent again meanwhile is a duplicate.
  std::optional<outbox_key> take_erasable();

  /// All commands not acknowledged that are committed here: what to send again.
  std::vector<channel_command> unacknowledged(std::uint32_t destination) const;

  /// The commands up to their present ends are committed: `unacknowledged` may give them out.
  void committed(std::uint32_t destination, std::uint64_t upto);

  /// Whether it is time to send again what is not acknowledged: a second after `sent_again`.
  bool resend_due(std::int64_t monotone_ms) const noexcept { return monotone_ms >= resend_at_; }
  void sent_again(std::int64_t monotone_ms) noexcept { resend_at_ = monotone_ms + resend_ms; }

  /// Commands appended and not acknowledged.
  std::size_t backlog() const noexcept { return backlog_; }

private:
  struct lane {
    std::uint64_t next_sequence = 1;
    std::uint64_t committed_upto = 0;
    std::uint64_t marker = 0; ///< acknowledged, but its row is kept; 0: none
    std::deque<channel_command> waiting;
  };
  static constexpr std::int64_t resend_ms = 1'000;

  std::map<std::uint32_t, lane> lanes_;
  std::size_t backlog_ = 0;
  std::vector<outbox_key> erasable_;
  std::int64_t resend_at_ = 0; ///< on the monotone clock
};

/// The receiving ends of one shard: the last sequence taken from each source.
class inboxes {
public:
  enum class verdict : std::uint8_t { take, duplicate, gap };

  /// What to do with a command of this sequence; `take` also moves the end.
  verdict offer(std::uint32_t source, std::uint64_t sequence);
  std::uint64_t last(std::uint32_t source) const;
  void restore(std::uint32_t source, std::uint64_t last) { last_[source] = last; }

private:
  std::unordered_map<std::uint32_t, std::uint64_t> last_;
};

} // namespace orderd::runtime

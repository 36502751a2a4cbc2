// Exactly-once, in-order streams of commands between shards.
//
// Pure. The sender keeps each command as an outbox row until it is acknowledged and may send it any
// number of times; the receiver takes each sequence number once, in order, and records the last one in
// the same epoch as the effects. Loss, duplication and reordering change nothing. (The idea is Zeek
// Broker's delivery channels, with rows in place of memory.)
#pragma once

#include "runtime/entity/channel_messages.hpp"
#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <deque>
#include <map>
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

  /// Everything up to `upto` has arrived; gives the sequence numbers whose rows are to be erased. The
  /// row of the last command stays until a later one is acknowledged: it remembers, over a restart,
  /// which sequence comes next.
  std::vector<std::uint64_t> acknowledged(std::uint32_t destination, std::uint64_t upto);

  /// All commands not acknowledged that are committed here: what to send again.
  std::vector<channel_command> unacknowledged(std::uint32_t destination) const;

  /// The commands up to their present ends are committed: `unacknowledged` may give them out.
  void committed(std::uint32_t destination, std::uint64_t upto);

  /// Commands appended and not acknowledged.
  std::size_t backlog() const noexcept { return backlog_; }

private:
  struct lane {
    std::uint64_t next_sequence = 1;
    std::uint64_t committed_upto = 0;
    std::uint64_t marker = 0; ///< acknowledged, but its row is kept; 0: none
    std::deque<channel_command> waiting;
  };
  std::map<std::uint32_t, lane> lanes_;
  std::size_t backlog_ = 0;
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

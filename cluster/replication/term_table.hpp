// Where the terms of a replica's journal start, and how much of it two replicas have in common.
//
// After a takeover the journals of two replicas may differ at their ends: in epochs that were never
// committed. Both have the same epochs of a term as far as both have any of it, because a term has one
// primary. So they agree up to where the largest term that both know ends in the shorter of the two (D4). The
// rule is that of Kafka's leader epochs (KIP-101, KIP-279). A hint of what was committed takes no part in it.
//
// Pure. *Limits*: terms_kept terms are remembered, and more as far back as the journal reaches, up to
// terms_max; of older ones nothing in common can be found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace orderd::cluster {

struct term_start {
  std::uint64_t term = 0;
  std::uint64_t first_epoch = 0;
  friend bool operator==(const term_start&, const term_start&) = default;
};

class term_table {
public:
  static constexpr std::size_t terms_kept = 256;
  static constexpr std::size_t terms_max = 4'096; ///< 64 KiB of a `new_term`

  term_table() = default;
  explicit term_table(std::vector<term_start> starts) : starts_(std::move(starts)) {}

  const std::vector<term_start>& starts() const noexcept { return starts_; }

  /// The journal goes on with that epoch, in that term. True when a term began with it. `reach`: the first
  /// epoch that the journal still has; `kept`: terms remembered though it has none of their epochs, nor the
  /// one before.
  bool append(std::uint64_t term, std::uint64_t epoch, std::uint64_t reach = 0,
              std::size_t kept = terms_kept);

  /// The journal now ends with that epoch.
  void truncate(std::uint64_t end);

  /// The term of the last epoch at or before `epoch`; 0 when not known.
  std::uint64_t term_at(std::uint64_t epoch) const noexcept;

  /// The last epoch that a journal with this table, which ends at `end`, has in common with another.
  /// 0: none that is known.
  std::uint64_t common_end(std::uint64_t end, const term_table& other,
                           std::uint64_t other_end) const noexcept;

  /// Whether this table begins with a later term than the other knows, and forgot those before: then they may
  /// have something in common that neither can tell.
  bool begins_after(const term_table& other) const noexcept {
    return !starts_.empty() && !other.starts_.empty() && starts_.front().first_epoch > 1
           && starts_.front().term > other.starts_.back().term;
  }

  /// Whether one of the two forgot its first terms: then nothing that is known in common does not mean that
  /// nothing is.
  bool may_share_forgotten(const term_table& other) const noexcept {
    return !starts_.empty() && !other.starts_.empty()
           && (starts_.front().first_epoch > 1 || other.starts_.front().first_epoch > 1);
  }

private:
  /// The last epoch of a term in a journal that ends at `end`.
  std::uint64_t end_of(std::uint64_t term, std::uint64_t end) const noexcept;

  std::vector<term_start> starts_; ///< ascending in both
};

} // namespace orderd::cluster

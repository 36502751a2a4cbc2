// What the rows of a shard were after the epochs applied last, to compare replicas with (A8).
//
// Replicas apply at moments of their own, so most of these are of epochs of which the other has none. But
// every replica has one of every limits::rows_compared_every-th epoch, and of the last when there is nothing
// new. A follower tells its own with what it says anyway; the primary compares, and remembers what is ahead
// of it.
//
// Pure. Nothing is decided from it: a replica that differs is told of, and a person looks.
#pragma once

#include "config/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace orderd::cluster {

/// The digest of all rows (runtime/storage/rows_digest.hpp) after an epoch.
struct rows_at {
  std::uint64_t epoch = 0; ///< 0: not known
  std::uint64_t hash = 0;
  friend bool operator==(const rows_at&, const rows_at&) = default;
};

class row_history {
public:
  static constexpr std::size_t recent_max = 16;
  static constexpr std::size_t marks_max = 4;

  void applied(const rows_at& now) {
    keep(now.epoch % limits::rows_compared_every == 0 ? marks_ : recent_, now,
         now.epoch % limits::rows_compared_every == 0 ? marks_max : recent_max);
  }
  /// They are of rows that another copy replaces.
  void forget() {
    recent_.clear();
    marks_.clear();
    told_ = {};
    ahead_.clear();
  }

  /// Of a follower: the one to tell next. One that every replica has comes first.
  rows_at tell() {
    const auto next = newest();
    told_ = std::max(told_, next.epoch);
    return next;
  }
  /// Whether there is one that was not told.
  bool untold() const { return newest().epoch > told_; }

  /// Of a primary: what a follower tells. Gives what it has here, if that is another.
  std::optional<rows_at> differs(std::uint32_t node, const rows_at& theirs) {
    if (theirs.epoch == 0)
      return std::nullopt;
    if (theirs.epoch > last()) {
      ahead_[node] = theirs;
      return std::nullopt;
    }
    const auto here = find(theirs.epoch);
    return here && *here != theirs ? here : std::nullopt;
  }
  struct difference {
    std::uint32_t node = 0;
    rows_at theirs;
    rows_at here;
  };
  /// Of what was ahead: one that differs, now that it was applied here too.
  std::optional<difference> caught_up() {
    for (auto at = ahead_.begin(); at != ahead_.end();) {
      if (at->second.epoch > last()) {
        ++at;
        continue;
      }
      const auto [node, theirs] = *at;
      at = ahead_.erase(at);
      if (const auto here = find(theirs.epoch); here && *here != theirs)
        return difference{node, theirs, *here};
    }
    return std::nullopt;
  }

private:
  using list = std::deque<rows_at>;

  static void keep(list& in, const rows_at& now, std::size_t most) {
    if (!in.empty() && in.back().epoch >= now.epoch)
      return;
    in.push_back(now);
    if (in.size() > most)
      in.pop_front();
  }
  static std::uint64_t last_of(const list& of) { return of.empty() ? 0 : of.back().epoch; }
  std::uint64_t last() const { return std::max(last_of(recent_), last_of(marks_)); }
  rows_at newest() const {
    if (last_of(marks_) > told_)
      return marks_.back();
    return recent_.empty() ? rows_at{} : recent_.back();
  }
  std::optional<rows_at> find(std::uint64_t epoch) const {
    for (const auto* in : {&recent_, &marks_})
      for (const auto& each : *in)
        if (each.epoch == epoch)
          return each;
    return std::nullopt;
  }

  list recent_;
  list marks_; ///< those of which every replica has one
  std::uint64_t told_ = 0;
  std::map<std::uint32_t, rows_at> ahead_; ///< by node: told, and not applied here yet
};

} // namespace orderd::cluster

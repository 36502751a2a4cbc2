// Which records of the journal were erased while older ones are still there, as runs of numbers: so that a
// number without a record is known to be erased, and not lost. Pure: no LMDB in it.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace orderd::runtime {

/// Runs of numbers, each as long as can be once it has changed. *Operation*: `restore` each that is stored;
/// then `erase` and `drop_below`, and write what `take_changes` says.
class record_gaps {
public:
  /// A run [first, end) as it is stored. Pre: behind all others. It may touch the one before it.
  void restore(std::uint64_t first, std::uint64_t end) {
    runs_.emplace_hint(runs_.end(), first, end);
    stored_.insert(first);
  }

  /// One more number. Pre: in no run.
  void erase(std::uint64_t number) { add(number, number + 1); }

  /// Forgets runs before the oldest record there is: what comes before that needs no proof.
  void drop_below(std::uint64_t oldest) {
    while (!runs_.empty() && runs_.begin()->first < oldest) {
      changed_.insert(runs_.begin()->first);
      runs_.erase(runs_.begin());
    }
  }

  /// A run as it must be stored; without an end: its row must go.
  struct change {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> end;
    friend bool operator==(const change&, const change&) = default;
  };
  /// What of the runs is not as it is stored; from then on it counts as stored.
  std::vector<change> take_changes() {
    std::vector<change> out;
    for (const auto first : std::exchange(changed_, {})) {
      if (const auto run = runs_.find(first); run != runs_.end()) {
        out.push_back({first, run->second});
        stored_.insert(first);
      } else if (stored_.erase(first) > 0) {
        out.push_back({first, std::nullopt});
      }
    }
    return out;
  }

  std::size_t size() const noexcept { return runs_.size(); }

private:
  void add(std::uint64_t first, std::uint64_t end) {
    auto next = runs_.lower_bound(first);
    if (next != runs_.end() && next->first == end) {
      end = next->second;
      changed_.insert(next->first);
      next = runs_.erase(next);
    }
    if (next != runs_.begin()) {
      if (const auto before = std::prev(next); before->second == first) {
        before->second = end;
        changed_.insert(before->first);
        return;
      }
    }
    runs_.emplace(first, end);
    changed_.insert(first);
  }

  std::map<std::uint64_t, std::uint64_t> runs_; ///< first -> end
  std::set<std::uint64_t> changed_;             ///< first numbers
  std::set<std::uint64_t> stored_;              ///< first numbers
};

} // namespace orderd::runtime

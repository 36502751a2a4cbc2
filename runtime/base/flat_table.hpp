// A hash table for the hot paths of a shard: entries lie in one array, so a look-up touches one cache
// line where a node-based map touches three. (Linear probing with backward-shift deletion: Knuth, The Art
// of Computer Programming, volume 3, 6.4, algorithms L and R.)
//
// An entry is a value with members `std::uint32_t hash() const` and `bool is_free() const`; one made by
// its default constructor is free. Keys are compared by the caller's `matches(entry)`.
// References to entries are valid until the next insert or erase. No locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace orderd::runtime {

template <class Entry>
class flat_table {
public:
  /// The entry of that hash for which `matches` is true, or nullptr.
  template <class Matches>
  Entry* find(std::uint32_t hash, Matches matches) {
    for (auto at = home(hash); !entries_[at].is_free(); at = after(at))
      if (entries_[at].hash() == hash && matches(entries_[at]))
        return &entries_[at];
    return nullptr;
  }
  template <class Matches>
  const Entry* find(std::uint32_t hash, Matches matches) const {
    return const_cast<flat_table*>(this)->find(hash, matches);
  }

  /// Pre: no entry with its key is there.
  Entry& insert(Entry what) {
    if ((size_ + 1) * 2 > entries_.size())
      grow();
    ++size_;
    return place(std::move(what));
  }

  /// Pre: `what` is an entry of this table. Others may move into its place.
  void erase(Entry* what) {
    auto hole = static_cast<std::size_t>(what - entries_.data());
    for (auto at = after(hole); !entries_[at].is_free(); at = after(at)) {
      // An entry may fill the hole when its home does not lie between the hole and itself.
      const auto from_home = (at - home(entries_[at].hash())) & mask();
      const auto from_hole = (at - hole) & mask();
      if (from_home < from_hole)
        continue;
      entries_[hole] = std::move(entries_[at]);
      hole = at;
    }
    entries_[hole] = Entry{};
    --size_;
  }

  void clear() {
    for (auto& each : entries_)
      if (!each.is_free())
        each = Entry{};
    size_ = 0;
  }

  /// Makes room for `count` entries, so that none of their inserts has to move all the others.
  void reserve(std::size_t count) {
    while (entries_.size() < count * 2)
      grow();
  }

  std::size_t size() const noexcept { return size_; }

  /// The array itself, free entries included: for sweeps.
  std::size_t capacity() const noexcept { return entries_.size(); }
  Entry& at(std::size_t position) { return entries_[position]; }

private:
  std::size_t mask() const noexcept { return entries_.size() - 1; }
  std::size_t home(std::uint32_t hash) const noexcept { return hash & mask(); }
  std::size_t after(std::size_t position) const noexcept { return (position + 1) & mask(); }

  Entry& place(Entry what) {
    auto at = home(what.hash());
    while (!entries_[at].is_free())
      at = after(at);
    entries_[at] = std::move(what);
    return entries_[at];
  }

  void grow() {
    auto before = std::exchange(entries_, std::vector<Entry>(entries_.size() * 2));
    for (auto& each : before)
      if (!each.is_free())
        place(std::move(each));
  }

  std::vector<Entry> entries_ = std::vector<Entry>(16); ///< a power of two, at most half full
  std::size_t size_ = 0;
};

/// As flat_table, for many entries that come and go: 256 small tables, each of which grows by itself when it
/// is half full. One table of a million entries stands still for tens of milliseconds while it moves them
/// all; of these, none moves more than a 256th at once. The highest bits of the hash choose; the lowest are
/// the home within it.
template <class Entry>
class stepwise_table {
public:
  template <class Matches>
  Entry* find(std::uint32_t hash, Matches matches) {
    return part(hash).find(hash, matches);
  }
  template <class Matches>
  const Entry* find(std::uint32_t hash, Matches matches) const {
    return parts_[number(hash)].find(hash, matches);
  }

  /// Pre: no entry with its key is there.
  Entry& insert(Entry what) {
    auto& into = part(what.hash());
    return into.insert(std::move(what));
  }

  /// Pre: `what` is an entry of this table. Others may move into its place.
  void erase(Entry* what) { part(what->hash()).erase(what); }

  /// Makes room for about so many entries: an eighth more, because hashes do not fall evenly.
  void reserve(std::size_t count) {
    for (auto& each : parts_)
      each.reserve((count + count / 8) / parts_.size());
  }

private:
  static std::size_t number(std::uint32_t hash) noexcept { return hash >> 24; }
  flat_table<Entry>& part(std::uint32_t hash) noexcept { return parts_[number(hash)]; }

  std::vector<flat_table<Entry>> parts_ = std::vector<flat_table<Entry>>(256);
};

} // namespace orderd::runtime

#include "runtime/base/flat_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <utility>

namespace orderd::runtime {
namespace {

struct entry {
  int key = 0; ///< 0: free
  std::uint32_t hash_bits = 0;
  int value = 0;
  bool is_free() const noexcept { return key == 0; }
  std::uint32_t hash() const noexcept { return hash_bits; }
};

entry* find(flat_table<entry>& in, int key, std::uint32_t hash) {
  return in.find(hash, [key](const entry& each) { return each.key == key; });
}

TEST(FlatTable, AgreesWithAMapThoughHashesCollide) {
  // Few different hashes: long runs, which wrap around the end of the array.
  for (const std::uint32_t hashes : {1u, 3u, 16u, 1'000'003u}) {
    std::mt19937_64 random{hashes}; // NOLINT(cert-msc51-cpp): the same changes in every run
    flat_table<entry> table;
    std::map<int, int> model;
    for (int i = 0; i < 5'000; ++i) {
      const auto key = 1 + static_cast<int>(random() % 60);
      const auto hash = static_cast<std::uint32_t>(key * 7919) % hashes + 0xffff'fff0u;
      auto* found = find(table, key, hash);
      ASSERT_EQ(found != nullptr, model.contains(key)) << "step " << i;
      if (found == nullptr) {
        table.insert({key, hash, i});
        model[key] = i;
      } else {
        ASSERT_EQ(found->value, model.at(key));
        table.erase(found);
        model.erase(key);
      }
      ASSERT_EQ(table.size(), model.size());
    }
  }
}

/// Counts how often entries move.
struct counted {
  static inline std::size_t moved = 0;
  std::uint32_t hash_bits = 0;
  bool used = false;

  counted() = default;
  explicit counted(std::uint32_t hash) : hash_bits(hash), used(true) {}
  counted(counted&& other) noexcept { *this = std::move(other); }
  counted& operator=(counted&& other) noexcept {
    hash_bits = other.hash_bits;
    used = std::exchange(other.used, false);
    ++moved;
    return *this;
  }
  bool is_free() const noexcept { return !used; }
  std::uint32_t hash() const noexcept { return hash_bits; }
};

template <class Table>
std::size_t most_moved_by_an_insert() {
  std::mt19937 random{1}; // NOLINT(cert-msc51-cpp): the same entries in every run
  Table table;
  std::size_t most = 0;
  for (int i = 0; i < 300'000; ++i) {
    counted::moved = 0;
    table.insert(counted{static_cast<std::uint32_t>(random())});
    most = std::max(most, counted::moved);
  }
  return most;
}

/// A shard stands still while its table moves.
TEST(StepwiseTable, MovesFewEntriesAtOnceHoweverManyItHolds) {
  EXPECT_GT(most_moved_by_an_insert<flat_table<counted>>(), 100'000u);
  EXPECT_LT(most_moved_by_an_insert<stepwise_table<counted>>(), 4'000u);
}

TEST(FlatTable, IsEmptyAfterClearing) {
  flat_table<entry> table;
  for (int key = 1; key <= 100; ++key)
    table.insert({key, static_cast<std::uint32_t>(key), 0});
  table.clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(find(table, 7, 7), nullptr);
  EXPECT_GE(table.capacity(), 200u);
}

} // namespace
} // namespace orderd::runtime

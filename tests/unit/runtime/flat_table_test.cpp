#include "runtime/flat_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

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

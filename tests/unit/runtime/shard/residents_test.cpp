#include "runtime/shard/residents.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace orderd::runtime {
namespace {

class empty_cell : public entity_cell {
public:
  attempt handle(turn&) override { return {true, {}}; }
};

entity_id item(int number) {
  return {1, std::to_string(number)};
}

/// Items 0 to count - 1, each used at its own number of milliseconds.
residents filled(int count) {
  residents live;
  for (int i = 0; i < count; ++i)
    live.adopt(item(i), std::make_unique<empty_cell>(), i);
  return live;
}

std::string in_memory(residents& live, int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    if (live.find(item(i), 1'000))
      all += std::to_string(i) + ' ';
  return all;
}

TEST(Residents, AreFoundUntilDropped) {
  auto live = filled(3);
  live.drop(item(1));
  live.drop(item(1));
  EXPECT_EQ(in_memory(live, 3), "0 2 ");
  EXPECT_EQ(live.size(), 2u);
}

TEST(Residents, AreCountedByKind) {
  auto live = filled(2);
  live.adopt({2, "x"}, std::make_unique<empty_cell>(), 0);
  EXPECT_EQ(live.count(1), 2u);
  EXPECT_EQ(live.count(2), 1u);
  live.drop({2, "x"});
  EXPECT_EQ(live.count(2), 0u);
}

/// Sweeps until the whole table has been seen.
void sweep_round(residents& live, const residents::limits& keep) {
  for (int i = 0; i < 100; ++i)
    live.sweep(keep);
}

TEST(Residents, LeaveWhenIdle) {
  auto live = filled(5);
  sweep_round(live, {3, 100, 10});
  EXPECT_EQ(in_memory(live, 5), "3 4 ");
}

TEST(Residents, LeaveUntilTheyAreFewEnough) {
  auto live = filled(100);
  live.sweep({0, 30, 1'000});
  EXPECT_EQ(live.size(), 30u);
  EXPECT_EQ(live.count(1), 30u);
}

TEST(Residents, StayWhileTheyAreInUseHoweverMany) {
  auto live = filled(100);
  for (int i = 0; i < 60; ++i)
    ASSERT_NE(live.find(item(i), 1'000), nullptr);
  sweep_round(live, {0, 30, 1'000});
  EXPECT_EQ(live.size(), 60u);
  EXPECT_NE(live.find(item(59), 1'000), nullptr);
}

TEST(Residents, LookAtPartOfAGreatManyInOneSweep) {
  auto live = filled(10'000);
  live.sweep({100'000, 20'000, 100'000});
  EXPECT_GT(live.size(), 8'000u);
  sweep_round(live, {100'000, 20'000, 100'000});
  EXPECT_EQ(live.size(), 0u);
}

TEST(Residents, AgreeWithASetOverManyChanges) {
  std::mt19937_64 random{5}; // NOLINT(cert-msc51-cpp): the same changes in every run
  residents live;
  std::set<int> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto number = static_cast<int>(random() % 300);
    if (model.contains(number)) {
      live.drop(item(number));
      model.erase(number);
    } else {
      live.adopt(item(number), std::make_unique<empty_cell>(), 0);
      model.insert(number);
    }
    ASSERT_EQ(live.size(), model.size());
    const auto other = static_cast<int>(random() % 300);
    ASSERT_EQ(live.find(item(other), 0) != nullptr, model.contains(other));
  }
}

} // namespace
} // namespace orderd::runtime

#include "runtime/shard/write_set.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace orderd::runtime {
namespace {

row_key key(std::string_view name) {
  return {table::state, name};
}

/// "name=value " or "name- " of each change, in order.
std::string shown(const std::vector<row_write>& writes) {
  std::string all;
  for (const auto& each : writes)
    all += std::string{each.key.key()} + (each.value ? '=' + *each.value : "-") + ' ';
  return all;
}

TEST(WriteSet, KeepsTheLastValueOfAKeyInTheOrderKeysCame) {
  write_set open;
  open.put(key("a"), "1");
  open.put(key("b"), "2");
  open.put(key("a"), "3");
  ASSERT_NE(open.find(key("a")), nullptr);
  EXPECT_EQ(open.find(key("a"))->value, "3");
  EXPECT_EQ(shown(open.take()), "a=3 b=2 ");
}

TEST(WriteSet, IsEmptyAfterTaking) {
  write_set open;
  open.put(key("a"), "1");
  EXPECT_EQ(open.take().size(), 1u);
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(open.bytes(), 0u);
  EXPECT_EQ(open.find(key("a")), nullptr);
  EXPECT_TRUE(open.take().empty());
}

TEST(WriteSet, RemembersErasuresOfRowsThatMayExist) {
  write_set open;
  open.put(key("a"), "1");
  open.erase(key("a"));
  open.erase(key("b"));
  ASSERT_NE(open.find(key("a")), nullptr);
  EXPECT_FALSE(open.find(key("a"))->value);
  EXPECT_EQ(shown(open.take()), "a- b- ");
}

TEST(WriteSet, LeavesNothingOfAFreshRowThatIsErasedAgain) {
  write_set open;
  open.put(key("a"), "1", write_set::known::fresh);
  open.erase(key("a"));
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(open.bytes(), 0u);
  ASSERT_NE(open.find(key("a")), nullptr); // Known to be gone: no need to look elsewhere.
  EXPECT_FALSE(open.find(key("a"))->value);
  EXPECT_EQ(shown(open.take()), "");
}

TEST(WriteSet, StillErasesARowCalledFreshAfterItsErasure) {
  write_set open;
  open.erase(key("a"));
  open.put(key("a"), "1", write_set::known::fresh);
  open.erase(key("a"));
  EXPECT_EQ(shown(open.take()), "a- ");
}

TEST(WriteSet, WritesAFreshRowThatComesBack) {
  write_set open;
  open.put(key("a"), "1", write_set::known::fresh);
  open.erase(key("a"));
  open.put(key("a"), "2");
  EXPECT_FALSE(open.empty());
  EXPECT_EQ(shown(open.take()), "a=2 ");
}

TEST(WriteSet, TellsTablesApart) {
  write_set open;
  open.put({table::state, "a"}, "state");
  open.put({table::content, "a"}, "content");
  EXPECT_EQ(open.find({table::state, "a"})->value, "state");
  EXPECT_EQ(open.find({table::content, "a"})->value, "content");
  EXPECT_EQ(open.find({table::index, "a"}), nullptr);
}

TEST(WriteSet, CountsBytesOfTheLastValueOnly) {
  write_set open;
  open.put(key("a"), std::string(1'000, 'x'));
  const auto large = open.bytes();
  EXPECT_GE(large, 1'001u);
  open.put(key("a"), std::string(100, 'x'));
  EXPECT_EQ(open.bytes(), large - 900);
}

TEST(WriteSet, AgreesWithAMapOverManyKeysAndEpochs) {
  std::mt19937_64 random{4}; // NOLINT(cert-msc51-cpp): the same keys in every run
  write_set open;
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::optional<std::string>> model;
    for (int i = 0; i < 20'000; ++i) {
      const auto name = std::to_string(random() % 5'000);
      if (random() % 4 == 0) {
        open.erase(key(name));
        model[name] = std::nullopt;
      } else {
        open.put(key(name), std::to_string(i));
        model[name] = std::to_string(i);
      }
    }
    for (const auto& [name, value] : model)
      ASSERT_EQ(open.find(key(name))->value, value);
    const auto taken = open.take();
    EXPECT_EQ(taken.size(), model.size());
    for (const auto& each : taken)
      EXPECT_EQ(each.value, model.at(std::string{each.key.key()}));
  }
}

} // namespace
} // namespace orderd::runtime

#include "config/nearest.hpp"

#include <gtest/gtest.h>

namespace orderd::config {
namespace {

TEST(Nearest, CountsLettersThatAreChangedLeftOutPutInOrExchanged) {
  struct row {
    const char* one;
    const char* other;
    std::size_t distance;
  };
  for (const auto& row : {row{"", "", 0}, row{"abc", "", 3}, row{"", "ab", 2}, row{"shards", "shards", 0},
                          row{"shrads", "shards", 1}, row{"shard", "shards", 1}, row{"shardss", "shards", 1},
                          row{"sharbs", "shards", 1}, row{"Shards", "sHARDS", 0}, row{"ca", "abc", 3},
                          row{"kitten", "sitting", 3}, row{"ab", "ba", 1}}) {
    EXPECT_EQ(typing_distance(row.one, row.other), row.distance) << row.one << ' ' << row.other;
    EXPECT_EQ(typing_distance(row.other, row.one), row.distance) << row.other << ' ' << row.one;
  }
}

TEST(Nearest, NamesTheKnownWordThatSomebodyMayHaveMeant) {
  const std::vector<std::string> known{"-h",       "--help",     "--shards", "--replication",
                                       "--listen", "--log-level"};
  struct row {
    const char* word;
    const char* found;
  };
  for (const auto& row :
       {row{"--shrads", "--shards"}, row{"--shard", "--shards"}, row{"--SHARDS", "--shards"},
        row{"shards", "--shards"}, row{"--repl", "--replication"}, row{"--lsiten", "--listen"},
        row{"--log_level", "--log-level"}, row{"--hlep", "--help"}, row{"--colour", ""}, row{"--x", ""},
        row{"--", ""}, row{"", ""}})
    EXPECT_EQ(nearest(row.word, known).value_or(""), row.found) << row.word;
  EXPECT_EQ(did_you_mean("--shrads", known), "; did you mean --shards?");
  EXPECT_EQ(did_you_mean("--colour", known), "");
}

TEST(Nearest, TakesTheFirstOfThoseThatAreEquallyNear) {
  EXPECT_EQ(nearest("bet", {"get", "set"}), "get");
  EXPECT_EQ(nearest("sett", {"get", "set"}), "set");
}

TEST(Nearest, GivesUpOnWordsThatAreLongerThanAnyName) {
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), {"a", "aa"}), std::nullopt);
}

} // namespace
} // namespace orderd::config

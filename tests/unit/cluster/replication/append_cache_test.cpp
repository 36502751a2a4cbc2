// When epochs that were encoded for one follower may go to another as they are.
#include "cluster/replication/append_cache.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using test::make_epoch;

TEST(AppendCache, GivesBackTheBytesOfTheSameMessageOnly) {
  const auto one = make_epoch(1, 1, 0);
  const auto two = make_epoch(1, 2, 1);
  const auto bytes = std::make_shared<const std::string>("encoded");
  append_cache cache;
  cache.keep({1, {one, two}, 5}, bytes);
  const struct {
    const char* what;
    append asked;
    bool found;
  } rows[] = {
      {"the same", {1, {one, two}, 5}, true},
      {"the same epochs in the next term", {2, {one, two}, 5}, false},
      {"another number committed", {1, {one, two}, 6}, false},
      {"fewer epochs", {1, {one}, 5}, false},
      {"others of the same numbers", {1, {one, make_epoch(1, 2, 1)}, 5}, false},
      {"none", {1, {}, 5}, false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(cache.find(row.asked) == bytes, row.found) << row.what;
}

TEST(AppendCache, KeepsNothingOfAMessageWithoutEpochs) {
  append_cache cache;
  cache.keep({1, {}, 5}, std::make_shared<const std::string>("encoded"));
  EXPECT_EQ(cache.find({1, {}, 5}), nullptr);
}

} // namespace
} // namespace orderd::cluster

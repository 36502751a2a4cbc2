// Which copies are missed, by who is in sync and who is heard; and what is said of them.
#include "cluster/replica_host/missed_copies.hpp"

#include "cluster/wire/missed_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr replica_id one{1, 1}, two{2, 1}, three{3, 1}, four{4, 1};

TEST(MissedCopies, AreThoseNotInSyncOrNotHeard) {
  const steady_time start{1h};
  const auto now = start + 10s;
  lease_board board{one, {}}; // Node 2 was heard just now, node 3 some time ago, node 4 never.
  board.take({false, two, 1, {}}, now - 100ms);
  board.take({false, three, 1, {}}, now - 3'200ms);
  const struct {
    const char* what;
    std::vector<replica_id> in_sync, eligible;
    std::vector<std::uint32_t> nodes;
    std::string said;
  } rows[] = {
      {"all is well", {one, two}, {}, {1, 2}, ""},
      {"a copy is missed", {one, two}, {}, {1, 2, 3}, "node 3, not heard for 3.2 s"},
      {"it still counts as in sync", {one, two, three}, {}, {1, 2, 3}, "node 3, not heard for 3.2 s"},
      {"it was never heard",
       {one, two},
       {},
       {1, 2, 4},
       "node 4, not heard since the node that says so started"},
      {"it catches up", {one}, {}, {1, 2}, "node 2, heard, but not in sync yet"},
      {"this one does", {two}, {}, {1, 2}, "node 1, heard, but not in sync yet"},
      {"it has a say, and belongs elsewhere",
       {one},
       {two, four},
       {1},
       "node 4, not heard since the node that says so started"},
      {"nothing is known", {}, {}, {}, ""},
      {"more than one",
       {one},
       {two, three},
       {1, 2, 3},
       "node 2, heard, but not in sync yet; node 3, not heard for 3.2 s"},
  };
  for (const auto& row : rows) {
    const auto missed = missed_copies({2, one, row.in_sync, row.eligible, row.nodes}, one.node, board, now);
    EXPECT_EQ(missed_text(said_of(missed)), row.said) << row.what;
  }
}

} // namespace
} // namespace orderd::cluster

// A follower and a primary of which one forgot the terms that they may have in common.
#include "cluster/replication/follower.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr replica_id self{2, 1};
constexpr replica_id leader{1, 1};
constexpr replica_id other{3, 1};

/// Not in sync; epochs 16 to 18 in the journal, what came before is applied.
TEST(FollowerApart, TakesACopyUnlessBothRememberThatNothingIsInCommon) {
  using starts = std::vector<term_start>;
  const struct {
    const char* why;
    starts mine, theirs;
    bool copied;
  } rows[] = {
      {"the primary forgot terms 15 and 16",
       {{15, 15}, {16, 17}, {18, 18}},
       {{17, 18}, {19, 19}, {20, 24}},
       true},
      {"all that this one remembers came after them", {{18, 18}}, {{17, 18}, {19, 19}, {20, 24}}, true},
      {"only this one forgot", {{18, 18}}, {{1, 1}, {17, 18}, {19, 19}, {20, 24}}, true},
      {"neither did: one of the disks is another's", {{2, 1}, {18, 18}}, {{1, 1}, {19, 19}, {20, 24}}, false},
  };
  for (const auto& row : rows) {
    const steady_time start{1h};
    replica_options options;
    options.self = self;
    test::noting_port port;
    lease_board board{self, {}};
    const replica_start disk{
        .applied = 15, .journal_first = 16, .end = 18, .starts = row.mine, .promised = 18};
    replica_core core{options, disk, port, board, start};
    core.learn({7, {20, leader, {leader, other}, {}, {1, 2, 3}}});
    follower tried{core, start};
    tried.take(leader, new_term{20, 1, row.theirs, 24, 23}, start);
    EXPECT_EQ(port.ended.empty(), row.copied) << row.why;
    ASSERT_EQ(port.written.size(), row.copied ? 1u : 0u) << row.why;
    if (!row.copied)
      continue;
    EXPECT_EQ(port.written[0].keep_upto, 18u) << row.why; // Nothing is lost before a copy begins.
    tried.noted(port.next_note(), start);
    EXPECT_FALSE(port.last_to<join_ack>(leader.node).complete) << row.why;
  }
}

} // namespace
} // namespace orderd::cluster

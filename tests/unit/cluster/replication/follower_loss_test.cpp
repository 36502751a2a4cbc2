// What a follower does with a journal that a person decided against (B5): kept aside, never cut.
#include "cluster/replication/follower.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr replica_id self{2, 1};
constexpr replica_id leader{1, 1};

struct row {
  const char* what;
  std::uint64_t loss_accepted;
  std::vector<term_start> starts; ///< of the primary, which has epochs to `end`
  std::uint64_t end;
  std::uint64_t keep;
  bool set_aside;
};

/// Epochs 1 and 2 of term 1, applied, and 3 and 4 of term 3: whether those were committed, a disk that was
/// started again does not know. The primary is of term 5.
class FollowerLoss : public testing::Test {
protected:
  FollowerLoss() { options_.self = self; }

  void lead_by(const row& what) {
    const replica_start disk{
        .applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3};
    core_.emplace(options_, disk, port_, board_, start_);
    core_->learn({7, {5, leader, {leader}, {}, {1, 2, 3}, what.loss_accepted}});
    follower_.emplace(*core_, start_);
    follower_->take(leader, new_term{5, 1, what.starts, what.end, 2}, start_);
  }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{self, {}};
  std::optional<replica_core> core_;
  std::optional<follower> follower_;
};

TEST_F(FollowerLoss, KeepsAsideWhatAnElectedPrimaryLacks) {
  const row rows[] = {
      {"elected, with less", 5, {{1, 1}, {5, 3}}, 3, 2, true},
      {"elected before the primary's term, with less", 4, {{1, 1}, {4, 3}, {5, 4}}, 4, 2, true},
      {"elected, with less than is applied here", 5, {{1, 1}, {5, 2}}, 2, 1, true},
      {"elected, with everything", 5, {{1, 1}, {3, 3}, {5, 5}}, 5, 4, false},
      {"elected before what this disk has", 3, {{1, 1}, {5, 3}}, 3, 2, false},
      {"nobody was elected", 0, {{1, 1}, {5, 3}}, 3, 2, false},
  };
  for (const auto& row : rows) {
    port_.written.clear();
    port_.distrusted.clear();
    lead_by(row);
    EXPECT_EQ(port_.distrusted.size(), row.set_aside ? 1u : 0u) << row.what;
    EXPECT_EQ(core_->log().end(), row.set_aside ? 4u : row.keep) << row.what;
    EXPECT_EQ(port_.written.empty(), row.set_aside) << row.what;
    EXPECT_TRUE(port_.ended.empty()) << row.what;
  }
}

} // namespace
} // namespace orderd::cluster

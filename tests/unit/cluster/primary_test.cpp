// What a primary commits, and when it serves (A1, C2, D1), with a port that only notes.
#include "cluster/primary.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr replica_id self{1, 1};
constexpr replica_id two{2, 1};
constexpr replica_id three{3, 1};

class quiet_port : public replica_port {
public:
  std::optional<versioned_assignment> proposed;
  std::uint64_t serves_from = 0;
  std::uint64_t last_attempt[4] = {};

  void send(std::uint32_t node, peer_body what) override {
    if (const auto* said = std::get_if<lead>(&what))
      last_attempt[node] = said->attempt;
  }
  void append(std::vector<runtime::epoch_ptr>, std::optional<replica_note>) override {}
  void write(const replica_note&, std::optional<std::uint64_t>) override {}
  void read(std::uint64_t, std::size_t) override {}
  void retain(std::uint64_t) override {}
  void apply(std::vector<runtime::epoch_ptr>) override {}
  void apply_now() override {}
  void hash_state() override {}
  runtime::result<row_page> read_rows(const std::optional<runtime::row_key>&, std::size_t) override {
    return row_page{};
  }
  void load_rows(std::vector<runtime::row_write>, bool) override {}
  void end_load(std::uint64_t, std::uint64_t) override {}
  void propose(std::uint64_t version, const assignment& what) override { proposed = {version, what}; }
  void look_up() override {}
  void start_engine(std::uint64_t, std::uint64_t last_epoch) override { serves_from = last_epoch; }
  void stop_engine() override {}
  void committed(std::uint64_t) override {}
  void distrust_disk(const std::string&) override {}
  void end_node(const std::string&) override {}
};

class Primary : public ::testing::Test {
protected:
  Primary() { options.self = self, options.minimum = 2; }

  void lead(std::vector<replica_id> in_sync, std::vector<replica_id> eligible) {
    core.known = {7, {2, self, std::move(in_sync), std::move(eligible), {1, 2, 3}}};
    leader.emplace(core, 2, start);
  }
  void follows(const replica_id& who, std::uint64_t end) {
    leader->take(who, follow{2, port.last_attempt[who.node], end, true, 0}, start);
  }
  void acknowledges(const replica_id& who, std::uint64_t end) {
    leader->take(who, appended{2, end, true}, start);
  }

  const steady_time start{1h};
  replica_options options;
  quiet_port port;
  lease_board board{self, {}};
  replica_core core{options, port,  board, replica_log{replica_start{}, log_limits{}, port, start},
                    2,       false, {}};
  std::optional<primary> leader;
};

TEST_F(Primary, CommitsWhatEveryMemberHasDurable) {
  lead({self, two, three}, {});
  follows(two, 0);
  follows(three, 0);
  acknowledges(two, 1);
  acknowledges(three, 1);
  EXPECT_EQ(core.log.committed(), 0u); // its own disk has not answered
  leader->journaled(1, start);
  EXPECT_EQ(core.log.committed(), 1u);
}

TEST_F(Primary, WaitsForTheLastMember) {
  lead({self, two, three}, {});
  follows(two, 0);
  follows(three, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  EXPECT_EQ(core.log.committed(), 0u);
  acknowledges({3, 2}, 1); // another disk
  EXPECT_EQ(core.log.committed(), 0u);
}

TEST_F(Primary, CommitsNothingWithTooFewInSync) {
  lead({self}, {two});
  follows(two, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  EXPECT_EQ(core.log.committed(), 0u);
}

TEST_F(Primary, ServesOnceTheOpeningOfItsTermIsCommittedAndApplied) {
  lead({self, two}, {});
  follows(two, 0);
  leader->journaled(1, start);
  EXPECT_FALSE(leader->serving());
  acknowledges(two, 1);
  EXPECT_FALSE(leader->serving());
  core.log.applied(1);
  leader->applied(start);
  EXPECT_TRUE(leader->serving());
  EXPECT_EQ(port.serves_from, 1u);
}

TEST_F(Primary, WaitsForAMemberUntilTheStoreIsWithoutIt) {
  lead({self, two, three}, {});
  follows(two, 0);
  leader->journaled(1, start);
  acknowledges(two, 1);
  leader->tick(start + 1s); // 3 was not heard of
  ASSERT_TRUE(port.proposed);
  leader->journaled(1, start);
  EXPECT_EQ(core.log.committed(), 0u);
}

TEST_F(Primary, WaitsForWhoMayLeadIfItsProposalTakesPlace) {
  lead({self, two}, {three});
  follows(two, 0);
  follows(three, 0);
  leader->journaled(1, start);
  leader->tick(start + 1s); // 2 was not heard of
  ASSERT_TRUE(port.proposed);
  EXPECT_EQ(port.proposed->what.in_sync, (std::vector{self}));
  EXPECT_EQ(port.proposed->what.eligible, (std::vector{two, three}));
  acknowledges(two, 1);
  EXPECT_EQ(core.log.committed(), 0u); // 3 could lead without it
  acknowledges(three, 1);
  EXPECT_EQ(core.log.committed(), 1u);
}

} // namespace
} // namespace orderd::cluster

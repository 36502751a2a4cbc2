// Whom a replica believes: the configuration store, and nobody who says what that does not (B11).
#include "tests/support/replica_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

class ReplicaBelief : public test::replica_bench {};

using doubts = std::vector<doubt>;

TEST_F(ReplicaBelief, GoesOnLeadingWhoeverSaysThatItLeadsInItsTerm) {
  serve();
  says(three, append{4, {}, 5});
  says(three, new_term{4, 1, {{1, 1}, {4, 2}}, 9, 9});
  says(three, lost_writes{4, 99});
  EXPECT_TRUE(replica_->serving());
  EXPECT_TRUE(port_.ended.empty());
  EXPECT_TRUE(port_.distrusted.empty());
  EXPECT_EQ(port_.doubts, (doubts{doubt::own_term, doubt::own_term, doubt::own_term}));
}

TEST_F(ReplicaBelief, PromisesATermOnlyToWhomTheStoreGaveIt) {
  const struct {
    const char* what;
    replica_id from;
    std::uint64_t term;
    bool promises;
  } rows[] = {
      {"the primary", one, 3, true},
      {"another node in the same term", three, 3, false},
      {"another disk of the primary's node", {1, 2}, 3, false},
      {"a term that nobody leads yet", three, 4, false},
      {"the last term there is", three, ~std::uint64_t{0}, false},
  };
  for (const auto& row : rows) {
    port_ = {};
    auto start = disk();
    start.promised = 2;
    open(start);
    settle();
    says(row.from, new_term{row.term, 1, {{1, 1}, {3, 3}}, 4, 2});
    EXPECT_EQ(!port_.written.empty(), row.promises) << row.what;
    EXPECT_EQ(replica_->promised(), row.promises ? row.term : 2u) << row.what;
  }
}

TEST_F(ReplicaBelief, PromisesNothingBeforeItHasReadTheStore) {
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  EXPECT_TRUE(port_.written.empty());
  EXPECT_EQ(port_.look_ups, 1);
  knows(7, led_by_one());
  EXPECT_TRUE(port_.written.empty()); // What it was told may have been anybody's.
  EXPECT_EQ(port_.last_to<join>(one.node).promised, 3u);
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].note.promised, 3u);
}

TEST_F(ReplicaBelief, FollowsANewPrimaryAsSoonAsTheStoreConfirmsIt) {
  settle();
  says(three, new_term{4, 1, {{1, 1}, {3, 3}, {4, 5}}, 5, 2});
  EXPECT_TRUE(port_.written.empty());
  EXPECT_EQ(port_.look_ups, 1);
  knows(9, taken_over(led_by_one(), three, 2));
  EXPECT_EQ(port_.last_to<join>(three.node).promised, 3u); // It does not wait until that says it again.
  says(three, new_term{4, 1, {{1, 1}, {3, 3}, {4, 5}}, 5, 2});
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_EQ(port_.written[0].note.promised, 4u);
}

/// With other starts, to make it cut off what is committed.
TEST_F(ReplicaBelief, EndsNothingForAPrimaryThatIsNone) {
  settle();
  says(three, new_term{4, 1, {{4, 1}}, 9, 9});
  knows(9, handed_over(led_by_one(), one, 2)); // Another has that term.
  says(three, new_term{4, 1, {{4, 1}}, 9, 9});
  EXPECT_TRUE(port_.ended.empty());
  EXPECT_EQ(port_.doubts, (doubts{doubt::unconfirmed_term}));
  says(three, new_term{3, 1, {{4, 1}}, 9, 9});
  EXPECT_EQ(port_.last_to<stale_term>(three.node).promised, 4u); // It can read for itself.
}

TEST_F(ReplicaBelief, GivesItsDiskUpOnlyForThePrimaryAndAfterAnotherLookAtTheStore) {
  settle();
  says(one, new_term{3, 1, {{1, 1}, {3, 3}}, 4, 2});
  note_durable();
  const auto look_ups = port_.look_ups;
  says(three, lost_writes{3, 9}); // which does not lead
  EXPECT_EQ(port_.doubts, (doubts{doubt::sound_disk}));
  says(one, lost_writes{3, 9});
  EXPECT_TRUE(port_.distrusted.empty());
  EXPECT_EQ(port_.look_ups, look_ups + 1);
  now_ += 1s;
  says(one, lost_writes{3, 4}); // which is here
  EXPECT_TRUE(port_.distrusted.empty());
  says(one, lost_writes{3, 9});
  EXPECT_EQ(port_.distrusted.size(), 1u);
}

TEST_F(ReplicaBelief, HearsNobodyWhoHasNothingToDoWithTheShard) {
  settle();
  const auto look_ups = port_.look_ups;
  says({9, 1}, stale_term{4});
  says({9, 1}, join{3});
  EXPECT_TRUE(port_.sent.empty());
  EXPECT_EQ(port_.doubts, (doubts{doubt::unknown_node, doubt::unknown_node}));
  EXPECT_EQ(port_.look_ups, look_ups + 1); // It may have come to be one.
}

/// What the store says of terms the directory judges (held_configuration.hpp).
TEST_F(ReplicaBelief, DoesNotEvenLookUpATermFarAboveTheKnownOne) {
  settle();
  const auto look_ups = port_.look_ups;
  says(three, stale_term{3 + 10'001});
  says(three, join{~std::uint64_t{0}});
  says(three, new_term{~std::uint64_t{0}, 1, {{1, 1}, {3, 3}}, 4, 2});
  EXPECT_EQ(port_.doubts, (doubts{doubt::far_term, doubt::far_term, doubt::far_term}));
  EXPECT_EQ(port_.look_ups, look_ups);
  EXPECT_EQ(replica_->promised(), 3u);
}

} // namespace
} // namespace orderd::cluster

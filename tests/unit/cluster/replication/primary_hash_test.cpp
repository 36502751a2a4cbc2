// Which epoch an acknowledgement acknowledges, and what a primary does with one of another (A4, A5, B12).
#include "tests/support/older_version.hpp"
#include "tests/support/primary_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using numbers = std::vector<std::uint64_t>;

class PrimaryHash : public test::primary_bench {};

TEST_F(PrimaryHash, BeginsItsTermAfterTheEpochThatItsJournalEndsWith) {
  open(
      {.applied = 6, .journal_first = 7, .end = 7, .starts = {{1, 1}}, .promised = term, .hashes = {66, 77}});
  lead({self, two}, {});
  EXPECT_EQ(port.appended[0].epochs.at(0)->previous_hash, 77u);
}

TEST_F(PrimaryHash, CountsNoAcknowledgementOfAnotherEpoch) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  const auto right = core->log().hash_at(2);
  leader->take(two, append_ack{term, 2, true, 1, right + 1}, start);
  EXPECT_EQ(committed(), 1u);
  EXPECT_EQ(port.doubts, (std::vector<doubt>{doubt::other_epoch}));
  leader->tick(start + 20ms);
  EXPECT_EQ(shipped(two), (numbers{1, 2, 2})); // It gets that once more, and can see for itself.
  leader->take(two, append_ack{term, 2, true, 1, right}, start);
  EXPECT_EQ(committed(), 2u);
}

TEST_F(PrimaryHash, CountsAnAcknowledgementWithoutAHashOfAnOlderVersionOnly) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  acknowledges(two, 2);
  EXPECT_EQ(committed(), 2u);
  close();
  leader->journaled(3, start);
  leader->take(two, append_ack{term, 2, true, 2, core->log().hash_at(2)}, start);
  acknowledges(two, 3); // which says hashes
  EXPECT_EQ(committed(), 2u);
}

/// It is told of, and counts all the same: which of the two is wrong only a person can tell.
TEST_F(PrimaryHash, TellsOfAFollowerWhoseRowsAreOthersAfterTheSameEpoch) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  core->rows().applied({1, 70});
  leader->take(two, append_ack{term, 1, true, 1, 0, {1, 70}}, start);
  leader->take(two, append_ack{term, 1, true, 1, 0, {}}, start); // of the version before
  EXPECT_TRUE(port.doubts.empty());
  leader->take(two, append_ack{term, 2, true, 1, 0, {1, 71}}, start);
  EXPECT_EQ(port.doubts, (std::vector<doubt>{doubt::other_rows}));
  EXPECT_EQ(committed(), 2u);
}

TEST_F(PrimaryHash, ComparesRowsThatAFollowerHadFirstWhenItHasThemToo) {
  serve({self, two});
  core->rows().applied({1, 70});
  leader->take(two, append_ack{term, 1, true, 1, 0, {3, 90}}, start);
  core->rows().applied({2, 80});
  leader->rows_applied();
  EXPECT_TRUE(port.doubts.empty());
  core->rows().applied({3, 91});
  leader->rows_applied();
  leader->rows_applied();
  EXPECT_EQ(port.doubts, (std::vector<doubt>{doubt::other_rows}));
}

TEST_F(PrimaryHash, LetsNobodyFollowWhoseJournalEndsWithAnotherEpoch) {
  open(
      {.applied = 0, .journal_first = 1, .end = 2, .starts = {{1, 1}}, .promised = term, .hashes = {11, 22}});
  lead({self, two}, {});
  const auto attempt = port.last_to<cluster::new_term>(2).attempt;
  leader->take(two, join_ack{term, attempt, 2, true, 0, 23}, start);
  EXPECT_TRUE(shipped(two).empty());
  leader->take(two, join_ack{term, attempt, 2, true, 0, 22}, start);
  EXPECT_EQ(shipped(two), (numbers{3}));
}

/// A follower that was upgraded: what it kept as the version before has no hash that could be compared.
TEST_F(PrimaryHash, TakesAFollowerThatKeptAnEpochAsAnOlderVersion) {
  serve({self, two});
  close();
  leader->journaled(2, start);
  const auto kept = runtime::mark_of(*test::kept_by_an_older_version(*port.appended.back().epochs.back()));
  EXPECT_EQ(kept.hash, 0u);
  leader->take(two, append_ack{term, 2, true, 1, kept.hash}, start);
  EXPECT_EQ(committed(), 2u);
  EXPECT_TRUE(port.doubts.empty());
}

/// What a follower has came from here: an end beyond is of another process, or forged.
TEST_F(PrimaryHash, BelievesNoFollowerThatIsAhead) {
  lead({self, two}, {});
  leader->journaled(1, start);
  follows(two, 9);
  EXPECT_EQ(committed(), 0u);
  EXPECT_EQ(port.doubts, (std::vector<doubt>{doubt::beyond_end}));
  follows(two, 0);
  acknowledges(two, 9);
  EXPECT_EQ(committed(), 0u);
  acknowledges(two, 1);
  EXPECT_EQ(committed(), 1u);
}

} // namespace
} // namespace orderd::cluster

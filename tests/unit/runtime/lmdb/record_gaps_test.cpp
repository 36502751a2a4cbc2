// Runs of erased record numbers: merged as they grow, forgotten once nothing older is left.
#include "runtime/lmdb/record_gaps.hpp"

#include <gmock/gmock.h>

namespace orderd::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using change = record_gaps::change;

TEST(RecordGaps, AreOneRunWhereTheyTouch) {
  record_gaps gaps;
  for (const std::uint64_t number : {5u, 7u, 6u, 9u, 4u})
    gaps.erase(number);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{4, 8}, change{9, 10}));
  EXPECT_THAT(gaps.take_changes(), IsEmpty());
  gaps.erase(8);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{4, 10}, change{9, std::nullopt}));
  EXPECT_EQ(gaps.size(), 1u);
}

TEST(RecordGaps, GrowAtBothEndsOfWhatIsStored) {
  record_gaps gaps;
  gaps.restore(3, 5);
  gaps.restore(8, 9);
  gaps.erase(5);
  gaps.erase(7);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{3, 6}, change{7, 9}, change{8, std::nullopt}));
  gaps.erase(2);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{2, 6}, change{3, std::nullopt}));
}

TEST(RecordGaps, NeedNoProofBeforeTheOldestRecord) {
  record_gaps gaps;
  gaps.restore(3, 5);
  gaps.erase(1);
  gaps.erase(2);
  gaps.erase(9);
  gaps.drop_below(5);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{3, std::nullopt}, change{9, 10}))
      << "what was never stored needs no row erased";
}

TEST(RecordGaps, OfBeforeTheyHadRunsTouchAndStayApart) {
  record_gaps gaps;
  gaps.restore(3, 4);
  gaps.restore(4, 5);
  EXPECT_THAT(gaps.take_changes(), IsEmpty());
  gaps.erase(2);
  EXPECT_THAT(gaps.take_changes(), ElementsAre(change{2, 4}, change{3, std::nullopt}));
}

} // namespace
} // namespace orderd::runtime

#include "cluster/explain/words.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(ExplanationWords, TellDurationsInTwoUnits) {
  const std::pair<std::int64_t, const char*> samples[]{{-5, "0 ms"},         {0, "0 ms"},
                                                       {999, "999 ms"},      {1'000, "1.0 s"},
                                                       {3'290, "3.2 s"},     {59'999, "59.9 s"},
                                                       {60'000, "1 min"},    {250'000, "4 min 10 s"},
                                                       {3'600'000, "1 h"},   {18'180'000, "5 h 3 min"},
                                                       {172'800'000, "2 d"}, {273'600'000, "3 d 4 h"}};
  for (const auto& [ms, text] : samples)
    EXPECT_EQ(duration_text(ms), text);
}

TEST(ExplanationWords, NameEntitiesAndCounts) {
  EXPECT_EQ(entity_text("item", "tea"), "SKU tea");
  EXPECT_EQ(entity_text("account", "ann"), "account ann");
  EXPECT_EQ(entity_text("card", "019"), "the card payment");
  EXPECT_EQ(entity_text("order", "019"), "the order");
  EXPECT_EQ(count_text(1, "SKU"), "1 SKU");
  EXPECT_EQ(count_text(0, "line"), "0 lines");
}

TEST(ExplanationWords, HaveAReasonForEveryRejection) {
  for (int reason = v1::INSUFFICIENT_STOCK; reason <= v1::reject_reason_MAX; ++reason)
    EXPECT_NE(reason_text(static_cast<v1::reject_reason>(reason)), "no reason is recorded") << reason;
}

TEST(ExplanationWords, TellWhatAReleaseOfEachCommandCosts) {
  EXPECT_NE(release_text("release_answer"), release_text("place_order"));
  EXPECT_EQ(release_text("undecodable"),
            "What waits for that command, or for its answer, then waits for ever.");
}

} // namespace
} // namespace orderd::cluster

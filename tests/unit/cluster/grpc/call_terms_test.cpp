#include "cluster/grpc/call_terms.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

TEST(CallTerms, TurnADeadlineIntoTheTimeThatIsLeft) {
  const call_time now{1'000'000s};
  const struct {
    call_time deadline;
    std::uint32_t expected;
  } rows[] = {
      {call_time::max(), 0},  // none: the default of a request
      {now + 1'500ms, 1'500}, //
      {now, 1},               // it is refused by who would have to answer in that time
      {now - 10s, 1},         //
      {now + 10h, 300'000},   // the most that a request may wait
      {now + 1'500'700us, 1'500},
  };
  for (const auto& row : rows)
    EXPECT_EQ(timeout_ms_of(row.deadline, now), row.expected);
}

TEST(CallTerms, LetNoRequestOutliveItsStream) {
  EXPECT_EQ(shorter_timeout_ms(0, 0), 0u);
  EXPECT_EQ(shorter_timeout_ms(700, 0), 700u);
  EXPECT_EQ(shorter_timeout_ms(0, 700), 700u);
  EXPECT_EQ(shorter_timeout_ms(0, 100'000), 30'000u); // its own is the default
  EXPECT_EQ(shorter_timeout_ms(800, 700), 700u);
  EXPECT_EQ(shorter_timeout_ms(600, 700), 600u);
}

} // namespace
} // namespace orderd::cluster

#include "tests/bench/run_record.hpp"

#include <gtest/gtest.h>

namespace orderd::bench {
namespace {

using namespace std::chrono_literals;

v1::reply placed(v1::order_status status, v1::reject_reason reason = v1::NO_REASON) {
  v1::reply reply;
  reply.mutable_placement()->set_status(status);
  reply.mutable_placement()->set_reason(reason);
  return reply;
}

v1::reply failed(v1::fault::kind code) {
  v1::reply reply;
  reply.mutable_fault()->set_code(code);
  return reply;
}

TEST(RunRecord, CountsAnswersByOutcomeAndName) {
  run_record record{0s, 10s};
  record.answered(1s, 2s, placed(v1::CONFIRMED));
  record.answered(1s, 2s, placed(v1::REJECTED, v1::INSUFFICIENT_STOCK));
  record.answered(1s, 2s, failed(v1::fault::OVERLOADED));
  record.not_sent(1s, "NOT_SENT");
  EXPECT_EQ(record.confirmed(), 1u);
  EXPECT_EQ(record.rejected().at("INSUFFICIENT_STOCK"), 1u);
  EXPECT_EQ(record.faults().at("OVERLOADED"), 1u);
  EXPECT_EQ(record.faults().at("NOT_SENT"), 1u);
}

TEST(RunRecord, CountsAReplyWithoutABodyAsAFault) {
  run_record record{0s, 10s};
  record.answered(1s, 2s, v1::reply{});
  EXPECT_EQ(record.faults().at("EMPTY_REPLY"), 1u);
  EXPECT_EQ(record.latencies().count(), 0u);
}

TEST(RunRecord, CountsLatencyFromWhenTheOrderWasDue) {
  run_record record{0s, 10s};
  record.answered(1s, 4s, placed(v1::CONFIRMED));
  EXPECT_EQ(record.latencies().max_us(), 3'000'000u);
}

TEST(RunRecord, LeavesOutTheWarmUpAndWhatIsDueAfterTheEnd) {
  run_record record{2s, 4s};
  record.answered(1s, 3s, placed(v1::CONFIRMED));
  record.answered(3s, 5s, placed(v1::CONFIRMED));
  record.answered(4s, 5s, placed(v1::CONFIRMED));
  EXPECT_EQ(record.latencies().count(), 1u);
  EXPECT_EQ(record.answered_count(), 1u);
  EXPECT_DOUBLE_EQ(record.orders_per_s(), 0.5);
}

TEST(RunRecord, LeavesFaultsOutOfTheThroughput) {
  run_record record{0s, 2s};
  record.answered(0s, 1s, placed(v1::CONFIRMED));
  record.answered(0s, 1s, failed(v1::fault::TIMEOUT));
  EXPECT_DOUBLE_EQ(record.orders_per_s(), 0.5);
}

TEST(RunRecord, RelatesItsRateToAnEarlierEnd) {
  run_record record{1s, 100s};
  record.answered(1s, 2s, placed(v1::CONFIRMED));
  record.finish(3s);
  EXPECT_DOUBLE_EQ(record.measured_s(), 2);
  EXPECT_DOUBLE_EQ(record.orders_per_s(), 0.5);
}

TEST(RunRecord, FindsTheLongestSilenceAlsoAtTheEnd) {
  run_record record{0s, 10s};
  record.answered(0s, 1s, placed(v1::CONFIRMED));
  record.answered(0s, 3s, placed(v1::CONFIRMED));
  EXPECT_EQ(record.longest_silence(), 2s);
  record.finish(10s);
  EXPECT_EQ(record.longest_silence(), 7s);
  EXPECT_EQ(record.longest_silence_at(), 3s);
}

TEST(RunRecord, PutsAnswersIntoTheirSeconds) {
  run_record record{1s, 10s};
  record.answered(1s, 1s + 1ms, placed(v1::CONFIRMED));
  record.answered(1s, 3500ms, placed(v1::CONFIRMED));
  record.answered(1s, 3600ms, failed(v1::fault::OVERLOADED));
  ASSERT_EQ(record.timeline().size(), 3u);
  EXPECT_EQ(record.timeline()[0].answered, 1u);
  EXPECT_EQ(record.timeline()[1].answered, 0u);
  EXPECT_EQ(record.timeline()[2].answered, 1u);
  EXPECT_EQ(record.timeline()[2].faults, 1u);
  EXPECT_EQ(record.timeline()[2].max_us, 2'600'000u);
}

TEST(Sending, FitsATag) {
  for (const auto& each : {sending{0s}, sending{1500us, 2s}, sending{3600s, 3600s + 999us}}) {
    const auto back = sending::of_tag(each.tag());
    EXPECT_EQ(back.due_at, each.due_at);
    EXPECT_EQ(back.sent_at, each.sent_at);
  }
}

TEST(RunRecord, CountsARefusalFromItsSending) {
  run_record record{0s, 10s};
  record.answered({1s, 3s}, 3s + 4ms, failed(v1::fault::OVERLOADED));
  record.answered({1s, 3s}, 9s, failed(v1::fault::TIMEOUT));
  EXPECT_EQ(record.refusals().max_us(), 4'000u);
}

} // namespace
} // namespace orderd::bench

#include "cluster/grpc/call_terms.hpp"

#include <gtest/gtest.h>

#include <string>

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

TEST(CallTerms, ReadTheTraceIdOfATraceparent) {
  const std::string trace{"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36"};
  const struct {
    const char* text;
    bool valid;
  } rows[] = {
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true}, // of a later version
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
      {"", false},
      {"4bf92f3577b34da6a3ce929d0e0e4736", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false},
      {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", false},
      {"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", false},
      {"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(trace_id_of(row.text), row.valid ? trace : "") << row.text;
}

} // namespace
} // namespace orderd::cluster

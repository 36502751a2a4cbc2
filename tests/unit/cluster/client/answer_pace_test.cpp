// What a client expects of a server by how it answered lately.
#include "cluster/client/answer_pace.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

class AnswerPace : public testing::Test {
protected:
  /// So many answers a millisecond, each to what was sent `took` before, while so many wait.
  void answer(int milliseconds, int each_ms, std::chrono::milliseconds took, std::size_t waiting) {
    for (int i = 0; i < milliseconds; ++i) {
      now_ += 1ms;
      for (int one = 0; one < each_ms; ++one)
        pace_.answered(now_ - took, now_);
      pace_.look(waiting, now_);
    }
  }

  answer_pace pace_;
  answer_pace::time_point now_{1h};
};

TEST_F(AnswerPace, ExpectsNothingBeforeAnAnswerCame) {
  EXPECT_EQ(pace_.expected(1'000'000), 0ms);
}

TEST_F(AnswerPace, ExpectsNothingOfAServerThatLetsEverythingThrough) {
  answer(500, 2, 30ms, 0);
  EXPECT_EQ(pace_.expected(0), 0ms);
  EXPECT_EQ(pace_.expected(1'000), 0ms);
}

TEST_F(AnswerPace, ExpectsWhatWaitsToBeSentAtTheRateOfTheAnswers) {
  answer(500, 20, 100ms, 50'000);
  EXPECT_EQ(pace_.expected(0), 100ms);
  const auto wait = pace_.expected(40'000); // At 20,000 a second.
  EXPECT_GE(wait, 2'550ms);                 // And a quarter.
  EXPECT_LE(wait, 2'700ms);
}

TEST_F(AnswerPace, ExpectsMoreOfAServerWhoseAnswersVary) {
  for (int i = 0; i < 100; ++i) {
    answer(5, 2, 10ms, 1);
    answer(5, 2, 50ms, 1);
  }
  EXPECT_GE(pace_.expected(0), 90ms);
  EXPECT_LE(pace_.expected(0), 130ms);
}

TEST_F(AnswerPace, FollowsAServerThatBecomesSlower) {
  answer(500, 20, 100ms, 50'000);
  answer(500, 2, 100ms, 50'000);
  EXPECT_GE(pace_.expected(10'000), 4'500ms);
}

TEST_F(AnswerPace, ForgetsTheRateWhenNothingWaits) {
  answer(500, 2, 100ms, 50'000);
  answer(1, 2, 100ms, 0);
  EXPECT_EQ(pace_.expected(10'000), 0ms);
}

/// A burst after a pause: the pause says nothing of the server.
TEST_F(AnswerPace, CountsNoTimeInWhichNothingWaited) {
  answer(100, 20, 10ms, 0);
  now_ += 10s;
  answer(60, 20, 10ms, 50'000);
  EXPECT_LE(pace_.expected(1'000), 200ms);
}

/// A machine stood still, of the server or of the client; what waits is answered in time all the same.
TEST_F(AnswerPace, IsNotMisledByAStall) {
  answer(500, 20, 100ms, 50'000);
  const auto before = pace_.expected(40'000);
  now_ += 1s;
  answer(100, 20, 100ms, 50'000);
  EXPECT_LE(pace_.expected(40'000), before + before / 4);
}

TEST_F(AnswerPace, KnowsNothingOfAServerWhoseFirstAnswersStalled) {
  answer(1, 1, 10ms, 50'000);
  for (int i = 0; i < 4; ++i) {
    now_ += 300ms;
    answer(1, 1, 10ms, 50'000);
  }
  EXPECT_EQ(pace_.expected(40'000), 0ms);
}

TEST_F(AnswerPace, ForgetsEverythingWithItsConnection) {
  answer(500, 2, 100ms, 50'000);
  pace_.forget();
  EXPECT_EQ(pace_.expected(10'000), 0ms);
}

} // namespace
} // namespace orderd::cluster

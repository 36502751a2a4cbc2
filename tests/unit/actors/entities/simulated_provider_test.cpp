#include "actors/entities/simulated_provider.hpp"

#include "actors/stored/codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors {

namespace {

std::string call(card_step step, std::uint32_t attempt = 1) {
  return encode(provider_request{step, 100, currency_code{"GBP"}, attempt});
}

std::string key(int order) {
  return "order-" + std::to_string(order) + "/authorize";
}

simulated_provider provider(double declines, double timeouts, std::uint64_t seed = 1) {
  config::provider_settings settings;
  settings.decline_rate = declines;
  settings.timeout_rate = timeouts;
  settings.seed = seed;
  return simulated_provider{settings};
}

provider_outcome outcome(const simulated_provider& of, const std::string& body, int order) {
  return decode_provider_outcome(of.answer(key(order), body).value_or(""));
}

} // namespace

TEST(SimulatedProvider, AuthorizesEverythingUnlessToldOtherwise) {
  for (int order = 0; order < 100; ++order)
    EXPECT_EQ(outcome(provider(0, 0), call(card_step::authorize), order), provider_outcome::authorized);
}

TEST(SimulatedProvider, DeclinesAboutTheShareItIsToldTo) {
  int declined = 0;
  for (int order = 0; order < 10'000; ++order)
    declined += outcome(provider(0.2, 0), call(card_step::authorize), order) == provider_outcome::declined;
  EXPECT_NEAR(declined, 2'000, 200);
}

TEST(SimulatedProvider, SaysTheSameToAQueryAndToTheAuthorizationAgain) {
  const auto with = provider(0.5, 0);
  for (int order = 0; order < 100; ++order) {
    const auto first = outcome(with, call(card_step::authorize), order);
    EXPECT_EQ(outcome(with, call(card_step::query, 7), order), first);
    EXPECT_EQ(outcome(provider(0.5, 0), call(card_step::authorize, 2), order), first) << "after a restart";
  }
}

TEST(SimulatedProvider, LosesAboutTheShareOfAnswersItIsToldTo) {
  const auto with = provider(0, 0.3);
  int lost = 0;
  for (int order = 0; order < 10'000; ++order)
    lost += with.answer(key(order), call(card_step::authorize)).has_value() ? 0 : 1;
  EXPECT_NEAR(lost, 3'000, 300);
}

TEST(SimulatedProvider, AnswersALaterAttemptOfALostCall) {
  const auto with = provider(0, 0.5);
  for (int order = 0; order < 100; ++order) {
    std::uint32_t attempt = 1;
    while (attempt < 100 && !with.answer(key(order), call(card_step::query, attempt)))
      ++attempt;
    EXPECT_LT(attempt, 100u);
  }
}

TEST(SimulatedProvider, AnswersOtherwiseUnderAnotherSeed) {
  int different = 0;
  for (int order = 0; order < 100; ++order)
    different += outcome(provider(0.5, 0, 1), call(card_step::authorize), order)
                         != outcome(provider(0.5, 0, 2), call(card_step::authorize), order)
                     ? 1
                     : 0;
  EXPECT_GT(different, 20);
}

TEST(SimulatedProvider, VoidsWhatItIsAskedTo) {
  EXPECT_EQ(outcome(provider(1, 0), call(card_step::void_payment), 1), provider_outcome::voided);
}

TEST(SimulatedProvider, SaysNothingToWhatIsNoCall) {
  const auto answer = provider(0, 0).answer(key(1), "garbage");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(decode_provider_outcome(*answer), provider_outcome::not_known);
}

} // namespace orderd::actors

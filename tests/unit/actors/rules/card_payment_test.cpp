// The rules of a card payment, one row a rule.
#include "actors/rules/card_payment.hpp"

#include "runtime/base/result.hpp"

#include <gtest/gtest.h>

namespace orderd::actors {

namespace {

card_state in(card_status status, std::uint32_t attempts = 1) {
  card_state state;
  state.status = status;
  state.attempts = attempts;
  return state;
}

struct answer {
  const char* name;
  card_status before;
  card_step step;
  provider_outcome said;
  card_event event;
  card_status after;
};

class CardAnswer : public testing::TestWithParam<answer> {};

using status = card_status;
using step = card_step;
using said = provider_outcome;
using event = card_event;

} // namespace

TEST_P(CardAnswer, LeadsOn) {
  const auto& row = GetParam();
  auto state = in(row.before);
  const auto decided = decide_answer(state, row.step, row.said);
  EXPECT_EQ(decided, row.event);
  apply(state, decided, 9);
  EXPECT_EQ(state.status, row.after);
  EXPECT_EQ(state.updated_at_ms, decided == event::nothing ? 0 : 9);
}

INSTANTIATE_TEST_SUITE_P(Table, CardAnswer,
                         testing::Values(answer{"Authorized", status::requesting, step::authorize,
                                                said::authorized, event::authorized, status::authorized},
                                         answer{"Declined", status::requesting, step::authorize,
                                                said::declined, event::declined, status::declined},
                                         answer{"Lost", status::requesting, step::authorize, said::not_known,
                                                event::became_unknown, status::unknown},
                                         answer{"AskedAndAuthorized", status::unknown, step::query,
                                                said::authorized, event::authorized, status::authorized},
                                         answer{"AskedAndDeclined", status::unknown, step::query,
                                                said::declined, event::declined, status::declined},
                                         answer{"AskedAndLost", status::unknown, step::query, said::not_known,
                                                event::still_unknown, status::unknown},
                                         answer{"NeverSeenIsSentAgain", status::unknown, step::query,
                                                said::never_seen, event::authorize_repeated, status::unknown},
                                         answer{"RepeatedAndLost", status::unknown, step::authorize,
                                                said::not_known, event::still_unknown, status::unknown},
                                         answer{"Voided", status::voiding, step::void_payment, said::voided,
                                                event::voided, status::voided},
                                         answer{"VoidLost", status::voiding, step::void_payment,
                                                said::not_known, event::void_not_known, status::voiding},
                                         answer{"LateAuthorization", status::authorized, step::authorize,
                                                said::declined, event::nothing, status::authorized},
                                         answer{"LateQueryWhileVoiding", status::voiding, step::query,
                                                said::authorized, event::nothing, status::voiding},
                                         answer{"LateVoid", status::voided, step::void_payment, said::voided,
                                                event::nothing, status::voided}),
                         [](const auto& named) { return named.param.name; });

TEST(CardPayment, IsAskedForOnce) {
  EXPECT_EQ(decide_authorize(card_state{}), event::authorize_asked);
  EXPECT_THROW(decide_authorize(in(status::requesting)), runtime::bug);
  EXPECT_THROW(decide_authorize(in(status::declined)), runtime::bug);
}

TEST(CardPayment, IsVoidedOnlyWhenAuthorized) {
  EXPECT_EQ(decide_void(in(status::authorized)), event::void_asked);
  for (const auto other :
       {status::none, status::requesting, status::unknown, status::declined, status::voiding})
    EXPECT_THROW(decide_void(in(other)), runtime::bug);
}

TEST(CardPayment, ThrowsWhenTheProviderContradictsItself) {
  EXPECT_THROW(decide_answer(in(status::voiding), step::void_payment, said::declined), runtime::bug);
  EXPECT_THROW(decide_answer(in(status::requesting), step::authorize, said::voided), runtime::bug);
}

TEST(CardPayment, AsksAgainWhatItDoesNotKnow) {
  EXPECT_EQ(decide_pause_over(in(status::unknown)), event::query_asked);
  EXPECT_EQ(decide_pause_over(in(status::voiding)), event::void_repeated);
  EXPECT_EQ(decide_pause_over(in(status::authorized)), event::nothing);
}

TEST(CardPayment, CountsItsCalls) {
  auto state = in(status::requesting);
  apply(state, event::became_unknown, 1);
  EXPECT_EQ(state.attempts, 1u);
  apply(state, event::query_asked, 2);
  apply(state, event::still_unknown, 3);
  apply(state, event::query_asked, 4);
  EXPECT_EQ(state.attempts, 3u);
  apply(state, event::authorized, 5);
  apply(state, event::void_asked, 6);
  EXPECT_EQ(state.attempts, 1u);
}

TEST(CardPayment, PausesLongerEachTimeUpToHalfAMinute) {
  EXPECT_EQ(pause_ms(1), 200);
  EXPECT_EQ(pause_ms(2), 400);
  EXPECT_EQ(pause_ms(8), 25'600);
  EXPECT_EQ(pause_ms(9), 30'000);
  EXPECT_EQ(pause_ms(4'000'000'000u), 30'000);
}

} // namespace orderd::actors

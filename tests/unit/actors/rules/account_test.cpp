// The rules of an account, one row a rule.
#include "actors/rules/account.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace orderd::actors {

namespace {

const command_id first_id{"first-command-id"};
const command_id other_id{"other-command-id"};
const currency_code gbp{"GBP"};
const currency_code eur{"EUR"};

/// A limit of 100, 30 of it held.
account_state opened() {
  account_state state;
  apply(state, account_was_set{first_id, gbp, 100}, 1);
  apply(state, amount_held{30}, 2);
  return state;
}

struct authorization {
  const char* name;
  bool open;
  currency_code currency;
  std::int64_t amount;
  reject_reason reason;
};

class AccountAuthorize : public testing::TestWithParam<authorization> {};

} // namespace

TEST_P(AccountAuthorize, FollowsItsGuards) {
  const auto& row = GetParam();
  const auto state = row.open ? opened() : account_state{};
  EXPECT_EQ(decide(state, authorize{{}, row.currency, row.amount}), row.reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AccountAuthorize,
    testing::Values(authorization{"WithinTheLimit", true, gbp, 70, reject_reason::none},
                    authorization{"BeyondTheLimit", true, gbp, 71, reject_reason::credit_limit},
                    authorization{"NothingAtAll", true, gbp, 0, reject_reason::none},
                    authorization{"OtherCurrency", true, eur, 1, reject_reason::currency_mismatch},
                    authorization{"OtherCurrencyBeforeTheLimit", true, eur, 71,
                                  reject_reason::currency_mismatch},
                    authorization{"NeverSet", false, gbp, 1, reject_reason::unknown_account}),
    [](const auto& named) { return named.param.name; });

TEST(Account, TellsOfARefusalWhatIsLeftAndInWhichCurrency) {
  const auto refused = answer_to(opened(), authorize{{}, gbp, 71});
  EXPECT_EQ(refused.outcome, payment_state::refused);
  EXPECT_EQ(refused.reason, reject_reason::credit_limit);
  EXPECT_EQ(refused.amount_minor, 71);
  EXPECT_EQ(refused.available_minor, 70);
  EXPECT_EQ(answer_to(opened(), authorize{{}, eur, 1}).account_currency, gbp);
  const auto nobody = answer_to(account_state{}, authorize{{}, gbp, 1});
  EXPECT_FALSE(nobody.available_minor);
  EXPECT_FALSE(nobody.account_currency.is_set());
  const auto held = answer_to(opened(), authorize{{}, gbp, 70});
  EXPECT_EQ(held.outcome, payment_state::authorized);
  EXPECT_FALSE(held.available_minor);
}

TEST(Account, LetsOnlyWhatIsUsedNowDecide) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  for (const auto limit : {std::int64_t{1}, most / 2, most - 1, most}) {
    account_state state;
    apply(state, account_was_set{first_id, gbp, limit}, 1);
    state.captured_minor = most - 7; // of a long life, and given back
    state.refunded_minor = most - 7;
    state.authorized_minor = most - 7;
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(decide(state, authorize{{}, gbp, limit}), reject_reason::none) << limit << ", " << i;
      apply(state, amount_held{limit}, 2);
      EXPECT_EQ(decide(state, authorize{{}, gbp, 1}), reject_reason::credit_limit) << limit << ", " << i;
      EXPECT_EQ(state.used_minor(), limit);
      EXPECT_EQ(state.authorized_minor, state.held_minor + state.captured_minor + state.voided_minor);
      apply(state, amount_voided{limit}, 3);
      EXPECT_EQ(state.used_minor(), 0);
      EXPECT_EQ(state.authorized_minor, state.captured_minor + state.voided_minor);
    }
  }
}

TEST(Account, KeepsAuthorizedEqualToHeldCapturedAndVoided) {
  auto state = opened();
  apply(state, amount_held{20}, 3);
  apply(state, amount_voided{30}, 4);
  EXPECT_EQ(state.held_minor, 20);
  EXPECT_EQ(state.voided_minor, 30);
  EXPECT_EQ(state.authorized_minor, 50);
  EXPECT_EQ(state.used_minor(), 20);
}

TEST(Account, ThrowsWhenMoreIsVoidedThanIsHeld) {
  EXPECT_THROW(decide(opened(), void_authorization{{}, 31}), runtime::bug);
  EXPECT_NO_THROW(decide(opened(), void_authorization{{}, 30}));
}

TEST(Account, ThatWasLostAndGivenUpVoidsWhatItDoesNotKnow) {
  EXPECT_FALSE(decide(account_state{}, void_authorization{{}, 5}));
  EXPECT_TRUE(decide(opened(), void_authorization{{}, 30}));
}

TEST(Account, FixesItsCurrency) {
  EXPECT_EQ(decide(opened(), set_account{other_id, eur, 100}).rejected, rejection_code::currency_fixed);
}

TEST(Account, KeepsItsLimitAboveWhatIsUsed) {
  EXPECT_EQ(decide(opened(), set_account{other_id, gbp, 29}).rejected, rejection_code::below_held);
  EXPECT_EQ(decide(opened(), set_account{other_id, gbp, 30}).rejected, rejection_code::none);
}

TEST(Account, TakesACommandOnce) {
  EXPECT_TRUE(decide(opened(), set_account{first_id, gbp, 100}).repeated);
  EXPECT_FALSE(decide(opened(), set_account{other_id, gbp, 100}).repeated);
}

TEST(Account, RefusesOtherContentUnderAKnownCommandId) {
  EXPECT_EQ(decide(opened(), set_account{first_id, gbp, 101}).rejected, rejection_code::conflict);
  EXPECT_EQ(decide(opened(), set_account{first_id, eur, 100}).rejected, rejection_code::conflict);
}

TEST(Account, NamesTheNewestOrderOfItsChain) {
  account_state state;
  EXPECT_FALSE(state.last_order.is_set());
  apply(state, order_linked{order_key{"an-order-id-here"}}, 5);
  EXPECT_EQ(state.last_order.view(), "an-order-id-here");
  EXPECT_FALSE(state.is_open()) << "a chain alone opens no account";
}

TEST(Account, TakesTheCreditThatAnOrderBrings) {
  auto state = opened();
  const auto added = added_by(state, authorize{{}, gbp, 170, 100});
  ASSERT_TRUE(added);
  apply(state, *added, 3);
  EXPECT_EQ(state.credit_limit_minor, 200) << "a limit that was set is raised, never replaced";
  EXPECT_EQ(decide(state, authorize{{}, gbp, 170, 100}), reject_reason::none);
  EXPECT_FALSE(added_by(state, authorize{{}, gbp, 1})) << "most orders bring nothing";
  EXPECT_FALSE(added_by(state, authorize{{}, eur, 1, 1})) << "the account has another currency";
}

TEST(Account, IsOpenedByTheCreditThatAnOrderBrings) {
  account_state state;
  apply(state, *added_by(state, authorize{{}, eur, 5, 5}), 3);
  EXPECT_EQ(state.currency, eur);
  EXPECT_EQ(state.credit_limit_minor, 5);
}

TEST(Account, TakesOnlyAsMuchCreditAsALimitCanHold) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  auto state = opened();
  apply(state, *added_by(state, authorize{{}, gbp, 1, most}), 3);
  EXPECT_EQ(state.credit_limit_minor, most);
}

} // namespace orderd::actors

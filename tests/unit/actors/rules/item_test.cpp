// The rules of an item, one row a rule.
#include "actors/rules/item.hpp"

#include "config/limits.hpp"

#include <gtest/gtest.h>

namespace orderd::actors {

namespace {

const command_id first_id{"first-command-id"};
const command_id other_id{"other-command-id"};

/// Ten on hand, four of them reserved.
item_state stocked() {
  item_state state;
  apply(state, stock_was_set{first_id, 10}, 1);
  apply(state, units_reserved{4}, 2);
  return state;
}

line_states answer(const char* letters) {
  line_states lines;
  for (const char* at = letters; *at != 0; ++at)
    lines.add(*at == 'y' ? line_state::reserved : line_state::refused);
  return lines;
}

struct reservation {
  const char* name;
  bool known;
  bool partial;
  std::vector<std::int64_t> quantities;
  const char* lines;
  reject_reason reason;
  std::int64_t reserved_after;
};

class ItemReserve : public testing::TestWithParam<reservation> {};

} // namespace

TEST_P(ItemReserve, AnswersEachLine) {
  const auto& row = GetParam();
  auto state = row.known ? stocked() : item_state{};
  const auto decision = decide(state, reserve{{}, 0, row.partial, row.quantities});
  EXPECT_EQ(decision.lines, answer(row.lines));
  EXPECT_EQ(decision.reason, row.reason);
  if (decision.event)
    apply(state, *decision.event, 3);
  EXPECT_EQ(state.reserved, row.reserved_after);
  EXPECT_LE(state.reserved, state.on_hand);
}

constexpr auto no_reason = reject_reason::none;
constexpr auto too_few = reject_reason::insufficient_stock;

INSTANTIATE_TEST_SUITE_P(
    Table, ItemReserve,
    testing::Values(reservation{"WhatThereIs", true, false, {6}, "y", no_reason, 10},
                    reservation{"NotMoreThanThereIs", true, false, {7}, "n", too_few, 4},
                    reservation{"WhatNeverHadStock", false, false, {1}, "n", reject_reason::unknown_sku, 0},
                    reservation{"AllLinesTogether", true, false, {2, 4}, "yy", no_reason, 10},
                    reservation{"AllLinesOrNone", true, false, {2, 5}, "nn", too_few, 4},
                    reservation{"PartLineByLine", true, true, {5, 2, 1}, "yny", too_few, 10},
                    reservation{"PartOfNothing", true, true, {7, 8}, "nn", too_few, 4},
                    reservation{"PartThatIsWhole", true, true, {3, 3}, "yy", no_reason, 10}),
    [](const auto& named) { return named.param.name; });

TEST(Item, KnowsASkuThatWasSetToNothing) {
  item_state state;
  apply(state, stock_was_set{first_id, 0}, 1);
  EXPECT_EQ(decide(state, reserve{{}, 0, false, {1}}).reason, reject_reason::insufficient_stock);
}

TEST(Item, SaysWhatThereIsForTheFirstLineItRefuses) {
  EXPECT_EQ(decide(stocked(), reserve{{}, 0, false, {2, 5}}).available, 6);
  EXPECT_EQ(decide(stocked(), reserve{{}, 0, true, {4, 7, 3, 2}}).available, 2) << "after the four of line 1";
  EXPECT_EQ(decide(stocked(), reserve{{}, 0, false, {9}, 2}).available, 8) << "with what the order brings";
  EXPECT_FALSE(decide(stocked(), reserve{{}, 0, false, {6}}).available) << "nothing is refused";
  EXPECT_FALSE(decide(item_state{}, reserve{{}, 0, false, {6}}).available) << "it never had stock";
}

TEST(Item, RefusesStockBelowWhatIsReserved) {
  EXPECT_EQ(decide(stocked(), set_stock{other_id, 3}).rejected, rejection_code::below_reserved);
  EXPECT_TRUE(decide(stocked(), set_stock{other_id, 4}).event.has_value());
}

TEST(Item, SetsStockOncePerCommand) {
  const auto decision = decide(stocked(), set_stock{first_id, 10});
  EXPECT_EQ(decision.rejected, rejection_code::none);
  EXPECT_FALSE(decision.event.has_value());
}

TEST(Item, RefusesOtherContentUnderAKnownCommandId) {
  const auto decision = decide(stocked(), set_stock{first_id, 99});
  EXPECT_EQ(decision.rejected, rejection_code::conflict);
  EXPECT_FALSE(decision.event.has_value());
}

TEST(Item, CountsEveryAdjustmentAsReceived) {
  auto state = stocked();
  apply(state, stock_was_set{other_id, 7}, 3);
  EXPECT_EQ(state.received, 7);
  EXPECT_EQ(state.on_hand, 7);
  apply(state, units_released{4}, 4);
  EXPECT_EQ(state.available(), 7);
  EXPECT_EQ(state.updated_at_ms, 4);
}

TEST(Item, ThrowsWhenMoreIsGivenBackThanIsReserved) {
  EXPECT_THROW(decide(stocked(), release{{}, 0, 5}), runtime::bug);
  EXPECT_NO_THROW(decide(stocked(), release{{}, 0, 4}));
}

TEST(Item, ThatWasLostAndGivenUpTakesBackWhatItDoesNotKnow) {
  const auto decision = decide(item_state{}, release{{}, 0, 5});
  EXPECT_EQ(decision.rejected, rejection_code::none);
  EXPECT_FALSE(decision.event);
}

TEST(RecentCommands, ForgetsTheOldestBeyondEight) {
  recent_commands recent;
  for (char i = 0; i < 9; ++i)
    recent.remember(command_id{std::string(16, static_cast<char>('a' + i))}, 5);
  const auto known = [&](char id, std::uint64_t hash) {
    return recent.recall(command_id{std::string(16, id)}, hash);
  };
  EXPECT_EQ(known('a', 5), recent_commands::memory::none);
  EXPECT_EQ(known('b', 5), recent_commands::memory::same);
  EXPECT_EQ(known('i', 5), recent_commands::memory::same);
  EXPECT_EQ(known('i', 6), recent_commands::memory::other);
  EXPECT_TRUE(recent_commands::is_valid(recent.stored()));
  EXPECT_FALSE(recent_commands::is_valid("short"));
}

struct bringing {
  const char* name;
  bool known;
  bool partial;
  std::int64_t added;
  std::vector<std::int64_t> quantities;
  const char* lines;
  std::int64_t on_hand_after;
  std::int64_t reserved_after;
};

class ItemAdded : public testing::TestWithParam<bringing> {};

TEST_P(ItemAdded, ComesIntoStockBeforeTheReservation) {
  const auto& row = GetParam();
  auto state = row.known ? stocked() : item_state{};
  const auto decision = decide(state, reserve{{}, 0, row.partial, row.quantities, row.added});
  EXPECT_EQ(decision.lines, answer(row.lines));
  ASSERT_TRUE(decision.event) << "what was brought stays, whatever becomes of the order";
  apply(state, *decision.event, 3);
  EXPECT_TRUE(state.known);
  EXPECT_EQ(state.on_hand, row.on_hand_after);
  EXPECT_EQ(state.received, state.on_hand) << "nothing was shipped";
  EXPECT_EQ(state.reserved, row.reserved_after);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ItemAdded,
    testing::Values(
        bringing{"NothingThatMakesTheSkuKnown", false, false, 0, {3}, "n", 0, 0},
        bringing{"OfASkuThatNeverHadStock", false, false, 7, {3, 4}, "yy", 7, 7},
        bringing{"OnTopOfWhatIsThere", true, false, 5, {11}, "y", 15, 15},
        bringing{"ThoughItIsTooLittle", true, false, 2, {9}, "n", 12, 4},
        bringing{"ForTheLinesThatFit", true, true, 2, {9, 8}, "ny", 12, 12},
        bringing{"ThoughNoLineFits", true, true, 1, {9, 8}, "nn", 11, 4},
        bringing{"UpToWhatStockHolds", true, false, limits::quantity_max, {1}, "y", limits::quantity_max, 5}),
    [](const auto& named) { return named.param.name; });

} // namespace orderd::actors

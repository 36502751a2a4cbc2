// Commands reach the entities that receive them, and no others.
#include "actors/rules/command_dispatch.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

namespace orderd::actors {

namespace {

template <class Commands>
bool takes(const command_body& what) {
  try {
    return dispatch<Commands>(what, [](const auto&) { return true; });
  } catch (const runtime::bug&) {
    return false;
  }
}

template <std::size_t... Index>
std::vector<command_body> one_of_each(std::index_sequence<Index...>) {
  return {command_body{std::in_place_index<Index>}...};
}

const auto all = one_of_each(std::make_index_sequence<std::variant_size_v<command_body>>{});

} // namespace

TEST(CommandDispatch, GivesEachKindOfEntityItsOwn) {
  const command_body order{cancel_order{}};
  const command_body item{set_stock{}};
  const command_body account{link_order{}};
  const command_body card{ask_provider{}};
  EXPECT_TRUE(takes<order_commands>(order) && takes<item_commands>(item));
  EXPECT_TRUE(takes<account_commands>(account) && takes<card_commands>(card));
  EXPECT_FALSE(takes<order_commands>(item) || takes<item_commands>(order));
  EXPECT_FALSE(takes<account_commands>(card) || takes<card_commands>(account));
}

TEST(CommandDispatch, HasOneReceiverForAllButWhatAPayerGets) {
  for (const auto& what : all) {
    const int receivers = int{takes<order_commands>(what)} + int{takes<item_commands>(what)}
                          + int{takes<account_commands>(what)} + int{takes<card_commands>(what)};
    const bool of_payer =
        std::holds_alternative<authorize>(what) || std::holds_alternative<void_authorization>(what);
    EXPECT_EQ(receivers, of_payer ? 2 : 1) << what.index();
  }
}

TEST(CommandDispatch, HandsOnTheResult) {
  const auto quantity = [](const auto& command) -> std::int64_t {
    if constexpr (requires { command.quantity; })
      return command.quantity;
    else
      return -1;
  };
  EXPECT_EQ(dispatch<item_commands>(command_body{release{{}, 0, 7}}, quantity), 7);
  EXPECT_EQ(dispatch<item_commands>(command_body{set_stock{}}, quantity), -1);
}

} // namespace orderd::actors

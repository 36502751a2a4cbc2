// What people did about an order.
#include "actors/rules/operator_action.hpp"

#include <gtest/gtest.h>

namespace orderd::actors {

TEST(OperatorActions, KeepTheNewest) {
  operator_actions all;
  for (int i = 0; i < static_cast<int>(limits::order_actions_max) + 3; ++i)
    note(all, {i, action_kind::retry, "eve", ""});
  ASSERT_EQ(all.size(), limits::order_actions_max);
  EXPECT_EQ(all.front().at_ms, 3);
  EXPECT_EQ(all.back().at_ms, static_cast<int>(limits::order_actions_max) + 2);
}

} // namespace orderd::actors

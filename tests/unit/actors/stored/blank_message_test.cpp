// Messages that are used again have nothing left in them.
#include "actors/stored/blank_message.hpp"

#include "actors/stored/stored.pb.h"

#include <gtest/gtest.h>

namespace orderd::actors {

TEST(BlankMessage, IsTheSameOneWithoutItsContent) {
  auto& first = blank<stored::v1::item_state>();
  first.set_on_hand(7);
  first.set_recent_commands("x");
  auto& second = blank<stored::v1::item_state>();
  EXPECT_EQ(&first, &second);
  EXPECT_EQ(second.ByteSizeLong(), 0u);
}

} // namespace orderd::actors

#include "actors/rules/order_id.hpp"

#include "actors/rules/kinds.hpp"
#include "runtime/base/slots.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace orderd::actors {

namespace {

constexpr std::int64_t now_ms = 1'700'000'000'123;

} // namespace

TEST(OrderId, IsAUuidOfItsTime) {
  const auto id = make_order_id("ann", now_ms, 0x0123456789abcdef);
  EXPECT_TRUE(is_order_id(id));
  EXPECT_EQ(order_id_time_ms(id), now_ms);
}

TEST(OrderId, LivesInTheSlotOfItsCustomersAccount) {
  for (const auto* customer : {"ann", "bob", "12345"})
    EXPECT_EQ(order_id_slot(make_order_id(customer, now_ms, 99)),
              runtime::hashed_slot(static_cast<std::uint8_t>(kind::account), customer));
}

TEST(OrderId, SpreadsGuestsOverTheSlots) {
  std::set<std::uint16_t> slots;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    slots.insert(order_id_slot(make_order_id("", now_ms, i * 0x9e3779b97f4a7c15)));
  EXPECT_GT(slots.size(), 900u);
}

TEST(OrderId, DiffersInEveryRandomBit) {
  const auto base = make_order_id("ann", now_ms, 0);
  for (int bit = 0; bit < 60; ++bit) {
    EXPECT_NE(make_order_id("ann", now_ms, std::uint64_t{1} << bit), base) << bit;
  }
}

TEST(OrderId, SortsByTime) {
  EXPECT_LT(make_order_id("z", now_ms, ~0ull), make_order_id("a", now_ms + 1, 0));
}

TEST(OrderId, ReadsItsOwnText) {
  const auto id = parse_order_id("01890a5d-ac96-774b-bcce-b302099a8057");
  ASSERT_TRUE(is_order_id(id));
  EXPECT_EQ(order_id_text(id), "01890a5d-ac96-774b-bcce-b302099a8057");
  EXPECT_EQ(parse_order_id("01890A5D-AC96-774B-BCCE-B302099A8057"), id);
}

TEST(OrderId, RefusesTextThatIsNone) {
  for (const auto* text : {"", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577",
                           "01890a5d-ac96-474b-bcce-b302099a8057", "01890a5d-ac96-774b-3cce-b302099a8057",
                           "01890a5dxac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a805g"})
    EXPECT_EQ(parse_order_id(text), "") << text;
}

TEST(OrderId, RefusesBytesThatAreNone) {
  EXPECT_FALSE(is_order_id(""));
  EXPECT_FALSE(is_order_id(std::string(16, '\0')));
  EXPECT_FALSE(is_order_id(make_order_id("", now_ms, 1) + "x"));
}

} // namespace orderd::actors

// Ids of entities: where each kind lives, and how people read them.
#include "actors/entities/entity_ids.hpp"

#include "actors/rules/order_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors {

namespace {

const std::string order = make_order_id("ann", 1'700'000'000'123, 5);

} // namespace

TEST(EntityIds, PutAnOrderItsCardAndItsAccountIntoOneSlot) {
  const auto slot = slot_of(entity_of(kind::account, "ann"));
  EXPECT_EQ(slot_of(entity_of(kind::order, order)), slot);
  EXPECT_EQ(slot_of(entity_of(kind::card, order)), slot);
  EXPECT_NE(slot_of(entity_of(kind::item, "ann")), slot);
}

TEST(EntityIds, AreReadAsTheyAreShown) {
  for (const auto& entity : {entity_of(kind::order, order), entity_of(kind::card, order),
                             entity_of(kind::item, "tea"), entity_of(kind::account, "ann")})
    EXPECT_EQ(parse_readable_key(kind_name(static_cast<kind>(entity.kind())), readable_key(entity)), entity);
  EXPECT_EQ(parse_readable_key("order", "tea"), std::nullopt);
  EXPECT_EQ(parse_readable_key("basket", "tea"), std::nullopt);
  EXPECT_EQ(parse_readable_key("item", ""), std::nullopt);
  EXPECT_EQ(parse_readable_key("item", std::string(41, 'x')), std::nullopt);
}

} // namespace orderd::actors

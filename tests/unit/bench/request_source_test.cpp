#include "tests/bench/request_source.hpp"

#include "actors/rules/order_id.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace orderd::bench {
namespace {

TEST(OrderSource, GivesEveryOrderAnIdOfItsOwn) {
  const auto goods = make_catalogue(mix::uniform);
  order_source first{goods, {}};
  order_source second{goods, {}};
  std::set<std::string> ids;
  for (int n = 0; n < 1'000; ++n)
    for (auto* source : {&first, &second}) {
      const auto& id = source->next()->place_order().order_id();
      EXPECT_TRUE(actors::is_order_id(id));
      EXPECT_TRUE(ids.insert(id).second);
    }
}

TEST(OrderSource, OrdersTheSameWithTheSameSeed) {
  const auto goods = make_catalogue(mix::retail);
  order_source first{goods, {.what = mix::retail}};
  order_source second{goods, {.what = mix::retail}};
  for (int n = 0; n < 100; ++n) {
    auto one = first.next()->place_order();
    auto other = second.next()->place_order();
    one.clear_order_id();
    other.clear_order_id();
    EXPECT_EQ(one.SerializeAsString(), other.SerializeAsString());
  }
}

TEST(OrderSource, BuysOnlyOneSkuInTheHotMix) {
  const auto goods = make_catalogue(mix::hot);
  order_source source{goods, {.what = mix::hot}};
  for (int n = 0; n < 100; ++n) {
    const auto made = source.next();
    ASSERT_EQ(made->place_order().lines_size(), 1);
    EXPECT_EQ(made->place_order().lines(0).sku(), goods.skus.front());
  }
}

TEST(OrderSource, LetsTheGivenShareOfGuestsPayByCard) {
  const auto goods = make_catalogue(mix::uniform);
  order_source source{goods, {.card_share = 0.25}};
  int cards = 0;
  for (int n = 0; n < 4'000; ++n) {
    const auto made = source.next();
    const bool card = made->place_order().payment_method() == v1::CARD;
    EXPECT_EQ(card, made->place_order().customer().empty());
    cards += card ? 1 : 0;
  }
  EXPECT_NEAR(cards, 1'000, 120);
}

TEST(OrderSource, LeavesARequestValidWhenItIsGone) {
  std::shared_ptr<const v1::request> kept;
  const auto goods = make_catalogue(mix::uniform);
  {
    order_source source{goods, {}};
    kept = source.next();
  }
  EXPECT_EQ(kept->place_order().lines_size(), 1);
}

TEST(SetupSource, SetsEverySkuAndEveryAccountOnce) {
  const auto goods = make_catalogue(mix::retail);
  setup_source source{goods};
  std::set<std::string> seen;
  for (std::uint64_t n = 0; n < source.count(); ++n) {
    const auto made = source.next();
    seen.insert(made->has_set_stock() ? "s" + made->set_stock().sku() : "a" + made->set_account().customer());
  }
  EXPECT_EQ(seen.size(), goods.skus.size() + goods.customers.size());
}

} // namespace
} // namespace orderd::bench

#include "cluster/explain/refused_text.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

v1::placement of_line(std::uint32_t lines, std::optional<std::int64_t> available) {
  v1::placement outcome;
  auto& line = *outcome.mutable_refused_line();
  line.set_line(2);
  line.set_sku("ja\x1bm");
  line.set_quantity(5);
  line.set_lines(lines);
  if (available)
    line.set_available(*available);
  return outcome;
}

v1::order of_payment(v1::reject_reason reason, const char* account, std::optional<std::int64_t> available) {
  v1::order order;
  order.set_currency("GBP");
  order.set_reason(reason);
  auto& payment = *order.mutable_refused_payment();
  payment.set_amount_minor(10'050);
  payment.set_account(account);
  payment.set_account_currency("EUR");
  if (available)
    payment.set_available_minor(*available);
  return order;
}

TEST(RefusedText, NamesTheLineWhatItAsksForAndWhatThereWas) {
  EXPECT_EQ(refused_text(of_line(1, 3), "GBP"), "line 2 (SKU ja\\u{001B}m) asks for 5, 3 were available");
  EXPECT_EQ(refused_text(of_line(1, std::nullopt), "GBP"), "line 2 (SKU ja\\u{001B}m) asks for 5");
  EXPECT_EQ(refused_text(of_line(3, 0), "GBP"),
            "line 2 (SKU ja\\u{001B}m), with the other lines of its SKU, asks for 5, 0 were available");
}

TEST(RefusedText, NamesTheAccountAndWhatIsLeftOfItsLimit) {
  EXPECT_EQ(refused_text(of_payment(v1::CREDIT_LIMIT, "ann", 5'000)),
            "account ann was asked for 100.50 GBP, of its limit 50.00 GBP was left");
  EXPECT_EQ(refused_text(of_payment(v1::ITEM_QUARANTINED, "ann", std::nullopt)),
            "account ann was asked for 100.50 GBP");
  EXPECT_EQ(refused_text(of_payment(v1::UNKNOWN_ACCOUNT, "ann", std::nullopt)), "there is no account ann");
  EXPECT_EQ(refused_text(of_payment(v1::CURRENCY_MISMATCH, "ann", 1)),
            "account ann is held in EUR, the order is in GBP");
  EXPECT_EQ(refused_text(of_payment(v1::CARD_DECLINED, "", std::nullopt)),
            "the card was asked for 100.50 GBP");
}

TEST(RefusedText, SaysNothingOfAnAnswerThatNamesNothing) {
  EXPECT_EQ(refused_text(v1::placement{}, "GBP"), "");
  EXPECT_EQ(refused_text(v1::order{}), "");
}

} // namespace
} // namespace orderd::cluster

#include "runtime/base/money_in_doubt.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::runtime {
namespace {

/// "GBP: 2 payments of 300, 7 s"
std::string shown(const money_in_doubt& what) {
  std::string all;
  const auto families = what.Collect();
  for (std::size_t i = 0; !families.empty() && i < families[0].metric.size(); ++i) {
    const auto value = [&](std::size_t family) {
      EXPECT_EQ(families[family].metric.at(i).label.at(0).value, families[0].metric[i].label.at(0).value);
      return std::to_string(static_cast<int>(families[family].metric[i].gauge.value));
    };
    all += families[0].metric[i].label[0].value + ": " + value(0) + " payments of " + value(1) + ", "
           + value(2) + " s; ";
  }
  return all;
}

TEST(MoneyInDoubt, IsSummedOverTheShardsByCurrency) {
  money_in_doubt all;
  EXPECT_EQ(shown(all), "");
  all.show(0, {{"GBP", 1, 100, 2'000}, {"EUR", 1, 50, 1'000}});
  all.show(1, {{"GBP", 2, 200, 7'000}});
  EXPECT_EQ(shown(all), "EUR: 1 payments of 50, 1 s; GBP: 3 payments of 300, 7 s; ");
}

TEST(MoneyInDoubt, IsZeroOfACurrencyOfWhichNothingIsLeft) {
  money_in_doubt all;
  all.show(0, {{"GBP", 1, 100, 2'000}});
  all.show(0, {});
  EXPECT_EQ(shown(all), "GBP: 0 payments of 0, 0 s; ");
  EXPECT_EQ(all.total(), (std::vector<doubt_sum>{{"GBP", 0, 0, 0}}));
}

} // namespace
} // namespace orderd::runtime

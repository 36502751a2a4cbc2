#include "cluster/retail/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace orderd::cluster {
namespace {

TEST(Decimal, ReadsTheSameNumberHoweverManyZerosFollow) {
  EXPECT_EQ(parse_decimal("2.1"), (decimal{21, 1}));
  EXPECT_EQ(parse_decimal("2.10"), (decimal{21, 1}));
  EXPECT_EQ(parse_decimal("2.100"), (decimal{21, 1}));
  EXPECT_EQ(parse_decimal("2"), (decimal{2, 0}));
  EXPECT_EQ(parse_decimal("2.0"), (decimal{2, 0}));
  EXPECT_EQ(parse_decimal("20.000"), (decimal{20, 0}));
  EXPECT_EQ(parse_decimal("0.001"), (decimal{1, 3}));
  EXPECT_EQ(parse_decimal("-53594.36"), (decimal{-5359436, 2}));
  EXPECT_EQ(parse_decimal("999999999999999999"), (decimal{999'999'999'999'999'999, 0}));
}

TEST(Decimal, RefusesWhatIsNoPlainDecimal) {
  for (const auto* text : {"", "-", ".", "1.", ".5", "+1", " 1", "1 ", "1e3", "1,000", "0x1", "1.2.3", "abc",
                           "1.x0", "--1", "1000000000000000000", "0.1234567890123456789", "NaN"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, BecomesUnitsOnlyWhenItIsAWholeNumberOfThem) {
  EXPECT_EQ(as_units({21, 1}, 2), 210);
  EXPECT_EQ(as_units({5, 2}, 2), 5);
  EXPECT_EQ(as_units({1, 3}, 2), std::nullopt);
  EXPECT_EQ(as_units({7, 0}, 0), 7);
  EXPECT_EQ(as_units({999'999'999'999'999'999, 0}, 2), std::nullopt);
}

TEST(Decimal, MultipliesAndRoundsDownExactly) {
  EXPECT_EQ(floor_times({8, 1}, 10), 8);
  EXPECT_EQ(floor_times({8, 1}, 11), 8);
  EXPECT_EQ(floor_times({8, 1}, 60'141), 48'112);
  EXPECT_EQ(floor_times({1, 0}, 60'141), 60'141);
  EXPECT_EQ(floor_times({0, 0}, 60'141), 0);
  // 0.29 * 100 is 28.999... in binary floating point.
  EXPECT_EQ(floor_times({29, 2}, 100), 29);
  EXPECT_EQ(floor_times({333'333'333'333'333'333, 18}, 3'000'000'000'000'000'000), 999'999'999'999'999'999);
}

TEST(Decimal, RefusesAProductThatDoesNotFitOrANegativeFactor) {
  EXPECT_EQ(floor_times({2, 0}, std::numeric_limits<std::int64_t>::max()), std::nullopt);
  EXPECT_EQ(floor_times({-1, 0}, 1), std::nullopt);
}

TEST(Decimal, PrintsMinorUnitsWithThePlacesOfTheCurrency) {
  EXPECT_EQ(format_minor(1234, 2), "12.34");
  EXPECT_EQ(format_minor(5, 2), "0.05");
  EXPECT_EQ(format_minor(-5, 2), "-0.05");
  EXPECT_EQ(format_minor(0, 2), "0.00");
  EXPECT_EQ(format_minor(7, 0), "7");
  EXPECT_EQ(format_minor("19999979999980000020", 3), "19999979999980000.020");
  EXPECT_EQ(format_minor(std::numeric_limits<std::int64_t>::min(), 2), "-92233720368547758.08");
  EXPECT_EQ(format_money(1'030'589'201, "GBP"), "10305892.01 GBP");
  EXPECT_EQ(format_money(500, "JPY"), "500 JPY");
  EXPECT_EQ(format_money(1234, "KWD"), "1.234 KWD");
  EXPECT_EQ(format_money(1234, "CLF"), "0.1234 CLF");
  EXPECT_EQ(format_money(1234, "QQQ"), "12.34 QQQ") << "of an earlier version";
}

} // namespace
} // namespace orderd::cluster

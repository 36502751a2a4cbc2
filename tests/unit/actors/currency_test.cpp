// The table of ISO 4217.
#include "actors/currency.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors {
namespace {

struct places {
  const char* code;
  std::optional<unsigned> of;
};

TEST(Currency, HasThePlacesOfTheStandard) {
  for (const auto& row :
       {places{"GBP", 2}, places{"AED", 2}, places{"ZWL", 2}, places{"EUR", 2}, places{"MGA", 2},
        places{"JPY", 0}, places{"ISK", 0}, places{"UYI", 0}, places{"XPF", 0}, places{"KWD", 3},
        places{"BHD", 3}, places{"TND", 3}, places{"CLF", 4}, places{"UYW", 4}})
    EXPECT_EQ(currency_places(row.code), row.of) << row.code;
}

TEST(Currency, KnowsNoOtherCode) {
  using namespace std::string_literals;
  for (const auto& code : {""s, "G"s, "GB"s, "GBPX"s, "gbp"s, "Gbp"s, "QQQ"s, "AAA"s, "ZZZ"s, "DEM"s, "XAU"s,
                           "XTS"s, "XDR"s, " GBP"s, "GBP "s, "G\0P"s, "GBP\0"s, "\xff\xff\xff"s})
    EXPECT_FALSE(currency_places(code)) << code;
}

TEST(Currency, ShowsWhatIsStoredInAnUnknownOneWithTwoPlaces) {
  EXPECT_EQ(places_shown("KWD"), 3u);
  EXPECT_EQ(places_shown("CLF"), 4u);
  EXPECT_EQ(places_shown("QQQ"), 2u);
  EXPECT_EQ(places_shown(""), 2u);
}

} // namespace
} // namespace orderd::actors

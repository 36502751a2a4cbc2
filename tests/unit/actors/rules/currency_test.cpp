// The table of ISO 4217.
#include "actors/rules/currency.hpp"

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
       {places{"GBP", 2}, places{"AED", 2}, places{"ZWG", 2}, places{"XAD", 2}, places{"SLE", 2},
        places{"XCG", 2}, places{"EUR", 2}, places{"MGA", 2}, places{"JPY", 0}, places{"ISK", 0},
        places{"UYI", 0}, places{"XPF", 0}, places{"KWD", 3}, places{"BHD", 3}, places{"TND", 3},
        places{"CLF", 4}, places{"UYW", 4}})
    EXPECT_EQ(currency_places(row.code), row.of) << row.code;
}

TEST(Currency, KnowsNoOtherCode) {
  using namespace std::string_literals;
  for (const auto& code : {""s,     "G"s,    "GB"s,    "GBPX"s,        "gbp"s, "Gbp"s, "QQQ"s,
                           "AAA"s,  "ZZZ"s,  "DEM"s,   "XAU"s,         "XTS"s, "XDR"s, std::string(3, 'X'),
                           "XAG"s,  "XPT"s,  "XPD"s,   "XBA"s,         "XBD"s, "XSU"s, "XUA"s,
                           "ANG"s,  "BGN"s,  "CUC"s,   "HRK"s,         "SLL"s, "ZWL"s, " GBP"s,
                           "GBP "s, "G\0P"s, "GBP\0"s, "\xff\xff\xff"s})
    EXPECT_FALSE(currency_places(code)) << code;
}

TEST(Currency, SaysWhyACodeThatLooksLikeOneIsRefused) {
  const std::string rule{currency_rule};
  EXPECT_EQ(currency_limit("QQQ"), rule);
  EXPECT_EQ(currency_limit("XAU"), rule + "; XAU has no minor unit, so no amount of it can be counted");
  const std::string none(3, 'X');
  EXPECT_EQ(currency_limit(none),
            rule + "; " + none + " has no minor unit, so no amount of it can be counted");
  EXPECT_EQ(currency_limit("BGN"), rule + "; BGN was withdrawn in 2026-01");
}

TEST(Currency, ShowsWhatIsStoredInAnUnknownOneWithTwoPlaces) {
  EXPECT_EQ(places_shown("KWD"), 3u);
  EXPECT_EQ(places_shown("CLF"), 4u);
  EXPECT_EQ(places_shown("QQQ"), 2u);
  EXPECT_EQ(places_shown(""), 2u);
}

} // namespace
} // namespace orderd::actors

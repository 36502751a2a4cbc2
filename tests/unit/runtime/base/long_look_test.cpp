#include "runtime/base/long_look.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

constexpr auto gib = std::uint64_t{1} << 30;

TEST(LongLook, SaysHowFarItIsEachTenSeconds) {
  long_look look{4 * gib, 1'000};
  EXPECT_TRUE(look.is_long());
  EXPECT_EQ(look.reached(gib, 10'999), std::nullopt);
  EXPECT_EQ(look.reached(gib, 11'000), 25u);
  EXPECT_EQ(look.reached(2 * gib, 20'999), std::nullopt);
  EXPECT_EQ(look.reached(3 * gib - 1, 50'000), 74u);
  EXPECT_EQ(look.reached(4 * gib, 90'000), std::nullopt) << "it is over";
}

TEST(LongLook, SaysNothingOfLittle) {
  long_look look{gib - 1, 0};
  EXPECT_FALSE(look.is_long());
  EXPECT_EQ(look.reached(gib / 2, 1'000'000), std::nullopt);
}

TEST(LongLook, IsShownInTheLog) {
  testing::internal::CaptureStderr();
  shown_look{"looks through every page", "/data/state", 3 * gib}.reached(gib);
  shown_look{"looks through every page", "/data/state", gib - 1}.reached(gib);
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("event=start_looks folder=/data/state mib=3072 text=\"looks through every page\"\n"),
            std::string::npos)
      << said;
  EXPECT_EQ(said.find('\n'), said.size() - 1) << "one line: " << said;
}

} // namespace
} // namespace orderd::runtime

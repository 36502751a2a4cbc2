#include "runtime/entity/restart_policy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace orderd::runtime {
namespace {

std::vector<std::optional<std::int64_t>> delays(std::uint32_t restarts_max, std::uint32_t failures) {
  const restart_policy policy{restarts_max};
  std::vector<std::optional<std::int64_t>> all;
  for (std::uint32_t n = 1; n <= failures; ++n)
    all.push_back(policy.delay_ms(n));
  return all;
}

TEST(RestartPolicy, RetriesAtOnceThenTenTimesLaterEachTime) {
  EXPECT_EQ(delays(3, 3), (std::vector<std::optional<std::int64_t>>{0, 10, 100}));
}

TEST(RestartPolicy, GivesUpAfterItsRestarts) {
  EXPECT_EQ(delays(3, 5).at(3), std::nullopt);
  EXPECT_EQ(delays(3, 5).at(4), std::nullopt);
}

TEST(RestartPolicy, WithoutRestartsGivesUpAtTheFirstFailure) {
  EXPECT_EQ(delays(0, 1).at(0), std::nullopt);
}

TEST(RestartPolicy, NeverWaitsLongerThanTenSeconds) {
  const auto all = delays(100, 100);
  for (std::size_t n = 4; n < all.size(); ++n)
    EXPECT_EQ(all[n], 10'000) << "failure " << n + 1;
}

} // namespace
} // namespace orderd::runtime

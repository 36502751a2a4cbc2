// When each status of an order began, in few bytes.
#include "actors/rules/status_times.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace orderd::actors {

namespace {

using times = std::vector<std::int64_t>;

/// Statuses that begin at these times; the first when the order is placed.
status_times of(const times& since_placed) {
  status_times made;
  for (std::size_t place = 1; place < since_placed.size(); ++place)
    made.begin(place, since_placed[place]);
  return made;
}

} // namespace

TEST(StatusTimes, AreKeptInAsFewBytesAsTheyNeed) {
  struct sample {
    times since_placed;
    std::size_t bytes;
  };
  const sample samples[]{{{0}, 0},
                         {{0, 0, 0, 0}, 0},
                         {{0, 5, 5, 5}, 1},
                         {{0, 0, 0, 7}, 3},
                         {{0, 3, 130, 131}, 3},
                         {{0, 0, 127, 255, 30'255}, 7},
                         {{0, 86'400'000, 86'400'000, 86'400'001}, 6}};
  for (const auto& [since_placed, bytes] : samples) {
    const auto made = of(since_placed);
    EXPECT_EQ(made.stored().size(), bytes);
    const auto read = status_times::parse(made.stored(), since_placed.size());
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, made);
    EXPECT_EQ(read->since_placed_ms(since_placed.size()), since_placed);
  }
}

TEST(StatusTimes, GoOnAfterTheyWereRead) {
  auto read = *status_times::parse(of({0, 0, 40}).stored(), 3);
  read.begin(3, 40);
  read.begin(4, 1'000);
  EXPECT_EQ(read.since_placed_ms(5), (times{0, 0, 40, 40, 1'000}));
}

TEST(StatusTimes, NeverFall) {
  EXPECT_EQ(of({0, 50, 20, 60}).since_placed_ms(4), (times{0, 50, 50, 60}));
  EXPECT_EQ(of({0, -5}).since_placed_ms(2), (times{0, 0}));
  EXPECT_TRUE(status_times::parse(of({0, std::numeric_limits<std::int64_t>::max()}).stored(), 2));
}

TEST(StatusTimes, RefuseWhatIsNone) {
  EXPECT_TRUE(status_times::parse("", 0));
  EXPECT_FALSE(status_times::parse(std::string(1, '\x05'), 1)) << "the first has no gap";
  EXPECT_FALSE(status_times::parse(std::string(3, '\x05'), 3));
  EXPECT_FALSE(status_times::parse("\xff", 3)) << "half a number";
  EXPECT_FALSE(status_times::parse(std::string(8, '\xff') + '\x01', 3)) << "longer than anything lives";
}

} // namespace orderd::actors

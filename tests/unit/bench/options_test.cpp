#include "tests/bench/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::bench {
namespace {

std::variant<bench_options, int> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "orderbench");
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, RunsAClosedLoopUnlessToldOtherwise) {
  const auto options = std::get<bench_options>(parse({}));
  EXPECT_EQ(options.rate_per_s, 0);
  EXPECT_EQ(options.window, 2'000u);
  EXPECT_TRUE(options.setup);
}

TEST(Options, ReadsAnOpenLoop) {
  const auto options = std::get<bench_options>(
      parse({"--mix", "retail", "--rate", "36000", "--seconds", "60", "--no-setup", "--json"}));
  EXPECT_EQ(options.what, mix::retail);
  EXPECT_EQ(options.rate_per_s, 36'000);
  EXPECT_EQ(options.seconds, 60);
  EXPECT_FALSE(options.setup);
  EXPECT_TRUE(options.json);
}

TEST(Options, RefusesBothLoopsAtOnce) {
  EXPECT_EQ(std::get<int>(parse({"--rate", "10", "--window", "10"})), exit_usage);
}

TEST(Options, RefusesAMixThatIsNone) {
  EXPECT_EQ(std::get<int>(parse({"--mix", "cold"})), exit_usage);
}

} // namespace
} // namespace orderd::bench

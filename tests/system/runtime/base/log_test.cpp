#include "runtime/base/log.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace orderd::runtime::log {
namespace {

TEST(Log, KeepsLinesOfThreadsThatWriteTogetherWhole) {
  constexpr int threads = 4;
  constexpr int lines = 200;
  const std::string text(200, 'x');
  ::testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < threads; ++i)
      writers.emplace_back([&text] {
        for (int n = 0; n < lines; ++n)
          info("a", "b", {{"n", n}}, text); // of warnings most would be left out
      });
    for (int n = 0; n < lines; ++n) // the level is changed while others write
      set_level(n % 2 == 0 ? level::info : level::debug);
  }
  set_level(level::info);
  std::istringstream seen{::testing::internal::GetCapturedStderr()};
  int whole = 0;
  for (std::string line; std::getline(seen, line); ++whole) {
    EXPECT_TRUE(line.starts_with("time=")) << line;
    EXPECT_TRUE(line.ends_with(" text=" + text)) << line;
  }
  EXPECT_EQ(whole, threads * lines);
}

} // namespace
} // namespace orderd::runtime::log

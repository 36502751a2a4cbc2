#include "cluster/orderctl/ctl_progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace orderd::cluster {
namespace {

TEST(Progress, ShowsShareCountAndRate) {
  EXPECT_EQ(progress_text("placing", 50, 200, 2),
            "placing [#######.......................]  25 %  50 of 200  25/s");
  EXPECT_EQ(progress_text("placing", 0, 200, 0), "placing [..............................]   0 %  0 of 200");
  EXPECT_EQ(progress_text("placing", 0, 0, 0), "placing [##############################] 100 %  0 of 0");
}

TEST(Progress, DrawsAtOnceAndThenWaitsBeforeItDrawsAgain) {
  std::ostringstream out;
  progress bar{&out, "placing", 1'000'000};
  for (std::uint64_t i = 1; i <= 1'000; ++i)
    bar.advance(i);
  const auto drawn = out.str();
  EXPECT_NE(drawn.find("1 of 1000000"), std::string::npos);
  EXPECT_EQ(drawn.find(" 2 of 1000000"), std::string::npos);
}

TEST(Progress, DrawsNothingWithoutATerminal) {
  progress bar{nullptr, "placing", 10};
  bar.advance(5);
  bar.finish();
}

} // namespace
} // namespace orderd::cluster

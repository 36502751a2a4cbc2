#include "cluster/orderctl/tar_gz.hpp"

#include "tests/unit/cluster/orderctl/read_tar.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace orderd::cluster {
namespace {

TEST(TarGz, IsReadAsItWasWritten) {
  std::ostringstream out;
  const std::string large(300'000, 'x');
  const auto long_name = "folder/" + std::string(150, 'n');
  {
    tar_gz made{out, 1'259'653'500'000};
    EXPECT_TRUE(made.add("folder/a.txt", "a\n"));
    EXPECT_TRUE(made.add("folder/empty", ""));
    EXPECT_TRUE(made.add(long_name, large));
    EXPECT_TRUE(made.finish());
  }
  EXPECT_LT(out.str().size(), 10'000u) << "it is compressed";
  EXPECT_EQ(test::read_tar(out.str()),
            (std::map<std::string, std::string>{
                {"folder/a.txt", "a\n"}, {"folder/empty", ""}, {long_name, large}}));
}

TEST(TarGz, SaysThatTheStreamFailed) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  tar_gz made{out, 0};
  static_cast<void>(made.add("a", std::string(100, 'x')));
  EXPECT_FALSE(made.finish());
  EXPECT_FALSE(made.add("b", ""));
}

} // namespace
} // namespace orderd::cluster

// A list of a command takes the place of the last one only when it is whole.
#include "cluster/orderctl/output_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

namespace orderd::cluster {
namespace {

std::string content_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(OutputFile, TakesThePlaceOfTheLastOneOnlyWhenItIsKept) {
  const orderd::test::temporary_folder folder;
  const auto name = folder.path() + "/list.csv";
  std::ofstream{name} << "of before";
  {
    output_file cut_off{name};
    cut_off.stream() << "half";
    EXPECT_TRUE(cut_off.flush());
  }
  EXPECT_EQ(content_of(name), "of before");
  EXPECT_EQ(content_of(unfinished_path(name)), "half");
  output_file whole{name};
  whole.stream() << "all";
  EXPECT_TRUE(whole.keep());
  EXPECT_EQ(content_of(name), "all");
}

TEST(OutputFile, KnowsWhyItCannotBeWritten) {
  const orderd::test::temporary_folder folder;
  output_file nowhere{folder.path() + "/none/list.csv"};
  EXPECT_FALSE(nowhere.flush());
  EXPECT_EQ(nowhere.error(), ENOENT);
  output_file full{"/dev/full"};
  full.stream() << "all";
  EXPECT_FALSE(full.flush());
  EXPECT_EQ(full.error(), ENOSPC);
}

/// More than the stream's buffer: it fails while it is filled.
TEST(OutputFile, KnowsWhyMuchCannotBeWritten) {
  output_file full{"/dev/full"};
  full.stream() << std::string(100 << 10, 'x');
  EXPECT_FALSE(full.flush());
  EXPECT_EQ(full.error(), ENOSPC);
  EXPECT_FALSE(full.keep());
}

/// A shell has opened it already, and others write to it too.
TEST(OutputFile, WritesToADeviceWhateverFileIsBehindIt) {
  for (const auto* const name : {"/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    EXPECT_EQ(unfinished_path(name), name);
}

} // namespace
} // namespace orderd::cluster

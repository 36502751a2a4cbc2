// Writes that the operating system cuts short: the rest is written too, or the reason comes out.
#include "runtime/lmdb/lmdb_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace orderd::runtime::lmdb {
namespace {

class WriteParts : public testing::Test {
protected:
  void SetUp() override {
    file_ = ::open(path().c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_GE(file_, 0);
  }
  void TearDown() override { ::close(file_); }

  std::string path() const { return folder_.path() + "/file"; }
  ssize_t write(std::string first, std::string second, off_t at) {
    const std::array<iovec, 2> parts{{{first.data(), first.size()}, {second.data(), second.size()}}};
    return write_parts(file_, parts, at);
  }
  std::string written() const {
    std::ifstream in{path(), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  test::temporary_folder folder_;
  int file_ = -1;
};

TEST_F(WriteParts, WritesAllOneBehindTheOther) {
  EXPECT_EQ(write("abc", "defg", 0), 7);
  EXPECT_EQ(write("XY", "Z", 2), 3);
  EXPECT_EQ(written(), "abXYZfg");
}

/// A limit of the file's size cuts a write short, as a full disk does, and names itself when asked again.
TEST_F(WriteParts, SaysWhyAWriteWasShort) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit all{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &all), 0);
  const rlimit few{5, all.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &few), 0);
  errno = 0;
  const auto done = write("abc", "defg", 0);
  const auto why = errno;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &all), 0);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(done, -1);
  EXPECT_EQ(why, EFBIG);
  EXPECT_EQ(written(), "abcde");
}

} // namespace
} // namespace orderd::runtime::lmdb

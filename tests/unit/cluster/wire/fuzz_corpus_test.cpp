// What the fuzzers (tests/fuzz/) have found interesting, once more, in every build.
#include "tests/support/fuzz_entries.hpp"
#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace orderd::testing {
namespace {

/// Calls `entry` with each file of a corpus; returns how many there were.
template <class Entry>
std::size_t run_corpus(const char* name, Entry entry) {
  std::size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator{test::source_dir() + "/tests/fuzz/corpus/" + name}) {
    std::ifstream in{file.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_NO_THROW(entry(bytes)) << file.path();
    ++count;
  }
  return count;
}

TEST(FuzzCorpus, FramesKeepTheirPromises) {
  EXPECT_GE(run_corpus("frame", fuzz_frames), 20u);
}

TEST(FuzzCorpus, RequestsKeepTheirPromises) {
  EXPECT_GE(run_corpus("request", fuzz_request), 20u);
}

} // namespace
} // namespace orderd::testing

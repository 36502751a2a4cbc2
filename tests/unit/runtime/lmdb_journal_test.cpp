// What only the journal in LMDB has: chunks, and a file that stops growing.
#include "runtime/lmdb_journal.hpp"

#include "tests/support/storage_harness.hpp"

#include <filesystem>

namespace orderd::test {
namespace {

using namespace runtime;

std::unique_ptr<lmdb_journal> open_empty(const temporary_folder& folder) {
  auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  EXPECT_TRUE(journal);
  EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
  return *std::move(journal);
}

epoch_ptr sized(std::uint64_t number, std::size_t bytes) {
  return make_epoch(0, number,
                    {write(table::state, "k", std::string(bytes, static_cast<char>('a' + number % 26)))});
}

TEST(LmdbJournal, PutsRecordsOfAnySizeTogetherAgain) {
  const temporary_folder folder;
  std::vector<epoch_ptr> epochs;
  for (const std::size_t around : {0u, 16'368u, 32'736u, 1u << 20})
    for (std::size_t bytes = around < 40 ? 0 : around - 40; bytes < around + 3; ++bytes)
      epochs.push_back(sized(epochs.size() + 1, bytes));
  EXPECT_TRUE(append(*open_empty(folder), epochs));

  auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  std::size_t seen = 0;
  EXPECT_TRUE((*journal)->replay([&](const epoch_ptr& next) {
    EXPECT_EQ(next->writes.front().value, epochs[seen]->writes.front().value);
    ++seen;
    return result<void>{};
  }));
  EXPECT_EQ(seen, epochs.size());
}

TEST(LmdbJournal, StopsGrowingWhenItIsTrimmed) {
  const temporary_folder folder;
  auto journal = open_empty(folder);
  std::uint64_t settled_bytes = 0;
  for (std::uint64_t number = 1; number <= 600; ++number) {
    EXPECT_TRUE(append(*journal, {sized(number, 1'000 + number * 7'919 % 40'000)}));
    if (number % 20 == 0) // as an applier does: much at a time, some way behind
      journal->trim(0, number - 10);
    if (number == 200)
      settled_bytes = std::filesystem::file_size(folder / "data.mdb");
  }
  EXPECT_LE(std::filesystem::file_size(folder / "data.mdb"), settled_bytes * 5 / 4);
  EXPECT_LT(journal->size_bytes(), 50u * 41'000);
}

TEST(LmdbJournal, MustBeReplayedBeforeItIsAppendedTo) {
  const temporary_folder folder;
  auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  EXPECT_THROW((void)append(**journal, {sized(1, 1)}), bug);
}

TEST(LmdbJournal, AllocatesItsFileInAdvanceWhenAsked) {
  const temporary_folder folder;
  {
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 3u << 20});
    ASSERT_TRUE(journal);
    EXPECT_EQ(std::filesystem::file_size(folder / "data.mdb"), 3u << 20);
    EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
    EXPECT_TRUE(append(**journal, {sized(1, 10'000)}));
  }
  auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 3u << 20});
  int seen = 0;
  EXPECT_TRUE((*journal)->replay([&](const epoch_ptr&) {
    ++seen;
    return result<void>{};
  }));
  EXPECT_EQ(seen, 1);
}

} // namespace
} // namespace orderd::test

// What only the journal in LMDB has: chunks, and a file that stops growing.
#include "runtime/lmdb_journal.hpp"

#include "runtime/bytes.hpp"
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

/// Takes a record out of the file, as if it had never been written.
void lose_record(const temporary_folder& folder, std::uint64_t number) {
  auto environment = lmdb::environment::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  auto writing = (*environment)->begin_write();
  const auto chunks = writing->database("", false);
  std::string key;
  append_integer(key, number);
  append_integer(key, std::uint32_t{0});
  {
    auto at = lmdb::cursor::open(*writing, **chunks);
    const auto found = at->seek(MDB_SET, key);
    ASSERT_TRUE(found && *found);
    ASSERT_TRUE(at->erase());
  }
  ASSERT_TRUE(writing->commit());
}

TEST(LmdbJournal, MissesALostRecordAmongThoseThatWereCut) {
  for (std::uint64_t lost = 2; lost <= 4; ++lost) {
    const temporary_folder folder;
    {
      auto journal = open_empty(folder);
      EXPECT_TRUE(append(*journal, {sized(1, 1), sized(2, 40'000), sized(3, 1)}));
      EXPECT_TRUE(
          journal->append(std::vector<journal_entry>{shard_note{0, 1, ""}, sized(2, 1), sized(3, 1)}));
    }
    lose_record(folder, lost);
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
    const auto done = (*journal)->replay([](const epoch_ptr&) { return result<void>{}; });
    ASSERT_FALSE(done) << "record " << lost;
    EXPECT_EQ(done.error().code, fault_code::corrupt);
    EXPECT_EQ(done.error().message, "record " + std::to_string(lost)
                                        + " of the journal is missing; the next is "
                                        + std::to_string(lost + 1));
  }
}

TEST(LmdbJournal, StopsGrowingWithNotesAndCutsToo) {
  const temporary_folder folder;
  auto journal = open_empty(folder);
  std::uint64_t settled_bytes = 0;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const shard_note cut{0, number - 1, std::string(number % 100, 'n')};
    EXPECT_TRUE(
        journal->append(std::vector<journal_entry>{sized(number, 40'000), cut, sized(number, 40'000)}));
    journal->trim(0, number);
    if (number == 100)
      settled_bytes = std::filesystem::file_size(folder / "data.mdb");
  }
  EXPECT_LE(std::filesystem::file_size(folder / "data.mdb"), settled_bytes * 5 / 4);
  EXPECT_EQ(journal->first_epoch(0), 300u);
}

} // namespace
} // namespace orderd::test

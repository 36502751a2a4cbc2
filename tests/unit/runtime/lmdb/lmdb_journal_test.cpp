// What only the journal in LMDB has: chunks, and a file that stops growing.
#include "runtime/lmdb/lmdb_journal.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb_pages.hpp"
#include "tests/support/storage_harness.hpp"

#include <filesystem>
#include <map>
#include <random>

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

/// Marks are told from epochs by their first byte, which in a later chunk of a record may be any.
TEST(LmdbJournal, OpensWhateverAChunkOfItsLastRecordBeginsWith) {
  for (char first = 0; first < 8; ++first) {
    const temporary_folder folder;
    EXPECT_TRUE(append(*open_empty(folder),
                       {make_epoch(0, 1, {write(table::state, "k", std::string(40'000, first))})}));
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
    ASSERT_TRUE(journal) << int{first} << ": " << journal.error().message;
    std::size_t seen = 0;
    EXPECT_TRUE((*journal)->replay([&](const epoch_ptr&) {
      ++seen;
      return result<void>{};
    }));
    EXPECT_EQ(seen, 1u);
  }
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

/// What a replay says: "" when nothing.
std::string replay_fault(lmdb_journal& journal) {
  const auto done = journal.replay([](const epoch_ptr&) { return result<void>{}; });
  EXPECT_TRUE(done || done.error().code == fault_code::corrupt);
  return done ? "" : done.error().message;
}

TEST(LmdbJournal, MissesALostRecordAmongThoseThatWereCut) {
  for (const auto& [lost, next] :
       {std::pair{2, 4}, std::pair{4, 5}}) { // 2 stands for 2 and 3, which were cut
    const temporary_folder folder;
    {
      auto journal = open_empty(folder);
      EXPECT_TRUE(append(*journal, {sized(1, 1), sized(2, 40'000), sized(3, 1)}));
      EXPECT_TRUE(
          journal->append(std::vector<journal_entry>{shard_note{0, 1, ""}, sized(2, 1), sized(3, 1)}));
    }
    lose_record(folder, static_cast<std::uint64_t>(lost));
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
    EXPECT_EQ(replay_fault(**journal), "record " + std::to_string(lost)
                                           + " of the journal is missing; the next is "
                                           + std::to_string(next));
  }
}

epoch_ptr of_shard(std::uint32_t shard, std::uint64_t number, std::size_t bytes) {
  return make_epoch(shard, number, {write(table::state, "k", std::string(bytes, 'v'))});
}

TEST(LmdbJournal, KeepsNothingOfOneShardForWhatMustStayOfAnother) {
  const temporary_folder folder;
  {
    auto journal = open_empty(folder);
    EXPECT_TRUE(append(*journal, {of_shard(1, 1, 100)})); // nobody ever says that it may go
    for (std::uint64_t number = 1; number <= 400; ++number) {
      EXPECT_TRUE(append(*journal, {of_shard(0, number, 20'000)}));
      journal->trim(0, number - 1);
    }
    EXPECT_LT(journal->size_bytes(), 10u * 20'100);
    EXPECT_EQ(journal->used_by(1).bytes, journal->size_bytes() - journal->used_by(0).bytes);
    EXPECT_EQ(journal->trimmed(0).epoch, journal->first_epoch(0) - 1);
    EXPECT_EQ(journal->first_epoch(1), 1u);
  }
  EXPECT_LT(std::filesystem::file_size(folder / "data.mdb"), 2u << 20);
  auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  std::vector<std::uint64_t> seen;
  EXPECT_TRUE((*journal)->replay([&](const epoch_ptr& next) {
    seen.push_back(next->number);
    return result<void>{};
  }));
  EXPECT_EQ(seen.front(), 1u) << "of shard 1";
  EXPECT_EQ(seen.back(), 400u);
  (*journal)->trim(1, 1);
  (*journal)->trim(0, 400);
  EXPECT_TRUE(append(**journal, {of_shard(0, 401, 1), of_shard(1, 2, 1)}));
  EXPECT_EQ((*journal)->first_epoch(1), 2u);
  EXPECT_EQ((*journal)->trimmed(1).epoch, 1u);
}

TEST(LmdbJournal, MissesALostRecordBehindOneThatMustStay) {
  for (const std::uint64_t lost :
       {1, 2, 100, 101}) { // pinned, the mark of those erased, the last but one and one
    const temporary_folder folder;
    std::uint64_t mark_end = 0;
    {
      auto journal = open_empty(folder);
      EXPECT_TRUE(append(*journal, {of_shard(1, 1, 100)}));
      for (std::uint64_t number = 1; number <= 100; ++number) {
        EXPECT_TRUE(append(*journal, {of_shard(0, number, 2'000)}));
        journal->trim(0, number < 90 ? number : 90);
      }
      mark_end = journal->first_epoch(0) + 1; // epochs of shard 0 have records one higher
    }
    ASSERT_EQ(mark_end, 92u);
    lose_record(folder, lost);
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
    ASSERT_TRUE(journal) << journal.error().message;
    const auto said = replay_fault(**journal);
    if (lost == 2 || lost == 100) {
      EXPECT_EQ(said, "record " + std::to_string(lost) + " of the journal is missing; the next is "
                          + std::to_string(lost == 2 ? mark_end : 101));
    }
    if (lost == 1) {
      EXPECT_EQ(said,
                "a record of the journal before 2 is missing: from there on some were erased because of it");
    }
    // The last is missed by the journal's end.
  }
}

TEST(LmdbJournal, OpensWithEveryPageInItsPlaceWhateverWasDone) {
  const temporary_folder folder;
  std::mt19937_64 random{11}; // NOLINT(cert-msc51-cpp): the same each time
  std::map<std::uint32_t, std::uint64_t> last;
  std::string id;
  for (int life = 0; life < 30; ++life) {
    auto journal = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0, life > 0}, id);
    ASSERT_TRUE(journal) << "life " << life << ": " << journal.error().message;
    id = (*journal)->id();
    std::map<std::uint32_t, std::uint64_t> found;
    for (auto [shard, epoch] : last)
      found[shard] = (*journal)->trimmed(shard).epoch;
    ASSERT_TRUE((*journal)->replay([&](const epoch_ptr& next) {
      EXPECT_EQ(next->number, found[next->shard] + 1) << "of shard " << next->shard;
      found[next->shard] = next->number;
      return result<void>{};
    }));
    EXPECT_EQ(found, last);
    for (int step = 0; step < 40; ++step) {
      std::vector<journal_entry> entries;
      for (auto count = random() % 5; count > 0; --count) {
        const auto shard = static_cast<std::uint32_t>(random() % 3);
        if (random() % 8 == 0) {
          const auto keep = std::max(last[shard] - std::min<std::uint64_t>(last[shard], random() % 3),
                                     (*journal)->trimmed(shard).epoch);
          last[shard] = std::min(last[shard], keep);
          entries.emplace_back(shard_note{shard, keep, std::string(random() % 300, 'n')});
        } else {
          entries.emplace_back(of_shard(shard, ++last[shard], random() % (random() % 4 == 0 ? 60'000 : 900)));
        }
      }
      ASSERT_TRUE((*journal)->append(entries));
      const auto shard = static_cast<std::uint32_t>(random() % 3);
      // Shard 2 lags far behind.
      (*journal)->trim(shard,
                       last[shard] - std::min<std::uint64_t>(last[shard], shard == 2 ? 60 : random() % 4));
    }
    journal = fault{};
    const auto sound = lmdb::check_plain_file(folder / "data.mdb");
    ASSERT_TRUE(sound) << sound.error().message;
  }
}

TEST(LmdbJournal, IsFreedWhenItIsFullAndEverythingMayGo) {
  const temporary_folder folder;
  std::uint64_t number = 0;
  {
    auto journal = lmdb_journal::open(folder.path(), {2u << 20, 0, 0});
    EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
    result<void> done;
    while ((done = append(**journal, {sized(number + 1, 50'000)})))
      ++number;
    EXPECT_EQ(done.error().code, fault_code::storage_full);
    EXPECT_GT((*journal)->filled(), 0.9);
  }
  auto journal = lmdb_journal::open(folder.path(), {2u << 20, 0, 0});
  EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
  (*journal)->trim(0, number);
  for (auto more = number + 1; more < number + 100; ++more) {
    const auto done = append(**journal, {sized(more, 50'000)});
    ASSERT_TRUE(done) << done.error().message;
    (*journal)->trim(0, more);
  }
  EXPECT_LT((*journal)->filled(), 0.2);
}

TEST(LmdbJournal, IsFreedWhenABuildBeforeFilledItsWholeMap) {
  const temporary_folder folder;
  {
    auto journal = lmdb_journal::open(folder.path(), {4u << 20, 0, 0});
    EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
    for (std::uint64_t number = 1; number <= 70; ++number)
      ASSERT_TRUE(append(**journal, {sized(number, 50'000)}));
  }
  auto journal = lmdb_journal::open(folder.path(), {3u << 20, 0, 0}); // it holds more than that
  EXPECT_TRUE((*journal)->replay([](const epoch_ptr&) { return result<void>{}; }));
  EXPECT_GT((*journal)->filled(), 1.0);
  (*journal)->trim(0, 70);
  EXPECT_TRUE(append(**journal, {sized(71, 50'000)}));
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

// The journal port's notes, cuts and reads, on every implementation.
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::size_t everything = 1u << 30;

template <class Harness>
class JournalStore : public testing::Test {
protected:
  /// Opens and replays; returns what was there.
  std::vector<std::string> reopen() {
    store_.reset();
    store_ = disk_.open();
    return replayed(*store_);
  }
  journal_store& journal() { return store_->journal(); }

  Harness disk_{2};
  std::unique_ptr<storage> store_;
};
using implementations = testing::Types<lmdb_harness, memory_harness>;
TYPED_TEST_SUITE(JournalStore, implementations);

/// An epoch that says in its row which life it was written in.
epoch_ptr epoch_of(std::uint32_t shard, std::uint64_t number, std::string life = "first") {
  return make_epoch(shard, number, {write(table::state, "life", std::move(life))});
}

/// Epochs as "number of life".
std::vector<std::string> shown(const result<std::vector<epoch_ptr>>& epochs) {
  std::vector<std::string> out;
  EXPECT_TRUE(epochs) << epochs.error().message;
  for (const auto& each : *epochs)
    out.push_back(std::to_string(each->number) + " of " + each->writes.front().value.value_or(""));
  return out;
}

std::map<std::uint32_t, std::string> notes_of(journal_store& journal) {
  const auto notes = journal.notes();
  EXPECT_TRUE(notes) << notes.error().message;
  return notes ? *notes : std::map<std::uint32_t, std::string>{};
}

TYPED_TEST(JournalStore, HasNoNotesAndNoEpochsAtFirst) {
  this->reopen();
  EXPECT_THAT(notes_of(this->journal()), IsEmpty());
  EXPECT_THAT(shown(this->journal().read(0, 1, everything)), IsEmpty());
  EXPECT_EQ(this->journal().first_epoch(0), 0u);
}

TYPED_TEST(JournalStore, KeepsTheLastNoteOfEachShard) {
  this->reopen();
  const std::string bytes("\0\xff old", 6);
  EXPECT_TRUE(this->journal().append(
      std::vector<journal_entry>{shard_note{0, {}, bytes}, shard_note{1, {}, "other"}}));
  EXPECT_THAT(notes_of(this->journal()), UnorderedElementsAre(Pair(0, bytes), Pair(1, "other")));
  EXPECT_TRUE(this->journal().append(
      std::vector<journal_entry>{shard_note{0, {}, "overwritten"}, shard_note{0, {}, ""}}));
  this->reopen();
  EXPECT_THAT(notes_of(this->journal()), UnorderedElementsAre(Pair(0, ""), Pair(1, "other")));
}

TYPED_TEST(JournalStore, ReplaysEpochsOnlyWhereThereAreNotes) {
  this->reopen();
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{
      shard_note{1, {}, std::string(3'000, 'n')}, epoch_of(0, 1), shard_note{0, {}, "n"}, epoch_of(0, 2)}));
  EXPECT_THAT(this->reopen(), ElementsAre("0/1", "0/2"));
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 3)}));
  EXPECT_THAT(this->reopen(), ElementsAre("0/1", "0/2", "0/3"));
}

TYPED_TEST(JournalStore, CutsTheNewestEpochsOfOneShardOnly) {
  this->reopen();
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 1), epoch_of(1, 1), epoch_of(0, 2), epoch_of(1, 2)}));
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 3), epoch_of(1, 3)}));
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{shard_note{0, 1, "cut"}}));
  EXPECT_THAT(shown(this->journal().read(0, 1, everything)), ElementsAre("1 of first"));
  EXPECT_THAT(shown(this->journal().read(0, 2, everything)), IsEmpty());
  EXPECT_THAT(this->reopen(), ElementsAre("0/1", "1/1", "1/2", "1/3"));
  EXPECT_THAT(shown(this->journal().read(1, 1, everything)),
              ElementsAre("1 of first", "2 of first", "3 of first"));
}

TYPED_TEST(JournalStore, GoesOnBehindACutWithOtherEpochs) {
  this->reopen();
  const std::string large(100'000, 'x');
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 1), epoch_of(0, 2, large), epoch_of(1, 1)}));
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{
      epoch_of(0, 3), shard_note{0, 1, "cut"}, epoch_of(0, 2, "second"), epoch_of(0, 3, "second")}));
  for (const bool again : {false, true}) {
    EXPECT_THAT(shown(this->journal().read(0, 1, everything)),
                ElementsAre("1 of first", "2 of second", "3 of second"));
    if (!again) {
      EXPECT_THAT(this->reopen(), ElementsAre("0/1", "1/1", "0/2", "0/3"));
    }
  }
}

TYPED_TEST(JournalStore, CutsNothingThatIsToBeKept) {
  this->reopen();
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 1), epoch_of(0, 2)}));
  const auto bytes = this->journal().size_bytes();
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{shard_note{0, 2, ""}, shard_note{1, 0, ""}}));
  EXPECT_EQ(this->journal().size_bytes(), bytes);
  EXPECT_THAT(this->reopen(), ElementsAre("0/1", "0/2"));
}

TYPED_TEST(JournalStore, BeginsAnywhereAfterEverythingWasCut) {
  this->reopen();
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 1), epoch_of(0, 2)}));
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{shard_note{0, 0, "copying"}}));
  EXPECT_EQ(this->journal().first_epoch(0), 0u);
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 71, "copied")}));
  EXPECT_EQ(this->journal().first_epoch(0), 71u);
  EXPECT_THAT(this->reopen(), ElementsAre("0/71"));
  EXPECT_EQ(this->journal().first_epoch(0), 71u);
}

TYPED_TEST(JournalStore, TrimsPastWhatWasCut) {
  this->reopen();
  EXPECT_TRUE(append(this->journal(), {epoch_of(1, 1), epoch_of(0, 1), epoch_of(1, 2), epoch_of(0, 2)}));
  EXPECT_TRUE(this->journal().append(std::vector<journal_entry>{shard_note{0, 0, ""}}));
  EXPECT_THAT(this->reopen(), ElementsAre("1/1", "1/2"));
  this->journal().trim(1, 2);
  EXPECT_TRUE(append(this->journal(), {epoch_of(1, 3)}));
  EXPECT_TRUE(append(this->journal(), {epoch_of(1, 4)}));
  EXPECT_EQ(this->journal().first_epoch(1), 3u);
  EXPECT_THAT(this->reopen(), ElementsAre("1/3", "1/4"));
}

TYPED_TEST(JournalStore, ForgetsWithACutWhatItWasToTrim) {
  this->reopen();
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 1), epoch_of(0, 2), epoch_of(0, 3)}));
  this->journal().trim(0, 3);
  EXPECT_TRUE(
      this->journal().append(std::vector<journal_entry>{shard_note{0, 1, ""}, epoch_of(0, 2, "second")}));
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 3, "second")}));
  EXPECT_THAT(this->reopen(), ElementsAre("0/2", "0/3")) << "the state has the others' epochs 2 and 3";
}

TYPED_TEST(JournalStore, ReadsFromAnEpochOnAndStopsWhenItHasEnough) {
  this->reopen();
  const std::string value(10'000, 'v');
  for (std::uint64_t number = 1; number <= 6; ++number)
    EXPECT_TRUE(append(this->journal(), {epoch_of(0, number, value), epoch_of(1, number)}));
  const auto numbers = [&](std::uint64_t first, std::size_t bytes_max) {
    std::vector<std::uint64_t> out;
    const auto read = this->journal().read(0, first, bytes_max);
    for (const auto& each : *read)
      out.push_back(each->number);
    return out;
  };
  EXPECT_THAT(numbers(2, 1), ElementsAre(2)) << "one at least";
  EXPECT_THAT(numbers(2, 25'000), ElementsAre(2, 3, 4));
  EXPECT_THAT(numbers(5, everything), ElementsAre(5, 6));
  EXPECT_THAT(numbers(7, everything), IsEmpty());
  this->journal().trim(0, 3);
  this->journal().trim(1, 3);
  EXPECT_TRUE(append(this->journal(), {epoch_of(0, 7, std::string(30'000, 'v'))}));
  EXPECT_EQ(this->journal().first_epoch(0), 4u);
  EXPECT_THAT(numbers(3, everything), IsEmpty()) << "it is trimmed";
  EXPECT_THAT(numbers(4, everything), ElementsAre(4, 5, 6, 7));
}

TYPED_TEST(JournalStore, MustBeReplayedFirst) {
  auto store = this->disk_.open();
  EXPECT_THROW((void)store->journal().notes(), bug);
  EXPECT_THROW((void)store->journal().read(0, 1, everything), bug);
  EXPECT_THROW((void)store->journal().append(std::vector<journal_entry>{shard_note{}}), bug);
}

} // namespace
} // namespace orderd::test

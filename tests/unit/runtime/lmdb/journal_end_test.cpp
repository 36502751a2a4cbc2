// journal/end: what it proves of a journal, and that it is read with one slot damaged, never with both.
#include "runtime/lmdb/journal_end.hpp"

#include "tests/support/damage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

const std::string id(32, 'a');

class JournalEnd : public testing::Test {
protected:
  JournalEnd() { EXPECT_TRUE(journal_end::create(file_, id, {10, 7, 100})); }

  std::unique_ptr<journal_end> open() const {
    auto out = journal_end::open(file_);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : nullptr;
  }
  std::string refused(const journal_position& found, const std::string& journal = id) const {
    const auto fits = open()->check(journal, found);
    return fits ? "" : fits.error().message;
  }

  temporary_folder folder_;
  std::string file_ = folder_ / "end";
};

TEST_F(JournalEnd, SaysWhereTheJournalStands) {
  EXPECT_EQ(open()->last(), (journal_position{10, 7, 100}));
  EXPECT_EQ(open()->journal_id(), id);
  ASSERT_TRUE(open()->advance({11, 8, 110}));
  EXPECT_EQ(open()->last(), (journal_position{11, 8, 110}));
  ASSERT_TRUE(open()->advance({12, 8, 120}));
  EXPECT_EQ(open()->last(), (journal_position{12, 8, 120}));
}

TEST_F(JournalEnd, AcceptsAJournalThatIsAsFarOrFurther) {
  EXPECT_EQ(refused({10, 7, 100}), "");
  EXPECT_EQ(refused({11, 7, 110}), "") << "killed between an append and the end's write";
  EXPECT_EQ(refused({400, 300, 5}), "") << "the end was not synced when the power went";
}

TEST_F(JournalEnd, RefusesAnOlderOrAnotherJournal) {
  EXPECT_THAT(refused({9, 7, 90}), HasSubstr("commit 9, but"));
  EXPECT_THAT(refused({10, 6, 100}), HasSubstr("ends with record 6, but"));
  EXPECT_THAT(refused({0, 0, 0}), HasSubstr("Acknowledged orders may be missing"));
  EXPECT_THAT(refused({10, 7, 101}), HasSubstr("is not the one that was written"));
  EXPECT_THAT(refused({10, 7, 100}, std::string(32, 'b')), HasSubstr("is of another one"));
}

TEST_F(JournalEnd, RefusesAnOlderMetaPageWithADamagedNumber) {
  ASSERT_TRUE(open()->advance({11, 7, 110})); // commits of notes only: no new record
  EXPECT_THAT(refused({12, 7, 100}), HasSubstr("an older one with a damaged number"));
  EXPECT_EQ(refused({12, 7, 120}), "");
}

TEST_F(JournalEnd, GoesByTheOtherSlotWhenOneIsTorn) {
  ASSERT_TRUE(open()->advance({11, 8, 110})); // into the second
  {
    const flipped_bit torn{file_, 4096 + 20, 3};
    EXPECT_EQ(open()->last(), (journal_position{10, 7, 100}));
  }
  const flipped_bit torn{file_, 20, 3};
  EXPECT_EQ(open()->last(), (journal_position{11, 8, 110}));
}

TEST_F(JournalEnd, IsRefusedWithoutASoundSlot) {
  for (const auto bytes : {0u, 1u, 60u}) {
    std::filesystem::resize_file(file_, bytes);
    const auto opened = journal_end::open(file_);
    ASSERT_FALSE(opened) << bytes;
    EXPECT_EQ(opened.error().code, fault_code::corrupt);
    EXPECT_THAT(opened.error().message, HasSubstr(file_ + " is damaged"));
  }
  std::filesystem::remove(file_);
  EXPECT_THAT(journal_end::open(file_).error().message, HasSubstr(file_ + " is missing"));
}

TEST_F(JournalEnd, NoFlippedBitMakesItSayMore) {
  ASSERT_TRUE(open()->advance({11, 8, 110}));
  for (std::uint64_t at = 0; at < std::filesystem::file_size(file_); at += at == 80 ? 4'000 : 1)
    for (int bit = 0; bit < 8; bit += 3) {
      const flipped_bit flipped{file_, at, bit};
      const auto end = open();
      EXPECT_LE(end->last().last_record, 8u) << at;
      EXPECT_EQ(end->journal_id(), id) << at;
    }
}

} // namespace
} // namespace orderd::test

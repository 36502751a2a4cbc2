// The stored forms of notes and cuts: golden files, round trips, and every damaged byte found.
#include "runtime/lmdb/journal_records.hpp"

#include "runtime/base/bytes.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

const std::string note = seal_note(3, "promised");
const std::string cut = seal_cut({3, 1'000'001});

TEST(JournalRecords, LookAsTheirGoldenFilesSay) {
  test::expect_golden("runtime/journal_note.hex", to_hex(note) + "\n");
  test::expect_golden("runtime/journal_cut.hex", to_hex(cut) + "\n");
}

TEST(JournalRecords, OfErasedRunsFloorsAndIdsLookAsTheirGoldenFilesSay) {
  test::expect_golden("runtime/journal_erased.hex", to_hex(seal_erased({7, 1'000'001})) + "\n");
  test::expect_golden("runtime/journal_floor.hex", to_hex(seal_floor(3, {1'000'001, 0xabcdef})) + "\n");
  test::expect_golden("runtime/journal_id.hex", to_hex(seal_identity(std::string(32, 'a'))) + "\n");
}

TEST(JournalRecords, OfErasedRunsFloorsAndIdsComeBackOrAreRefused) {
  const auto erased = seal_erased({7, 9});
  const auto floor = seal_floor(3, {5, 6});
  const auto identity = seal_identity(std::string(32, 'a'));
  EXPECT_EQ(open_erased(7, erased)->end, 9u);
  EXPECT_FALSE(open_erased(8, erased)) << "in another place";
  EXPECT_FALSE(open_erased(9, seal_erased({9, 9}))) << "of nothing";
  EXPECT_EQ(*open_floor(3, floor), (trim_floor{5, 6}));
  EXPECT_FALSE(open_floor(2, floor)) << "of another shard";
  EXPECT_EQ(*open_identity(identity), std::string(32, 'a'));
  EXPECT_NE(new_journal_id(), new_journal_id());
  const auto flipped = [](std::string form, std::size_t byte) {
    form[byte] = static_cast<char>(form[byte] ^ 4);
    return form;
  };
  for (std::size_t byte = 0; byte < erased.size(); ++byte)
    EXPECT_FALSE(open_erased(7, flipped(erased, byte))) << byte;
  for (std::size_t byte = 0; byte < floor.size(); ++byte)
    EXPECT_FALSE(open_floor(3, flipped(floor, byte))) << byte;
  for (std::size_t byte = 0; byte < identity.size(); ++byte)
    EXPECT_FALSE(open_identity(flipped(identity, byte))) << byte;
}

TEST(JournalRecords, ComeBackAsTheyWere) {
  const auto empty = seal_note(3, "");
  EXPECT_EQ(*open_note(3, note), "promised");
  EXPECT_EQ(open_note(3, empty)->size(), 0u);
  EXPECT_EQ(open_cut(cut)->shard, 3u);
  EXPECT_EQ(open_cut(cut)->epoch, 1'000'001u);
  EXPECT_TRUE(is_cut(cut));
  EXPECT_FALSE(is_cut(note));
  EXPECT_FALSE(is_cut(""));
}

TEST(JournalRecords, AreRefusedWithAnyBitFlipped) {
  for (std::size_t byte = 0; byte < note.size(); ++byte) {
    auto damaged = note;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    const auto opened = open_note(3, damaged);
    ASSERT_FALSE(opened) << byte;
    EXPECT_EQ(opened.error().code, byte == 0 ? fault_code::unsupported_version : fault_code::corrupt);
  }
  for (std::size_t byte = 0; byte < cut.size(); ++byte) {
    auto damaged = cut;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    EXPECT_FALSE(open_cut(damaged)) << byte;
  }
}

TEST(JournalRecords, AreRefusedWithAnyLengthButTheirs) {
  for (std::size_t length = 0; length < note.size(); ++length)
    EXPECT_FALSE(open_note(3, std::string_view{note}.substr(0, length))) << length;
  for (std::size_t length = 0; length < cut.size(); ++length)
    EXPECT_FALSE(open_cut(std::string_view{cut}.substr(0, length))) << length;
  EXPECT_FALSE(open_cut(cut + "x"));
}

TEST(JournalRecords, RefuseANoteOfAnotherShard) {
  const auto opened = open_note(4, note);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the note of shard 4: it is of shard 3");
}

} // namespace
} // namespace orderd::runtime

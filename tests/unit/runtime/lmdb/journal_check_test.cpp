// What rows of a journal have to be, one behind the other.
#include "runtime/lmdb/journal_check.hpp"

#include "runtime/lmdb/journal_keys.hpp"
#include "runtime/lmdb/journal_records.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;

using rows = std::vector<std::pair<std::string, std::string>>;

std::string key(std::uint64_t record, std::uint32_t chunk = 0) {
  return std::string{chunk_key{record, chunk}.view()};
}

/// A record as the journal cuts it.
void add(rows& to, std::uint64_t number, std::size_t bytes) {
  const auto record =
      encode_epoch(*make_epoch(0, number, {write(table::state, "k", std::string(bytes, 'v'))}));
  for (std::size_t at = 0; at < record.size(); at += chunk_bytes_max)
    to.emplace_back(key(number, static_cast<std::uint32_t>(at / chunk_bytes_max)),
                    record.substr(at, chunk_bytes_max));
}

rows journal() {
  rows out{{key(head_record, 3), seal_note(3, "note")},
           {key(head_record, floor_mark | 3), seal_floor(3, {7, 8})},
           {key(head_record, identity_mark), seal_identity(std::string(journal_id_bytes, 'a'))}};
  add(out, 5, 10);
  out.emplace_back(key(6), seal_erased({6, 9}));
  add(out, 9, 40'000);
  out.emplace_back(key(10), seal_cut({3, 1}));
  add(out, 11, chunk_bytes_max);
  return out;
}

/// "": nothing is wrong.
std::string check(const rows& all, std::string_view after = {}) {
  journal_check look{after};
  for (const auto& [key, value] : all) {
    if (const auto done = look.take(key, value); !done) {
      EXPECT_EQ(done.error().code, fault_code::corrupt);
      return done.error().message;
    }
  }
  const auto done = look.end();
  return done ? "" : done.error().message;
}

TEST(JournalCheck, FindsNothingInWhatAJournalHas) {
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check(journal()), "");
  EXPECT_EQ(check({{key(4), seal_erased({4, 9})}}), "") << "all were erased";
}

TEST(JournalCheck, FindsAFlippedBitInAnyByteOfAnyValue) {
  auto all = journal();
  for (auto& [key, value] : all)
    for (std::size_t at = 0; at < value.size(); at += 1 + value.size() / 40) {
      value[at] = static_cast<char>(value[at] ^ 4);
      EXPECT_NE(check(all), "") << at;
      value[at] = static_cast<char>(value[at] ^ 4);
    }
}

TEST(JournalCheck, MissesEveryRowOfARecordAndEveryMark) {
  const auto all = journal();
  for (std::size_t gone = 4; gone + 1 < all.size(); ++gone) {
    auto fewer = all;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_NE(check(fewer), "") << gone;
  }
}

TEST(JournalCheck, MissesARecordBeforeTheFirstMark) {
  auto all = journal();
  all.erase(all.begin() + 3);
  EXPECT_THAT(check(all), testing::HasSubstr("a record before it is missing"));
}

TEST(JournalCheck, NamesTheRecord) {
  auto all = journal();
  all.back().second.back() ^= 1;
  journal_check look{{}};
  for (const auto& [key, value] : all)
    ASSERT_TRUE(look.take(key, value));
  EXPECT_THAT(look.end().error().message, testing::StartsWith("record 11 of the journal: "));
  EXPECT_EQ(look.bad_record(), 11u);
  EXPECT_EQ(look.first_record(), 5u);
}

TEST(JournalCheck, GoesOnBehindAnyRowAtWhichAnythingBeginsAnew) {
  const auto all = journal();
  for (std::size_t at = 1; at < all.size(); ++at)
    if (journal_check::begins_anew(all[at].first)) {
      EXPECT_EQ(check({all.begin() + static_cast<std::ptrdiff_t>(at) - 1, all.end()}, all[at - 1].first), "")
          << at;
    }
}

/// The row of before is still there, so what follows it must be.
TEST(JournalCheck, MissesWhatFollowedTheRowThatItWentOnFrom) {
  rows all;
  add(all, 5, 40'000);
  add(all, 7, 10);
  EXPECT_THAT(check({all.begin() + 2, all.end()}, key(5, 2)),
              testing::HasSubstr("record 6 of the journal is missing"));
  EXPECT_EQ(check({all.begin() + 3, all.end()}, key(5, 2)), "") << "both were erased";
  const rows run{{key(4), seal_erased({4, 7})}, all.back()};
  EXPECT_EQ(check(run, key(4)), "") << "record 4 was erased, and those behind it";
}

} // namespace
} // namespace orderd::test

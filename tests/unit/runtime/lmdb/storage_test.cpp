// The storage port's contract, on every implementation.
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::ElementsAre;
using testing::IsEmpty;

template <class Harness>
class Storage : public testing::Test {
protected:
  Harness disk{2};
};
using implementations = testing::Types<lmdb_harness, memory_harness>;
TYPED_TEST_SUITE(Storage, implementations);

result<void> append(storage& to, std::vector<epoch_ptr> epochs) {
  return test::append(to.journal(), epochs);
}
result<void> apply(storage& to, std::vector<epoch_ptr> epochs) {
  return to.state(epochs.front()->shard).apply(epochs);
}

/// Keys of a scan, as they come.
std::vector<std::string> keys(storage& from, table in, std::string_view prefix, std::string_view after,
                              bool backwards, std::size_t rows_max = 100) {
  std::vector<std::string> out;
  auto reader = from.state(0).reader();
  const auto done =
      (*reader)->scan(in, prefix, after, backwards,
                      [&](std::string_view key, std::string_view) -> result<state_reader::step> {
                        out.emplace_back(key);
                        return out.size() < rows_max ? state_reader::step::next : state_reader::step::stop;
                      });
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

TYPED_TEST(Storage, BeginsEmpty) {
  auto store = this->disk.open();
  EXPECT_EQ(store->shards(), 2u);
  EXPECT_THAT(replayed(*store), IsEmpty());
  EXPECT_EQ(store->journal().size_bytes(), 0u);
  EXPECT_EQ(store->state(0).applied_epoch(), 0u);
  EXPECT_EQ(store->state(0).applied_term(), 0u);
  EXPECT_EQ(read(store->state(1), {table::state, "a"}), "");
}

TYPED_TEST(Storage, ReplaysWhatWasAppendedInItsOrderAfterReopening) {
  {
    auto store = this->disk.open();
    EXPECT_THAT(replayed(*store), IsEmpty());
    EXPECT_TRUE(append(*store, {make_epoch(0, 1, {}), make_epoch(1, 1, {})}));
    EXPECT_TRUE(append(*store, {make_epoch(1, 2, {}), make_epoch(0, 2, {})}));
  }
  auto store = this->disk.open();
  EXPECT_THAT(replayed(*store), ElementsAre("0/1", "1/1", "1/2", "0/2"));
}

TYPED_TEST(Storage, ReplaysEpochsByteForByte) {
  const std::string large(100'000, 'v');
  {
    auto store = this->disk.open();
    EXPECT_THAT(replayed(*store), IsEmpty());
    EXPECT_TRUE(append(*store, {make_epoch(1, 1,
                                           {write(table::content, std::string("\0\xff", 2), large),
                                            erase(table::timer, "gone"), write(table::state, "empty", "")},
                                           7)}));
  }
  auto store = this->disk.open();
  epoch_ptr seen;
  EXPECT_TRUE(store->journal().replay([&](epoch_ptr next) {
    seen = std::move(next);
    return result<void>{};
  }));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->term, 7u);
  ASSERT_EQ(seen->writes.size(), 3u);
  EXPECT_EQ(seen->writes[0].key, (row_key{table::content, std::string_view("\0\xff", 2)}));
  EXPECT_EQ(seen->writes[0].value, large);
  EXPECT_EQ(seen->writes[1].value, std::nullopt);
  EXPECT_EQ(seen->writes[2].value, "");
}

TYPED_TEST(Storage, StopsReplayAtTheVisitorsFault) {
  {
    auto store = this->disk.open();
    EXPECT_THAT(replayed(*store), IsEmpty());
    EXPECT_TRUE(append(*store, {make_epoch(0, 1, {}), make_epoch(0, 2, {}), make_epoch(0, 3, {})}));
  }
  auto store = this->disk.open();
  int seen = 0;
  const auto done = store->journal().replay([&](const epoch_ptr& next) -> result<void> {
    ++seen;
    return next->number == 2 ? result<void>{fault{fault_code::internal, "enough"}} : result<void>{};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(seen, 2);
}

TYPED_TEST(Storage, TrimsEachShardAsFarAsItAllowsWhateverTheOthersKeep) {
  {
    auto store = this->disk.open();
    EXPECT_THAT(replayed(*store), IsEmpty());
    const auto large = [](std::uint32_t shard, std::uint64_t number) {
      return make_epoch(shard, number, {write(table::state, "key", std::string(4'000, 'x'))});
    };
    EXPECT_TRUE(append(*store, {large(0, 1), large(1, 1), large(0, 2)}));
    const auto all = store->journal().size_bytes();
    store->journal().trim(0, 2);
    EXPECT_TRUE(append(*store, {make_epoch(0, 3, {})}));
    const auto kept = store->journal().size_bytes();
    EXPECT_LT(kept, all - 7'000) << "both epochs of shard 0 may go, the one between them may not";
    store->journal().trim(1, 1);
    EXPECT_TRUE(append(*store, {make_epoch(1, 2, {})}));
    EXPECT_LT(store->journal().size_bytes(), kept - 3'000);
  }
  auto store = this->disk.open();
  EXPECT_THAT(replayed(*store), ElementsAre("0/3", "1/2"));
}

TYPED_TEST(Storage, AppendsAfterReopeningBehindWhatIsThere) {
  for (std::uint64_t number = 1; number <= 3; ++number) {
    auto store = this->disk.open();
    EXPECT_EQ(replayed(*store).size(), number - 1);
    EXPECT_TRUE(append(*store, {make_epoch(0, number, {write(table::state, "k", std::string(5000, 'x'))})}));
  }
  auto store = this->disk.open();
  EXPECT_THAT(replayed(*store), ElementsAre("0/1", "0/2", "0/3"));
}

TYPED_TEST(Storage, AppliesTheLastWriteOfEachRowAndRemembersHowFar) {
  {
    auto store = this->disk.open();
    EXPECT_TRUE(
        apply(*store, {make_epoch(0, 1, {write(table::state, "a", "1"), write(table::state, "b", "1")}),
                       make_epoch(0, 2, {write(table::state, "a", "2"), erase(table::state, "b")}),
                       make_epoch(0, 3, {erase(table::state, "c"), write(table::call, "a", "")}, 5)}));
    EXPECT_EQ(read(store->state(0), {table::state, "a"}), "2");
  }
  auto store = this->disk.open();
  EXPECT_EQ(store->state(0).applied_epoch(), 3u);
  EXPECT_EQ(store->state(0).applied_term(), 5u);
  EXPECT_EQ(store->state(1).applied_epoch(), 0u);
  EXPECT_EQ(read(store->state(0), {table::state, "a"}), "2");
  EXPECT_EQ(read(store->state(0), {table::state, "b"}), "");
  auto reader = store->state(0).reader();
  EXPECT_EQ(*(*reader)->get({table::call, "a"}), std::optional<std::string>{""});
}

TYPED_TEST(Storage, LeavesOutEpochsThatAreApplied) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, {write(table::state, "a", "1")})}));
  EXPECT_TRUE(
      apply(*store, {make_epoch(0, 1, {write(table::state, "a", "not again")}), make_epoch(0, 2, {})}));
  EXPECT_EQ(read(store->state(0), {table::state, "a"}), "1");
  EXPECT_EQ(store->state(0).applied_epoch(), 2u);
}

TYPED_TEST(Storage, TakesAGapBetweenEpochsForABug) {
  auto store = this->disk.open();
  EXPECT_THROW((void)apply(*store, {make_epoch(0, 2, {})}), bug);
  EXPECT_THROW((void)store->state(1).apply(std::vector{make_epoch(0, 1, {})}), bug);
}

TYPED_TEST(Storage, AppliesMoreRowsThanOneTransactionTakes) {
  auto store = this->disk.open();
  std::vector<epoch_ptr> epochs;
  for (std::uint64_t number = 1; number <= 8; ++number) {
    std::vector<row_write> rows;
    for (int i = 0; i < 20'000; ++i)
      rows.push_back(write(table::state, std::to_string(i), std::to_string(number)));
    epochs.push_back(make_epoch(0, number, std::move(rows)));
  }
  EXPECT_TRUE(apply(*store, epochs));
  EXPECT_EQ(store->state(0).applied_epoch(), 8u);
  EXPECT_EQ(read(store->state(0), {table::state, "0"}), "8");
  EXPECT_EQ(read(store->state(0), {table::state, "19999"}), "8");
}

TYPED_TEST(Storage, ReadsWhatWasAppliedSinceTheReaderWasMade) {
  auto store = this->disk.open();
  auto reader = store->state(0).reader();
  EXPECT_EQ(*(*reader)->get({table::index, "a"}), std::nullopt);
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, {write(table::index, "a", "1")})}));
  EXPECT_EQ(*(*reader)->get({table::index, "a"}), std::optional<std::string>{"1"});
}

/// Rows of two kinds, of another table, and keys at the edges of the alphabet.
std::vector<row_write> scan_rows() {
  std::vector<row_write> out;
  for (const auto in : {table::state, table::index})
    for (const auto* key : {"aa", "ab", "abc", "ac", "b", "\xff", "\xff\xff"})
      out.push_back(write(in, key, std::string("value of ") + key));
  return out;
}

TYPED_TEST(Storage, ScansForwardsFromTheStartOrAfterAKey) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, scan_rows())}));
  for (const auto in : {table::state, table::index}) {
    EXPECT_THAT(keys(*store, in, "", "", false),
                ElementsAre("aa", "ab", "abc", "ac", "b", "\xff", "\xff\xff"));
    EXPECT_THAT(keys(*store, in, "ab", "", false), ElementsAre("ab", "abc"));
    EXPECT_THAT(keys(*store, in, "a", "ab", false), ElementsAre("abc", "ac"));
    EXPECT_THAT(keys(*store, in, "a", "abb", false), ElementsAre("abc", "ac"));
    EXPECT_THAT(keys(*store, in, "", "ac", false), ElementsAre("b", "\xff", "\xff\xff"));
    EXPECT_THAT(keys(*store, in, "\xff", "", false), ElementsAre("\xff", "\xff\xff"));
    EXPECT_THAT(keys(*store, in, "a", "ac", false), IsEmpty());
    EXPECT_THAT(keys(*store, in, "nothing", "", false), IsEmpty());
  }
}

TYPED_TEST(Storage, ScansBackwardsFromTheEndOrBeforeAKey) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, scan_rows())}));
  for (const auto in : {table::state, table::index}) {
    EXPECT_THAT(keys(*store, in, "", "", true),
                ElementsAre("\xff\xff", "\xff", "b", "ac", "abc", "ab", "aa"));
    EXPECT_THAT(keys(*store, in, "ab", "", true), ElementsAre("abc", "ab"));
    EXPECT_THAT(keys(*store, in, "a", "abc", true), ElementsAre("ab", "aa"));
    EXPECT_THAT(keys(*store, in, "a", "abb", true), ElementsAre("ab", "aa"));
    EXPECT_THAT(keys(*store, in, "", "b", true), ElementsAre("ac", "abc", "ab", "aa"));
    EXPECT_THAT(keys(*store, in, "\xff", "", true), ElementsAre("\xff\xff", "\xff"));
    EXPECT_THAT(keys(*store, in, "a", "aa", true), IsEmpty());
  }
}

TYPED_TEST(Storage, PagesThroughAScanWithoutGapsOrRepeats) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, scan_rows())}));
  for (const bool backwards : {false, true}) {
    std::vector<std::string> paged;
    for (auto page = keys(*store, table::state, "", "", backwards, 2); !page.empty();
         page = keys(*store, table::state, "", paged.back(), backwards, 2))
      paged.insert(paged.end(), page.begin(), page.end());
    EXPECT_EQ(paged, keys(*store, table::state, "", "", backwards));
  }
}

TYPED_TEST(Storage, LetsAVisitorReadAndGivesItTheSameSnapshot) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, scan_rows())}));
  auto reader = store->state(0).reader();
  int same = 0;
  const auto done =
      (*reader)->scan(table::state, "", "", false, [&](std::string_view key, std::string_view value) {
        const auto again = (*reader)->get({table::index, key});
        same += again && *again && **again == value ? 1 : 0;
        return result<state_reader::step>{state_reader::step::next};
      });
  EXPECT_TRUE(done);
  EXPECT_EQ(same, 7);
}

TYPED_TEST(Storage, HandsOnTheFaultOfAVisitor) {
  auto store = this->disk.open();
  EXPECT_TRUE(apply(*store, {make_epoch(0, 1, scan_rows())}));
  auto reader = store->state(0).reader();
  const auto done = (*reader)->scan(table::state, "", "", false, [](std::string_view, std::string_view) {
    return result<state_reader::step>{fault{fault_code::too_large, "enough"}};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, fault_code::too_large);
}

TYPED_TEST(Storage, SaysHowFullTheDiskIs) {
  auto store = this->disk.open();
  const auto space = store->space();
  ASSERT_TRUE(space);
  EXPECT_GE(space->used, 0.0);
  EXPECT_LE(space->used, 1.0);
  EXPECT_GT(space->free_bytes, 0u);
}

} // namespace
} // namespace orderd::test

// A follower takes a copy of the rows: what it stores, when it is whole, and what it says meanwhile (A2, D9).
#include "cluster/replication/follower.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using test::make_epoch;
using test::numbers_of;

constexpr replica_id self{2, 1};
constexpr replica_id leader{1, 1};
constexpr std::uint64_t term = 5;
constexpr std::uint64_t base = 20;

class FollowerCopy : public testing::Test {
protected:
  /// Epochs 1 to 4 of term 3; follows a primary whose journal begins far above.
  FollowerCopy() {
    options_.self = self;
    core_.learn({7, {term, leader, {leader}, {}, {1, 2}}});
    follower_.take(leader, new_term{term, 1, {{3, 1}, {term, 12}}, 30, 30}, start_);
    note_durable();
    port_.sent.clear();
    port_.written.clear();
  }

  void note_durable() { follower_.noted(port_.next_note(), start_); }
  void page(std::uint64_t number, std::uint64_t copy = 1) {
    const runtime::row_key key{runtime::table::state, std::string(1, static_cast<char>('a' + number))};
    follower_.take(leader, install_snapshot{term, copy, number, {base, term}, {{key, "v"}}, false, 0, 0});
  }
  void last_page(std::uint64_t number, std::uint64_t upto, std::uint64_t hash) {
    follower_.take(leader, install_snapshot{term, 1, number, {base, term}, {}, true, upto, hash});
  }
  void loaded() { follower_.rows_loaded(port_.next_load()); }
  void base_set() { follower_.load_ended(port_.next_load()); }
  void hashed(std::uint64_t applied, std::uint64_t hash) {
    follower_.state_hashed(port_.next_hash(), applied, hash);
  }
  /// Stores a copy of two pages, of which the hash is compared at epoch `upto`.
  void store_all(std::uint64_t upto) {
    page(0);
    note_durable();
    loaded();
    last_page(1, upto, 99);
    loaded();
    base_set();
  }
  void takes(std::uint64_t from, std::uint64_t upto, std::uint64_t committed) {
    std::vector<runtime::epoch_ptr> epochs;
    for (auto number = from; number <= upto; ++number)
      epochs.push_back(make_epoch(term, number, term));
    follower_.take(leader, append{term, std::move(epochs), committed});
  }
  std::uint64_t next_page_said() const { return port_.last_to<install_snapshot_ack>(leader.node).next_page; }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{self, {}};
  replica_core core_{
      options_, {.journal_first = 1, .end = 4, .starts = {{3, 1}}, .promised = 3}, port_, board_, start_};
  follower follower_{core_, start_};
};

TEST_F(FollowerCopy, ErasesNothingBeforeTheDiskKnowsThatTheRowsAreIncomplete) {
  page(0);
  ASSERT_EQ(port_.written.size(), 1u);
  EXPECT_TRUE(port_.written[0].note.copying);
  EXPECT_EQ(port_.written[0].keep_upto, 0u);
  EXPECT_TRUE(port_.loaded.empty());
  EXPECT_TRUE(core_.copying());
  note_durable();
  ASSERT_EQ(port_.loaded.size(), 1u);
  EXPECT_TRUE(port_.loaded[0].first);
  EXPECT_EQ(core_.log().end(), base);
}

TEST_F(FollowerCopy, StoresPagesInTheirOrderAndSaysWhichAreThere) {
  page(0);
  note_durable();
  page(1); // Arrives while the first is being stored.
  page(2);
  EXPECT_EQ(port_.loaded.size(), 1u);
  loaded();
  EXPECT_EQ(next_page_said(), 1u);
  loaded();
  EXPECT_EQ(next_page_said(), 2u);
  loaded();
  EXPECT_EQ(next_page_said(), 3u);
  ASSERT_EQ(port_.loaded.size(), 3u);
  EXPECT_FALSE(port_.loaded[2].first);
  EXPECT_EQ(port_.loaded[2].rows[0].key.key(), "c");
}

TEST_F(FollowerCopy, AnswersAPageOutOfItsOrderWithTheOneItExpects) {
  page(0);
  note_durable();
  loaded();
  page(2);
  EXPECT_EQ(next_page_said(), 1u);
  page(0); // Once more.
  EXPECT_EQ(next_page_said(), 1u);
  EXPECT_EQ(port_.loaded.size(), 1u);
}

TEST_F(FollowerCopy, TakesNoPageOfACopyThatANewerOneReplaced) {
  page(0, 2);
  note_durable();
  loaded();
  page(0, 1);
  page(1, 1);
  EXPECT_EQ(port_.loaded.size(), 1u);
  EXPECT_EQ(port_.written.size(), 1u);
}

TEST_F(FollowerCopy, AcknowledgesNothingUntilTheRowsAreAllThere) {
  takes(5, 6, 0); // Of the journal it has; its answer comes when that is being replaced.
  const auto before = port_.sent_to<append_ack>(leader.node).size();
  page(0);
  follower_.journaled(6);
  EXPECT_EQ(port_.sent_to<append_ack>(leader.node).size(), before);
  follower_.take(leader, new_term{term, 2, {}, 30, 30}, start_); // Its `join_ack` was lost.
  note_durable();
  follower_.take(leader, new_term{term, 3, {}, 30, 30}, start_);
  EXPECT_TRUE(port_.sent_to<join_ack>(leader.node).empty()); // A page is on its way to the disk.
  loaded();
  follower_.take(leader, new_term{term, 4, {}, 30, 30}, start_);
  const auto said = port_.last_to<join_ack>(leader.node);
  EXPECT_EQ(said.end, 0u);
  EXPECT_FALSE(said.complete);
  EXPECT_EQ(said.copy, 1u);
  takes(21, 22, 22);
  EXPECT_EQ(port_.sent_to<append_ack>(leader.node).size(), before);
  EXPECT_TRUE(follower_.awaits_rows());
}

TEST_F(FollowerCopy, TakesTheEpochsBehindTheBaseOnceTheRowsAreThere) {
  store_all(22);
  ASSERT_EQ(port_.loads_ended, (std::vector<runtime::epoch_mark>{{base, term}}));
  EXPECT_EQ(next_page_said(), 2u);
  EXPECT_FALSE(follower_.awaits_rows());
  takes(21, 24, 24);
  follower_.journaled(24);
  const auto said = port_.last_to<append_ack>(leader.node);
  EXPECT_EQ(said.end, 24u);
  EXPECT_FALSE(said.complete);
  // The hash is that of the state at 22: no epoch above may be in it yet.
  EXPECT_EQ(numbers_of(port_.applied), (std::vector<std::uint64_t>{21, 22}));
}

TEST_F(FollowerCopy, IsWholeOnlyWhenTheHashIsTheSourcesAndTheDiskKnows) {
  store_all(22);
  takes(21, 24, 24);
  follower_.journaled(24);
  core_.log().applied(21);
  follower_.applied();
  EXPECT_EQ(port_.hashes_asked, 0);
  core_.log().applied(22);
  follower_.applied();
  EXPECT_EQ(port_.hashes_asked, 1);
  hashed(22, 99);
  ASSERT_EQ(port_.written.size(), 2u);
  EXPECT_FALSE(port_.written[1].note.copying);
  EXPECT_FALSE(port_.written[1].keep_upto);
  takes(24, 24, 24); // Sent again, before the disk has answered.
  EXPECT_FALSE(port_.last_to<append_ack>(leader.node).complete);
  note_durable();
  EXPECT_TRUE(port_.last_to<append_ack>(leader.node).complete);
  EXPECT_EQ(numbers_of(port_.applied), (std::vector<std::uint64_t>{21, 22, 23, 24}));
}

TEST_F(FollowerCopy, GivesUpADiskOnWhichTheCopyIsAnother) {
  store_all(base);
  EXPECT_EQ(port_.hashes_asked, 1); // Nothing is to be applied first.
  hashed(base, 98);
  EXPECT_EQ(port_.distrusted.size(), 1u);
  EXPECT_TRUE(core_.copying());
}

TEST_F(FollowerCopy, TellsASourceThatDidNotHearThatTheCopyIsThere) {
  store_all(base);
  hashed(base, 99);
  note_durable();
  port_.sent.clear();
  last_page(1, base, 99);
  EXPECT_EQ(next_page_said(), 2u);
  EXPECT_EQ(port_.loaded.size(), 2u);
}

TEST_F(FollowerCopy, BeginsAgainInAnotherTerm) {
  page(0);
  note_durable();
  loaded();
  const replica_id next{3, 1};
  follower_.take(next, new_term{term + 1, 1, {{3, 1}, {term, 12}, {term + 1, 31}}, 31, 30}, start_);
  note_durable();
  const auto said = port_.last_to<join_ack>(next.node);
  EXPECT_FALSE(said.complete);
  EXPECT_EQ(said.copy, 0u);
  EXPECT_EQ(said.end, 0u);
  follower_.take(next, install_snapshot{term + 1, 1, 0, {31, term + 1}, {}, false, 0, 0});
  note_durable();
  EXPECT_TRUE(port_.loaded.back().first);
}

TEST_F(FollowerCopy, SaysOnceWhatItsRowsAreAndByItselfWhenThereIsNothingElseToSay) {
  core_.rows().applied({4, 11});
  store_all(base);
  hashed(base, 99);
  note_durable();
  EXPECT_EQ(core_.rows().tell(), rows_at{}) << "the rows of before are gone";
  core_.rows().applied({base, 22});
  takes(base + 1, base + 1, base);
  follower_.journaled(base + 1);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).rows, (rows_at{base, 22}));
  port_.sent.clear();
  follower_.tick(start_ + 1s);
  EXPECT_TRUE(port_.sent.empty()) << "it was said";
  core_.rows().applied({base + 1, 33});
  follower_.tick(start_ + 2s);
  EXPECT_EQ(port_.last_to<append_ack>(leader.node).rows, (rows_at{base + 1, 33}));
  core_.rows().applied({base + 2, 44});
  follower_.tick(start_ + 2s + 999ms);
  EXPECT_EQ(port_.sent.size(), 1u);
  follower_.tick(start_ + 3s);
  EXPECT_EQ(port_.sent.size(), 2u);
}

} // namespace
} // namespace orderd::cluster

// What the roles of a replica share: what the disk is told of each change, and by which answer it is known to
// have it; what is learned of the store (B2, B11, C1, D9).
#include "cluster/replication/replica_core.hpp"

#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

#include <set>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

constexpr replica_id self{2, 1};
constexpr replica_id one{1, 1};
constexpr replica_id three{3, 1};

class ReplicaCore : public testing::Test {
protected:
  ReplicaCore() {
    options_.self = self;
    options_.minimum = 2;
    open({.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3});
  }
  void open(const replica_start& disk) { core_.emplace(options_, disk, port_, board_, start_); }

  static assignment led_by(const replica_id& who, std::uint64_t term = 3) {
    return {term, who, {one, self, three}, {}, {1, 2, 3}};
  }

  const steady_time start_{1h};
  replica_options options_;
  test::noting_port port_;
  lease_board board_{self, {}};
  std::optional<replica_core> core_;
};

TEST_F(ReplicaCore, TellsTheDiskOfAPromiseAndOfTheCutInOneNote) {
  const struct {
    const char* what;
    std::optional<std::uint64_t> keep;
    std::uint64_t end;
    std::vector<term_start> starts;
  } rows[] = {
      {"to lead: the journal stays", std::nullopt, 4, {{1, 1}, {3, 3}}},
      {"to follow, with everything", 4, 4, {{1, 1}, {3, 3}}},
      {"to follow, without what the primary lacks", 2, 2, {{1, 1}}},
  };
  for (const auto& row : rows) {
    open({.applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3});
    const auto tag = core_->promise(5, row.keep);
    EXPECT_EQ(tag, port_.last_asked) << row.what;
    EXPECT_EQ(core_->promised(), 5u) << row.what;
    EXPECT_EQ(core_->log().end(), row.end) << row.what;
    const auto& said = port_.written.back();
    EXPECT_EQ(said.keep_upto, row.keep) << row.what;
    EXPECT_EQ(said.note, (replica_note{5, row.starts, false, 2})) << row.what;
  }
}

TEST_F(ReplicaCore, TellsTheDiskThatItsRowsAreIncompleteFromTheBeginOfACopyToItsEnd) {
  core_->rows().applied({2, 11});
  const auto begun = core_->begin_copy({20, 5}, {{3, 1}, {5, 12}});
  EXPECT_EQ(begun, port_.last_asked);
  EXPECT_TRUE(core_->copying());
  EXPECT_EQ(core_->log().end(), 20u);
  EXPECT_EQ(core_->rows().tell(), rows_at{}) << "the rows of before are gone";
  EXPECT_EQ(port_.written.back().keep_upto, 0u);
  EXPECT_EQ(port_.written.back().note, (replica_note{3, {{3, 1}, {5, 12}}, true, 0}));
  const auto ended = core_->end_copy();
  EXPECT_NE(ended, begun);
  EXPECT_FALSE(core_->copying());
  EXPECT_FALSE(port_.written.back().keep_upto);
  EXPECT_EQ(port_.written.back().note, (replica_note{3, {{3, 1}, {5, 12}}, false, 20}));
}

TEST_F(ReplicaCore, GivesEachQuestionATagOfItsOwn) {
  std::set<answer_tag> tags{answer_tag::none};
  tags.insert(core_->promise(4, std::nullopt));
  tags.insert(core_->begin_copy({20, 5}, {{5, 12}}));
  tags.insert(core_->load_rows({}, true));
  tags.insert(core_->load_rows({}, false));
  tags.insert(core_->end_load({20, 5}));
  tags.insert(core_->hash_state());
  tags.insert(core_->end_copy());
  EXPECT_EQ(tags.size(), 8u);
}

TEST_F(ReplicaCore, LearnsWhatIsNewerAndBelievesNoMore) {
  EXPECT_FALSE(core_->confirmed(0, {}));
  EXPECT_FALSE(core_->may_lead());
  EXPECT_TRUE(core_->learn({8, led_by(one)}));
  EXPECT_FALSE(core_->learn({8, led_by(three, 4)}));
  EXPECT_FALSE(core_->learn({7, led_by(three, 4)}));
  EXPECT_EQ(core_->known().what, led_by(one));
  EXPECT_TRUE(core_->confirmed(3, one));
  EXPECT_FALSE(core_->confirmed(3, three));
  EXPECT_FALSE(core_->confirmed(4, one));
  EXPECT_TRUE(core_->may_lead());
}

TEST_F(ReplicaCore, IsSettledOnceNothingThatItProposedCanTakePlace) {
  const assignment without_it{3, one, {one, three}, {}, {1, 2, 3}};
  core_->learn({8, led_by(one)});
  EXPECT_FALSE(core_->settled()) << "an earlier life may have proposed something on that very version";
  core_->learn({9, led_by(one)});
  EXPECT_TRUE(core_->settled());
  core_->proposes();
  EXPECT_FALSE(core_->settled());
  open({.starts = {}, .promised = 3});
  core_->learn({8, without_it});
  EXPECT_TRUE(core_->settled()) << "it may not lead, so it proposed nothing";
}

TEST_F(ReplicaCore, MayNotLeadWithAnIncompleteCopy) {
  open({.starts = {}, .promised = 3, .copying = true});
  core_->learn({8, led_by(one)});
  EXPECT_FALSE(core_->may_lead());
}

TEST_F(ReplicaCore, LooksAtTheStoreOnceInAWhile) {
  core_->look_up(start_);
  core_->look_up(start_ + 49ms);
  EXPECT_EQ(port_.look_ups, 1);
  core_->look_up(start_ + 50ms);
  EXPECT_EQ(port_.look_ups, 2);
}

} // namespace
} // namespace orderd::cluster

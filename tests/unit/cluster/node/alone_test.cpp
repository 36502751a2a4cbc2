// What a node by itself makes of its disk when it starts, whatever history the folder has.
#include "cluster/node/alone.hpp"

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/node/replica_disk.hpp"
#include "cluster/replication/replica_note.hpp"
#include "tests/support/append.hpp"
#include "tests/support/memory_storage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {
namespace {

runtime::epoch_ptr epoch(std::uint64_t number, std::uint64_t term, std::uint64_t previous_term) {
  runtime::epoch out;
  out.term = term;
  out.number = number;
  out.previous_term = previous_term;
  out.writes.push_back({{runtime::table::state, "row"}, std::to_string(number)});
  return std::make_shared<const runtime::epoch>(std::move(out));
}

class Alone : public testing::Test {
protected:
  Alone() {
    EXPECT_TRUE(opened_->journal().replay([](const auto&) { return runtime::result<void>{}; }));
  }

  void append(const std::vector<runtime::epoch_ptr>& epochs) {
    ASSERT_TRUE(test::append(opened_->journal(), epochs));
  }
  void promise(std::uint64_t term, std::vector<term_start> starts) {
    replica_note note;
    note.promised = term;
    note.starts = std::move(starts);
    ASSERT_TRUE(opened_->journal().append(
        std::vector<runtime::journal_entry>{runtime::shard_note{0, std::nullopt, encode(note)}}));
  }
  /// Starts, and says what the store has of shard 0.
  assignment starts() {
    opened_ = disk_.open();
    const auto found = recover_alone(*opened_);
    EXPECT_TRUE(found) << found.error().message;
    start_ = *found;
    static_configuration store;
    make_store_alone(store, start_, "here:1");
    const auto content = read_content(*store.list(""));
    EXPECT_EQ(content.nodes.at(0).client_endpoint, "here:1");
    EXPECT_TRUE(alone(*content.terms));
    return content.shards.at(0).what;
  }
  replica_start shard_0() const { return *start_of(start_.found[0]); }

  test::memory_disk disk_{1};
  std::unique_ptr<runtime::storage> opened_ = disk_.open();
  node_start start_;
};

TEST_F(Alone, BeginsWithTheFirstTerm) {
  const auto leads = starts();
  EXPECT_EQ(leads.term, 1u);
  EXPECT_EQ(leads.primary, the_only_replica);
  EXPECT_EQ(leads.in_sync, std::vector{the_only_replica});
  EXPECT_EQ(leads.nodes, std::vector<std::uint32_t>{0});
  EXPECT_EQ(shard_0().end, 0u);
  EXPECT_TRUE(shard_0().starts.empty());
}

/// As a program wrote it that kept no notes, and was always in term 1.
TEST_F(Alone, GoesOnAfterAFolderWithoutNotes) {
  append({epoch(1, 1, 0), epoch(2, 1, 1)});
  EXPECT_EQ(starts().term, 2u);
  EXPECT_EQ(shard_0().end, 2u);
  EXPECT_EQ(shard_0().applied, 2u) << "what its journal has is committed, and in the state";
  EXPECT_EQ(term_table{shard_0().starts}.term_at(2), 1u);
  EXPECT_EQ(shard_0().hashes.size(), 1u) << "the next epoch names the one before";
}

TEST_F(Alone, BeginsATermAboveAllThatItPromised) {
  append({epoch(1, 3, 0)});
  promise(7, {{3, 1}});
  EXPECT_EQ(starts().term, 8u);
  EXPECT_EQ(term_table{shard_0().starts}.term_at(1), 3u);
}

/// It left a cluster in term 5, and then ran under that program: the term of its end is what the next epoch
/// has to name, whatever its note says.
TEST_F(Alone, KnowsTheTermOfAnEndThatFell) {
  append({epoch(1, 5, 0), epoch(2, 1, 5)});
  promise(5, {{5, 1}});
  EXPECT_EQ(starts().term, 6u);
  EXPECT_EQ(term_table{shard_0().starts}.term_at(2), 1u);
}

} // namespace
} // namespace orderd::cluster

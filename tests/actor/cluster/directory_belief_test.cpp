// A configuration store that is not believed, and how a person gives a node a new one. Faults: the store
// loses everything, is set back to a backup, or is another cluster's; the node goes on with what it holds.
#include "tests/actor/cluster/directory_bench.hpp"

#include "actors/public.pb.h"
#include "cluster/known_disks.hpp"
#include "cluster/lost_mark.hpp"

namespace orderd::cluster {
namespace {

// -- a store that is not believed ----------------------------------------------------------------

/// Term 3 of shard 0, and all that came before it.
class DirectoryOfALostStore : public DirectoryActor {
protected:
  DirectoryOfALostStore() {
    for (const std::uint32_t node : {1u, 2u, 3u})
      announce_node(node);
    start();
    system_.pass(a_poll); // places
    older_ = register_.backup();
    now_.term = 3;
    write(name_of_shard(0), encode(now_));
    system_.pass(a_poll);
    version_ = told(0).version;
    seen_.clear();
  }
  double trouble(const char* kind) { return numbers_.store_trouble.at(kind).Value(); }
  /// Nobody is told anything new, nothing is written, and a proposal waits until the next poll.
  void expect_no_belief() {
    const auto before = register_.values().size();
    const auto undecided = undecided_.size();
    system_.pass(a_poll);
    propose(version_, taken_over(now_, {2, 1}, 2));
    EXPECT_TRUE(decided_.empty());
    EXPECT_EQ(undecided_.size(), undecided);
    system_.pass(a_poll);
    EXPECT_TRUE(decided_.empty());
    EXPECT_EQ(undecided_.size(), undecided + 1);
    EXPECT_TRUE(seen_.empty());
    EXPECT_EQ(register_.values().size(), before);
    EXPECT_EQ(held_->shards()[0].what, now_);
    EXPECT_EQ(held_->shards()[0].version, version_);
  }

  test::simulated_register::snapshot older_;
  assignment now_{1, {1, 1}, {{1, 1}, {2, 1}}, {}, {1, 2, 3}};
  std::uint64_t version_ = 0;
};

TEST_F(DirectoryOfALostStore, AnEmptyStoreChangesNothing) {
  register_.lose_everything();
  system_.pass(a_poll); // Marks it as lost, so that nobody founds another cluster there.
  ASSERT_TRUE(register_.values().contains(lost_name));
  EXPECT_EQ(register_.values().at(lost_name).value, "c1");
  expect_no_belief();
  EXPECT_EQ(register_.values().size(), 1u);
  EXPECT_EQ(trouble("empty"), 1);
}

TEST_F(DirectoryOfALostStore, AStoreOfAnotherClusterChangesNothing) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(assignment{9, {3, 1}, {{3, 1}}, {}, {3}}));
  expect_no_belief();
  EXPECT_EQ(trouble("foreign"), 1);
}

TEST_F(DirectoryOfALostStore, AStoreSetBackToAnOlderBackupChangesNothingHoweverMuchItGrows) {
  register_.restore(older_);
  system_.pass(a_poll);
  auto grown = now_;
  grown.term = 7;
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(grown));
  expect_no_belief();
  EXPECT_EQ(trouble("older"), 1);
}

/// Nor does the next life of the node.
TEST_F(DirectoryOfALostStore, ANodeThatStartsBesideAnEmptyStoreGoesOnWithWhatItHolds) {
  system_.kill({directory_});
  register_.lose_everything();
  directory_options options;
  options.terms = terms_;
  options.self = 1;
  options.held = *held_;
  spawn(options);
  EXPECT_TRUE(register_.values().contains(lost_name));
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(told(0).what, now_);
  EXPECT_EQ(told(0).version, version_);
  EXPECT_EQ(seat_nodes_.back().nodes->size(), 3u);
  seen_.clear();
  expect_no_belief();
}

TEST_F(DirectoryOfALostStore, TheSameStoreBackIsBelieved) {
  const auto real = register_.backup();
  register_.lose_everything();
  system_.pass(a_poll);
  register_.restore(older_);
  system_.pass(a_poll);
  auto late = *held_; // Of a node that does not look before the takeover.
  register_.restore(real);
  system_.pass(a_poll);
  propose(told(0).version, taken_over(now_, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what.term, 4u);
  EXPECT_EQ(trouble("empty") + trouble("older"), 0);
  const auto there = read_content(register_.values());
  const auto verdict = late.judge(there);
  EXPECT_EQ(to_string(verdict.what), "believed") << verdict.why;
  late.take(there, verdict);
  EXPECT_EQ(late.shards()[0].what.term, 4u);
}

/// Versions begin again in a new store.
TEST_F(DirectoryOfALostStore, RecordsOfAHigherGenerationAreBelievedWhateverTheirVersion) {
  register_.lose_everything();
  system_.pass(a_poll);
  auto terms = terms_;
  terms.generation = 1;
  auto restored = now_;
  restored.term = 1'003;
  write(name_of_shard(0), encode(restored));
  write(cluster_name, encode(terms));
  system_.pass(a_poll);
  EXPECT_EQ(told(0).what, restored);
  EXPECT_GT(told(0).version, version_);
  propose(version_, taken_over(now_, {2, 1}, 2)); // Of before the store was lost.
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, restored);
  propose(told(0).version, taken_over(restored, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 2u);
  EXPECT_EQ(decided_[1].now_there.what.term, 1'004u);
}

/// The store that was lost and restored has the record under the very version this node has read.
TEST_F(DirectoryOfALostStore, AProposalOfAnEarlierGenerationChangesNothingThoughItsVersionFits) {
  auto restored = now_;
  restored.term = 1'003;
  auto terms = terms_;
  terms.generation = 1;
  register_.lose_everything();
  while (stored(0).version < version_)
    register_.put(name_of_shard(0), encode(restored));
  register_.put(cluster_name, encode(terms));
  ASSERT_EQ(stored(0).version, version_);
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_EQ(stored(0).what, restored);
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what, restored);
}

/// What it knows of that shard fits the backup; what it knows of another one tells that the backup is old.
TEST_F(DirectoryOfALostStore, AProposalMeetsNoStoreThatWasSetBackSinceItWasRead) {
  const auto backup = register_.backup();
  auto other = stored(1).what;
  ++other.term;
  write(name_of_shard(1), encode(other));
  system_.pass(a_poll);
  register_.restore(backup);
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_EQ(stored(0).what, now_);
  EXPECT_TRUE(decided_.empty());
}

/// A store is lost between a read and a proposal.
TEST_F(DirectoryOfALostStore, AProposalThatMeetsAnotherStoreIsUndecided) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  for (int i = 0; i < 20; ++i)
    write(name_of_shard(0), encode(assignment{9, {3, 1}, {{3, 1}}, {}, {3}}));
  propose(version_, taken_over(now_, {2, 1}, 2));
  EXPECT_TRUE(decided_.empty());
  system_.pass(a_poll);
  EXPECT_TRUE(decided_.empty());
  EXPECT_EQ(undecided_.size(), 1u);
}

TEST_F(DirectoryOfALostStore, AShardWhoseTermWouldWrapGoesOnAsItIs) {
  auto poisoned = now_;
  poisoned.term = ~std::uint64_t{0};
  write(name_of_shard(0), encode(poisoned));
  system_.pass(a_poll);
  EXPECT_TRUE(seen_.empty());
  EXPECT_EQ(trouble("records"), 1);
  write(name_of_shard(0), encode(taken_over(now_, {2, 1}, 2)));
  system_.pass(a_poll);
  EXPECT_EQ(told(0).what.term, 4u);
  EXPECT_EQ(trouble("records"), 0);
}

// -- records of nodes ----------------------------------------------------------------------------

TEST_F(DirectoryOfALostStore, ANodeWhoseRecordIsGoneOrUnreadableStaysKnown) {
  for (const char* record : {"", "\xff\xff"}) {
    if (*record == 0)
      register_.erase(name_of_node(2));
    else
      register_.put(name_of_node(2), record);
    system_.pass(a_poll);
    EXPECT_EQ(seat_nodes_.back().nodes->size(), 3u);
    EXPECT_EQ(endpoints_.back().nodes.size(), 3u);
    EXPECT_EQ(trouble("records"), 1);
    EXPECT_TRUE(held_->nodes().contains(2));
  }
  announce_node(2);
  system_.pass(a_poll);
  EXPECT_EQ(trouble("records"), 0);
}

TEST_F(DirectoryOfALostStore, ANodeAnnouncesItselfAgainWhenItsOwnRecordIsGone) {
  const auto mine = register_.values().at(name_of_node(1)).value;
  for (const char* record : {"", "\xff\xff"}) {
    if (*record == 0)
      register_.erase(name_of_node(1));
    else
      register_.put(name_of_node(1), record);
    system_.pass(a_poll);
    ASSERT_TRUE(register_.values().contains(name_of_node(1)));
    EXPECT_EQ(register_.values().at(name_of_node(1)).value, mine);
    system_.pass(a_poll);
    EXPECT_EQ(trouble("records"), 0);
  }
}

// -- records that a person wants -----------------------------------------------------------------

class DirectoryAskedToRestore : public DirectoryOfALostStore {
protected:
  /// Shard 0 in term 1,003, as the next generation.
  v1::change_configuration wanted() {
    v1::change_configuration out;
    out.set_cluster_id("c1");
    out.set_generation(1);
    out.set_by("a person");
    out.set_what("because");
    for (const auto& [name, what] : held_->records())
      if (name.starts_with("nodes/"))
        add(out, name, what.value);
    auto shard = now_;
    shard.term = 1'003;
    add(out, name_of_shard(0), encode(shard), version_);
    return out;
  }
  static void add(v1::change_configuration& to, const std::string& name, const std::string& value,
                  std::uint64_t version = 0) {
    auto& record = *to.add_records();
    record.set_name(name);
    record.set_version(version);
    record.set_value(value);
  }
  store_changed change(const v1::change_configuration& what) {
    auto asked = std::make_shared<v1::request>();
    *asked->mutable_change_configuration() = what;
    std::vector<store_changed> answers;
    auto asker = test::spawn_recorder(system_.actors(), answers);
    caf::send_as(asker, directory_, change_store{asked, 77});
    system_.run();
    return answers.empty() ? store_changed{runtime::fault{}, "no answer"} : answers.front();
  }
};

TEST_F(DirectoryAskedToRestore, WritesTheRecordsAndWhoWantedThem) {
  register_.lose_everything();
  system_.pass(a_poll);
  const auto done = change(wanted());
  EXPECT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(done.audit, "audit/0001");
  EXPECT_NE(register_.values().at("audit/0001").value.find("a person"), std::string::npos);
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(trouble("empty"), 0);
  propose(told(0).version, taken_over(told(0).what, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what.term, 1'004u);
}

/// Another node held less, found just that again, and went on in the generation that is asked for here.
TEST_F(DirectoryAskedToRestore, WritesOverAStoreThatWasFoundAgainWithLess) {
  register_.restore(older_);
  auto found = terms_;
  found.generation = 1;
  found.continued = {{1, 1}};
  write(cluster_name, encode(found));
  system_.pass(a_poll);
  EXPECT_EQ(trouble("older"), 1);
  const auto done = change(wanted());
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(held_->terms().generation, 2u);
  EXPECT_EQ(trouble("older"), 0);
}

TEST_F(DirectoryAskedToRestore, RefusesWhatWouldGoBackOrIsNotItsOwn) {
  const auto next = [&](auto alter) {
    auto out = wanted();
    alter(out);
    return out;
  };
  const struct {
    const char* why;
    v1::change_configuration asked;
  } rows[] = {
      {"not of c2", next([](auto& of) { of.set_cluster_id("c2"); })},
      {"the generation of the store is 0", next([](auto& of) { of.set_generation(0); })},
      {"cannot be 65536", next([](auto& of) { of.set_generation(65'536); })},
      {"knows a newer record",
       next([&](auto& of) { of.mutable_records(of.records_size() - 1)->set_version(version_ - 1); })},
      {"knows a newer record", next([&](auto& of) {
         auto lower = now_;
         lower.term = 2;
         add(of, name_of_shard(0), encode(lower));
       })},
      {"there is no shard 7", next([&](auto& of) { add(of, name_of_shard(7), encode(now_)); })},
      {"no record of a node or a shard", next([](auto& of) { add(of, "audit/0001", "x"); })},
      {"no record of a node or a shard", next([](auto& of) { add(of, name_of_shard(1), "x"); })},
      {"not that of c1", next([](auto& of) {
         add(of, cluster_name, encode(cluster_terms{"c2", 2, 3}));
       })},
  };
  const auto before = register_.values().size();
  for (const auto& row : rows) {
    const auto done = change(row.asked);
    ASSERT_TRUE(done.refused) << row.why;
    EXPECT_NE(done.refused->message.find(row.why), std::string::npos) << done.refused->message;
  }
  EXPECT_EQ(register_.values().size(), before);
}

TEST_F(DirectoryAskedToRestore, WritesOverALaterTermOnlyWhenToldTo) {
  auto poisoned = now_;
  poisoned.term = std::uint64_t{1} << 60;
  write(name_of_shard(0), encode(poisoned));
  system_.pass(a_poll);
  EXPECT_EQ(trouble("records"), 1);
  auto asked = wanted();
  ASSERT_TRUE(change(asked).refused);
  asked.set_over_newer(true);
  const auto done = change(asked);
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(trouble("records"), 0);
}

/// An earlier disk of node 3 serves again since that node said what it held.
TEST_F(DirectoryAskedToRestore, LeavesANewerRecordOfANodeAsItIs) {
  const auto replaced = with_disk(with_disk({}, {1, 7}, 1), {2, 1}, 2);
  const auto again = encode(3, with_disk(replaced, {1, 8}, 3));
  write(name_of_node(3), again);
  auto asked = wanted();
  for (auto& each : *asked.mutable_records())
    if (each.name() == name_of_node(3))
      each.set_value(encode(3, replaced));
  const auto done = change(asked);
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(register_.values().at(name_of_node(3)).value, again);
}

TEST_F(DirectoryAskedToRestore, TouchesNoStoreOfAnotherCluster) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  EXPECT_TRUE(change(wanted()).refused);
  EXPECT_EQ(register_.values().size(), 1u);
}

} // namespace
} // namespace orderd::cluster

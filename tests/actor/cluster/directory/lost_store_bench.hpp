// The directory of node 1 that holds more than a store which was lost, or set back.
#pragma once

#include "tests/actor/cluster/directory/directory_bench.hpp"

namespace orderd::cluster {

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
  double trouble(const char* kind) { return metrics_.store_trouble.at(kind).Value(); }
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

} // namespace orderd::cluster

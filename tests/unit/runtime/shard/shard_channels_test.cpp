// Commands between shards over a network that loses, doubles and reorders, with crashes.
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

#include <random>

namespace orderd::runtime {
namespace {

using test::shard_rig;

/// Two shards: wallets "a..." and "b..." live in the first, "c..." and "d..." in the second.
shard_options half(std::uint32_t shard) {
  shard_options options;
  options.shard = shard;
  options.shards = 2;
  return options;
}

struct pair_of_shards {
  shard_rig first{half(0)};
  shard_rig second{half(1)};
  shard_rig& rig(std::uint32_t shard) { return shard == 0 ? first : second; }
};

channel_commands batch_of(std::uint32_t source, std::vector<channel_command> commands) {
  return {source, std::move(commands)};
}

/// Carries everything that left, both ways, until nothing moves any more.
void carry_all(pair_of_shards& both) {
  bool moved = true;
  while (moved) {
    moved = false;
    for (std::uint32_t shard : {0u, 1u}) {
      auto& from = both.rig(shard);
      auto& to = both.rig(1 - shard);
      from.settle();
      for (auto& [destination, commands] : std::exchange(from.sent, {})) {
        to.engine().commands(batch_of(shard, std::move(commands)), to.instant());
        to.engine().finish();
        moved = true;
      }
      for (const auto& each : std::exchange(from.acknowledgements, {})) {
        to.engine().acknowledged({shard, each.upto, each.started});
        to.engine().finish();
        moved = true;
      }
    }
  }
}

TEST(ShardChannels, CarryACommandAndItsAnswerEachAfterItsCommit) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.settle();
  const auto id = both.first.ask("a1", "send c1 4");
  EXPECT_TRUE(both.first.sent.empty());
  both.first.commit();
  ASSERT_EQ(both.first.sent.size(), 1u);
  EXPECT_EQ(both.first.sent[0].first, 1u);
  both.second.engine().commands(batch_of(0, both.first.sent[0].second), both.second.instant());
  both.second.engine().finish();
  EXPECT_EQ(both.second.acknowledgements.back().upto, 0u) << "acknowledged before it was durable";
  EXPECT_TRUE(both.second.sent.empty());
  carry_all(both);
  EXPECT_EQ(both.first.reply(id), "sent 4");
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 4");
}

TEST(ShardChannels, TakeACommandThatComesAgainOnce) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.ask("a1", "send c1 4");
  both.first.settle();
  const auto commands = both.first.sent.at(0).second;
  for (int i = 0; i < 3; ++i) {
    both.second.engine().commands(batch_of(0, commands), both.second.instant());
    both.second.engine().finish();
    both.second.settle();
  }
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 4");
  EXPECT_EQ(both.second.acknowledgements.back(), (shard_rig::acknowledgement{0, 1, false}));
}

TEST(ShardChannels, SendAgainAfterASecondWithoutAnAcknowledgement) {
  pair_of_shards both;
  both.first.tick(0);
  both.first.ask("a1", "add 10");
  both.first.ask("a1", "send c1 4");
  both.first.settle();
  both.first.sent.clear();
  for (int i = 0; i < 5; ++i)
    both.first.tick(500);
  ASSERT_FALSE(both.first.sent.empty());
  carry_all(both);
  both.first.tick(5'000);
  both.first.tick(5'000);
  EXPECT_TRUE(both.first.sent.empty()) << "an acknowledged command was sent again";
}

TEST(ShardChannels, SendAgainAfterARestartFromTheirRows) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.ask("a1", "send c1 4");
  both.first.settle();
  both.first.sent.clear();
  both.first.crash();
  carry_all(both);
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 4");
}

TEST(ShardChannels, SendAtOnceToAShardThatHasJustStartedWhatItMayHaveLost) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.ask("a1", "send c1 4");
  both.first.settle();
  both.first.sent.clear(); // Lost: the other shard was somewhere else.
  both.second.crash();
  ASSERT_EQ(both.second.acknowledgements.back(), (shard_rig::acknowledgement{0, 0, true}));
  carry_all(both);
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 4");
  both.second.crash();
  ASSERT_EQ(both.second.acknowledgements.back(), (shard_rig::acknowledgement{0, 1, true}));
  carry_all(both);
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 4");
}

TEST(ShardChannels, AreNotSentAgainForAnOrdinaryAcknowledgement) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.ask("a1", "send c1 4");
  both.first.settle();
  both.first.sent.clear();
  both.first.engine().acknowledged({1, 0, false});
  both.first.engine().finish();
  EXPECT_TRUE(both.first.sent.empty());
}

TEST(ShardChannels, NeverReuseANumberAfterARestartThoughAllIsAcknowledged) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  for (int i = 0; i < 3; ++i) {
    both.first.ask("a1", "send c1 1");
    carry_all(both);
    both.first.tick(20); // Erases what is acknowledged.
    both.first.settle();
    both.first.crash();
    both.second.crash();
    carry_all(both);
  }
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 3");
  EXPECT_EQ(both.first.rows_in(table::outbox), 1u) << "the mark of the last number, and no more";
}

TEST(ShardChannels, TakeNothingBehindAGap) {
  pair_of_shards both;
  both.first.ask("a1", "add 10");
  both.first.settle();
  both.first.ask("a1", "send c1 1");
  both.first.ask("a1", "send c1 2");
  both.first.settle();
  ASSERT_EQ(both.first.sent.size(), 2u);
  both.second.engine().commands(batch_of(0, both.first.sent[1].second), both.second.instant());
  both.second.engine().finish();
  both.second.settle();
  EXPECT_EQ(both.second.reply(both.second.ask("c1", "read")), "balance 0");
  EXPECT_EQ(both.second.acknowledgements.back().upto, 0u);
}

/// Everything between the two shards, badly carried: one packet is a batch of commands or a number.
class bad_network {
public:
  bad_network(pair_of_shards& both, std::mt19937_64& random) : both_(both), random_(random) {}

  void pick_up() {
    for (std::uint32_t shard : {0u, 1u}) {
      auto& from = both_.rig(shard);
      for (auto& [destination, commands] : std::exchange(from.sent, {}))
        carry({shard, std::move(commands), {}});
      for (const auto& each : std::exchange(from.acknowledgements, {}))
        carry({shard, {}, {shard, each.upto, each.started}});
    }
  }
  void deliver_one() {
    if (under_way_.empty())
      return;
    std::swap(under_way_[random_() % under_way_.size()], under_way_.back());
    const auto next = std::move(under_way_.back());
    under_way_.pop_back();
    auto& to = both_.rig(1 - next.from);
    if (next.commands.empty())
      to.engine().acknowledged(next.acknowledged);
    else
      to.engine().commands({next.from, next.commands}, to.instant());
    to.engine().finish();
  }

private:
  struct packet {
    std::uint32_t from = 0;
    std::vector<channel_command> commands;
    channel_acknowledged acknowledged;
  };
  void carry(packet what) {
    if (random_() % 4 == 0)
      under_way_.push_back(what);
    if (random_() % 4 != 0)
      under_way_.push_back(std::move(what));
  }

  pair_of_shards& both_;
  std::mt19937_64& random_;
  std::vector<packet> under_way_;
};

void one_random_step(pair_of_shards& both, bad_network& network, std::mt19937_64& random) {
  const auto wallets = "abcd";
  auto& rig = both.rig(static_cast<std::uint32_t>(random() % 2));
  switch (random() % 10) {
  case 0:
  case 1: {
    const auto from = std::string{wallets[random() % 4]} + std::to_string(random() % 3);
    const auto to = std::string{wallets[random() % 4]} + std::to_string(random() % 3);
    const auto verb = random() % 2 == 0 ? "send " : "give ";
    both.rig(from[0] < 'c' ? 0 : 1).ask(from, verb + to + ' ' + std::to_string(random() % 5));
    break;
  }
  case 2:
    rig.commit();
    break;
  case 3:
    rig.apply_all();
    break;
  case 4:
    rig.tick(static_cast<std::int64_t>(random() % 300));
    break;
  case 5:
    if (random() % 20 == 0)
      rig.crash();
    break;
  default:
    network.pick_up();
    network.deliver_one();
  }
}

TEST(ShardChannels, KeepTheSumOverABadNetworkAndCrashes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    pair_of_shards both;
    for (const auto* name : {"a0", "a1", "a2", "b0", "b1", "b2"})
      both.first.ask(name, "add 100");
    for (const auto* name : {"c0", "c1", "c2", "d0", "d1", "d2"})
      both.second.ask(name, "add 100");
    both.first.settle();
    both.second.settle();
    bad_network network{both, random};
    for (int step = 0; step < 3'000; ++step)
      one_random_step(both, network, random);
    carry_all(both);
    for (int i = 0; i < 2; ++i) {
      both.first.tick(2'000);
      both.second.tick(2'000);
      carry_all(both);
    }
    std::int64_t sum = 0;
    for (auto* rig : {&both.first, &both.second})
      for (const auto& [key, value] : rig->rows())
        if (key.in() == table::state)
          sum += std::stoll(value);
    EXPECT_EQ(sum, 1'200) << "seed " << seed;
    EXPECT_EQ(both.first.engine().describe().channel_backlog, 0u) << "seed " << seed;
  }
}

} // namespace
} // namespace orderd::runtime

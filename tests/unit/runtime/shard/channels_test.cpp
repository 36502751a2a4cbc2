#include "runtime/shard/channels.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace orderd::runtime {
namespace {

const entity_id a{1, "a"};

std::shared_ptr<const std::string> text(const std::string& what) {
  return std::make_shared<const std::string>(what);
}

std::string sequences(const std::vector<channel_command>& commands) {
  std::string all;
  for (const auto& each : commands)
    all += std::to_string(each.sequence) + ' ';
  return all;
}

/// What goes to shard 1 again.
std::string again(const outboxes& from) {
  return sequences(from.unacknowledged(1));
}

/// The rows of shard 1's commands that may be erased since the last look, "5 6 ".
std::string erasable(outboxes& from) {
  std::set<std::uint64_t> rows;
  while (const auto key = from.take_erasable())
    rows.insert(key->destination == 1 ? key->sequence : 0);
  std::string all;
  for (const auto each : rows)
    all += std::to_string(each) + ' ';
  return all;
}

TEST(Outboxes, NumberCommandsFromOneByDestination) {
  outboxes from;
  EXPECT_EQ(from.append(1, a, text("x")), 1u);
  EXPECT_EQ(from.append(1, a, text("y")), 2u);
  EXPECT_EQ(from.append(2, a, text("z")), 1u);
  EXPECT_EQ(from.backlog(), 3u);
}

TEST(Outboxes, SendAgainOnlyWhatIsCommitted) {
  outboxes from;
  from.append(1, a, text("x"));
  from.append(1, a, text("y"));
  EXPECT_EQ(again(from), "");
  from.committed(1, 1);
  EXPECT_EQ(again(from), "1 ");
  from.committed(1, 2);
  EXPECT_EQ(again(from), "1 2 ");
}

TEST(Outboxes, KeepTheLastAcknowledgedRowAsTheMarkOfTheirNumber) {
  outboxes from;
  for (const auto* what : {"x", "y", "z"})
    from.append(1, a, text(what));
  from.committed(1, 3);
  from.acknowledged(1, 2);
  EXPECT_EQ(erasable(from), "1 ");
  EXPECT_EQ(again(from), "3 ");
  from.acknowledged(1, 3);
  EXPECT_EQ(erasable(from), "2 ");
  EXPECT_EQ(from.backlog(), 0u);
}

TEST(Outboxes, IgnoreAnAcknowledgementThatComesAgain) {
  outboxes from;
  from.append(1, a, text("x"));
  from.append(1, a, text("y"));
  for (const auto upto : {1u, 1u, 0u})
    from.acknowledged(1, upto);
  from.acknowledged(7, 3);
  EXPECT_EQ(erasable(from), "");
  EXPECT_EQ(from.backlog(), 1u);
}

TEST(Outboxes, RestoredGoOnWithTheNextNumberAndSendEverythingAgain) {
  outboxes from;
  from.restore(1, {5, a, text("x")});
  from.restore(1, {6, a, text("y")});
  EXPECT_EQ(again(from), "5 6 ");
  EXPECT_EQ(from.append(1, a, text("z")), 7u);
  from.acknowledged(1, 6);
  EXPECT_EQ(erasable(from), "5 ");
}

TEST(Outboxes, GiveEachErasableRowOnce) {
  outboxes from;
  for (const auto* what : {"x", "y", "z"})
    from.append(1, a, text(what));
  from.acknowledged(1, 3);
  EXPECT_EQ(erasable(from), "1 2 ");
  EXPECT_EQ(erasable(from), "");
}

TEST(Outboxes, SendAgainAfterASecond) {
  outboxes from;
  EXPECT_TRUE(from.resend_due(0)) << "never sent by this process";
  from.sent_again(5'000);
  EXPECT_FALSE(from.resend_due(5'999));
  EXPECT_TRUE(from.resend_due(6'000));
}

TEST(Inboxes, TakeEachNumberOnceInOrder) {
  inboxes to;
  EXPECT_EQ(to.offer(1, 2), inboxes::verdict::gap);
  EXPECT_EQ(to.offer(1, 1), inboxes::verdict::take);
  EXPECT_EQ(to.offer(1, 1), inboxes::verdict::duplicate);
  EXPECT_EQ(to.offer(1, 2), inboxes::verdict::take);
  EXPECT_EQ(to.last(1), 2u);
}

TEST(Inboxes, KeepSourcesApartAndGoOnWhereTheyWere) {
  inboxes to;
  to.restore(3, 41);
  EXPECT_EQ(to.offer(3, 41), inboxes::verdict::duplicate);
  EXPECT_EQ(to.offer(3, 42), inboxes::verdict::take);
  EXPECT_EQ(to.offer(4, 42), inboxes::verdict::gap);
  EXPECT_EQ(to.last(4), 0u);
}

/// A network that loses, doubles and reorders what it carries.
template <class Packet>
class bad_network {
public:
  explicit bad_network(std::mt19937_64& random) : random_(random) {}
  void carry(Packet packet) {
    if (random_() % 3 != 0)
      under_way_.push_back(packet);
    if (random_() % 4 == 0)
      under_way_.push_back(std::move(packet));
  }
  std::optional<Packet> arrival() {
    if (under_way_.empty() || random_() % 2 == 0)
      return std::nullopt;
    std::swap(under_way_[random_() % under_way_.size()], under_way_.back());
    auto packet = std::move(under_way_.back());
    under_way_.pop_back();
    return packet;
  }

private:
  std::mt19937_64& random_;
  std::vector<Packet> under_way_;
};

TEST(Channels, DeliverEverythingOnceInOrderOverABadNetwork) {
  std::mt19937_64 random{11}; // NOLINT(cert-msc51-cpp): the same faults in every run
  outboxes sender;
  inboxes receiver;
  bad_network<std::vector<channel_command>> forth{random};
  bad_network<std::uint64_t> back{random};
  std::string sent;
  std::string received;
  for (int i = 0; i < 500; ++i) {
    sent += std::to_string(i) + ' ';
    sender.committed(1, sender.append(1, a, text(std::to_string(i) + ' ')));
  }
  for (int step = 0; step < 100'000 && sender.backlog() > 0; ++step) {
    const auto open = sender.unacknowledged(1);
    if (!open.empty() && random() % 5 == 0)
      forth.carry({open.begin(), open.begin() + 1 + random() % open.size()});
    if (const auto batch = forth.arrival()) {
      for (const auto& each : *batch)
        if (receiver.offer(0, each.sequence) == inboxes::verdict::take)
          received += *each.stored;
      back.carry(receiver.last(0));
    }
    if (const auto upto = back.arrival())
      sender.acknowledged(1, *upto);
  }
  EXPECT_EQ(sender.backlog(), 0u);
  EXPECT_EQ(received, sent);
}

} // namespace
} // namespace orderd::runtime

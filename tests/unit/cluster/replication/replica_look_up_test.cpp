// How often a replica that hears of a higher term asks the configuration store.
#include "cluster/replication/replica.hpp"
#include "tests/support/noting_port.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using test::make_epoch;

/// While the store cannot be reached, every epoch of the next primary says the same.
TEST(ReplicaLookUp, AsksNowAndThenHoweverOftenItHearsOfAHigherTerm) {
  constexpr replica_id self{2, 1};
  constexpr replica_id three{3, 1};
  const steady_time now{1h};
  replica_options options;
  options.self = self;
  options.minimum = 2;
  test::noting_port port;
  lease_board board{self, heartbeat_timing{}};
  const replica_start disk{
      .applied = 2, .journal_first = 1, .end = 4, .starts = {{1, 1}, {3, 3}}, .promised = 3};
  replica one{options, disk, port, board, now};
  one.configured({7, {3, {1, 1}, {{1, 1}, self, three}, {}, {1, 2, 3}}}, now);
  for (std::uint64_t epoch = 5; epoch < 1'005; ++epoch)
    one.received(three, append{5, {make_epoch(5, epoch, 3)}, 4}, now);
  EXPECT_EQ(port.look_ups, 1);
  one.received(three, append{6, {make_epoch(6, 1'005, 5)}, 4}, now + options.look_up_every);
  EXPECT_EQ(port.look_ups, 2);
}

} // namespace
} // namespace orderd::cluster

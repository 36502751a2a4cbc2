// Who is let into a shard under load.
#include "config/limits.hpp"
#include "tests/support/shard_rig.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;
using test::shard_rig;

shard_options strict() {
  shard_options options;
  options.admission = {milliseconds{500}, 1'000, 2};
  return options;
}

TEST(ShardAdmission, RefusesNewWorkThatIsTooOldAtOnce) {
  shard_rig rig{strict()};
  EXPECT_EQ(rig.reply(rig.ask_aged(milliseconds{501}, "a1", "add 1", true)), "overloaded");
  EXPECT_FALSE(rig.appended) << "something was done for it";
  EXPECT_EQ(rig.engine().figures().refused_overloaded, 1u);
}

TEST(ShardAdmission, RefusesOtherWorkLater) {
  shard_rig rig{strict()};
  const auto id = rig.ask_aged(milliseconds{2'000}, "a1", "add 1", false);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 1");
  EXPECT_EQ(rig.reply(rig.ask_aged(milliseconds{2'001}, "a1", "add 1", false)), "overloaded");
  EXPECT_EQ(rig.engine().figures().refused_overloaded, 1u);
}

TEST(ShardAdmission, RefusesNewWorkWhileTooMuchIsNotApplied) {
  shard_rig rig{strict()};
  rig.ask("a1", "fill 2000");
  rig.commit();
  EXPECT_EQ(rig.reply(rig.ask("a2", "add 1", true)), "overloaded");
  rig.apply_all();
  rig.tick(20);
  const auto id = rig.ask("a2", "add 1", true);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 1");
}

TEST(ShardAdmission, RefusesNewWorkWhileTooMuchIsUnsettledAlsoAfterARestart) {
  shard_rig rig{strict()};
  rig.ask("a1", "open");
  rig.ask("a2", "open");
  rig.settle();
  rig.crash();
  EXPECT_EQ(rig.reply(rig.ask("a3", "add 1", true)), "overloaded");
  rig.ask("a1", "settle");
  rig.settle();
  const auto id = rig.ask("a3", "add 1", true);
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 1");
  rig.crash();
  EXPECT_EQ(rig.engine().describe().unsettled, 1u);
}

TEST(ShardAdmission, RefusesForTheNodesReason) {
  shard_rig rig;
  rig.engine().node_refuses_new_work(fault{fault_code::storage_full, "full", 0});
  EXPECT_EQ(rig.reply(rig.ask("a1", "add 1", true)), "storage_full");
  EXPECT_EQ(rig.engine().figures().refused_storage_full, 1u);
  const auto id = rig.ask("a1", "add 1");
  rig.settle();
  EXPECT_EQ(rig.reply(id), "balance 1");
}

TEST(ShardAdmission, CountsTheTimeARequestWaitedForRoom) {
  shard_rig rig{strict()};
  const auto filling = "fill " + std::to_string(limits::epoch_bytes_max + 1);
  rig.ask("b1", "add 1");
  rig.ask("a1", filling);
  const auto young = rig.ask("a2", "read", false);
  const auto old = rig.ask("a2", "add 1", true);
  rig.tick(600);
  rig.commit();
  rig.settle();
  EXPECT_EQ(rig.reply(young), "balance 0");
  EXPECT_EQ(rig.reply(old), "overloaded");
}

} // namespace
} // namespace orderd::runtime

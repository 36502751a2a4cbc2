#include "tests/support/simulated_configuration.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace orderd::test {
namespace {

TEST(SimulatedConfiguration, DoesNothingForAClientThatIsCutOff) {
  simulated_register shared{1};
  simulated_configuration one{shared};
  simulated_configuration other{shared};
  one.set_down(true);
  EXPECT_FALSE(one.get("a"));
  EXPECT_FALSE(one.list(""));
  EXPECT_FALSE(one.compare_and_set("a", 0, "x", cluster::unguarded));
  EXPECT_TRUE(shared.values().empty());
  EXPECT_TRUE(other.compare_and_set("a", 0, "x", cluster::unguarded));
  one.set_down(false);
  EXPECT_EQ(one.get("a")->value, "x");
}

TEST(SimulatedConfiguration, LeavesALostChangeUndone) {
  simulated_register shared{1, {.change_lost = 1}};
  simulated_configuration store{shared};
  EXPECT_FALSE(store.compare_and_set("a", 0, "x", cluster::unguarded));
  shared.settle();
  EXPECT_EQ(store.get("a")->version, 0u);
}

TEST(SimulatedConfiguration, MakesAnUnseenChange) {
  simulated_register shared{1, {.change_unseen = 1}};
  simulated_configuration store{shared};
  EXPECT_FALSE(store.compare_and_set("a", 0, "x", cluster::unguarded));
  EXPECT_EQ(shared.values().at("a").value, "x");
}

TEST(SimulatedConfiguration, MakesALateChangeDuringALaterCallUnlessItWasOvertaken) {
  simulated_register shared{1, {.change_late = 1, .lands = 0}};
  simulated_configuration store{shared};
  EXPECT_FALSE(store.compare_and_set("a", 0, "x", cluster::unguarded));
  EXPECT_FALSE(store.compare_and_set("a", 0, "y", cluster::unguarded));
  EXPECT_EQ(store.get("a")->version, 0u);
  shared.settle();
  EXPECT_EQ(store.get("a")->value, "x");
}

TEST(SimulatedConfiguration, MakesALateChangeOnlyIfItsGuardStillHolds) {
  simulated_register shared{1, {.change_late = 1, .lands = 0}};
  shared.put("cluster", "one");
  simulated_configuration store{shared};
  EXPECT_FALSE(store.compare_and_set("a", 0, "x", cluster::store_guard{"cluster", "one"}));
  EXPECT_EQ(shared.possible("a"), std::vector<std::string>{"x"});
  shared.put("cluster", "two");
  EXPECT_TRUE(shared.possible("a").empty());
  shared.settle();
  EXPECT_EQ(store.get("a")->version, 0u);
}

TEST(SimulatedConfiguration, LosesDoublesAndDelaysHints) {
  const auto heard_with = [](configuration_faults faults) {
    simulated_register shared{1, faults};
    simulated_configuration store{shared};
    std::vector<std::string> heard;
    store.watch("a", [&](const std::string& name) { heard.push_back(name); });
    EXPECT_TRUE(store.compare_and_set("a", 0, "x", cluster::unguarded));
    EXPECT_TRUE(store.compare_and_set("b", 0, "x", cluster::unguarded));
    EXPECT_TRUE(heard.empty());
    shared.deliver_hints();
    const auto at_once = heard.size();
    shared.settle();
    shared.deliver_hints();
    return std::pair{at_once, heard.size()};
  };
  EXPECT_EQ(heard_with({}), (std::pair{std::size_t{1}, std::size_t{1}}));
  EXPECT_EQ(heard_with({.hint_lost = 1}), (std::pair{std::size_t{0}, std::size_t{0}}));
  EXPECT_EQ(heard_with({.hint_doubled = 1}), (std::pair{std::size_t{2}, std::size_t{2}}));
  EXPECT_EQ(heard_with({.hint_late = 1}), (std::pair{std::size_t{0}, std::size_t{1}}));
}

/// Everything a run of many calls says.
std::string transcript(std::uint64_t seed) {
  const configuration_faults faults{.read_fails = 0.1,
                                    .change_lost = 0.1,
                                    .change_unseen = 0.1,
                                    .change_late = 0.2,
                                    .hint_lost = 0.1,
                                    .hint_doubled = 0.1,
                                    .hint_late = 0.3};
  simulated_register shared{seed, faults};
  simulated_configuration store{shared};
  std::string said;
  store.watch("", [&](const std::string& name) { said += "!" + name; });
  for (int i = 0; i < 200; ++i) {
    const auto name = std::to_string(i % 3);
    const auto found = store.get(name);
    const auto made =
        store.compare_and_set(name, found ? found->version : 0, std::to_string(i), cluster::unguarded);
    said += made ? made->value + "@" + std::to_string(made->version) : "?";
    shared.deliver_hints();
  }
  return said;
}

TEST(SimulatedConfiguration, DoesTheSameFromTheSameSeedAndOtherwiseFromAnother) {
  EXPECT_EQ(transcript(7), transcript(7));
  EXPECT_NE(transcript(7), transcript(8));
}

/// Repeats until decided; the version when the change is ours.
std::uint64_t decide(cluster::configuration_store& store, const std::string& name, std::uint64_t expected,
                     const std::string& value) {
  for (;;)
    if (const auto made = store.compare_and_set(name, expected, value, cluster::unguarded);
        made && made->version > expected)
      return made->value == value ? made->version : 0;
}

TEST(SimulatedConfiguration, CountsRightForThoseWhoRepeatUntilDecided) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    simulated_register shared{
        seed, {.read_fails = 0.2, .change_lost = 0.2, .change_unseen = 0.3, .change_late = 0.4}};
    std::vector<std::unique_ptr<simulated_configuration>> nodes;
    for (int i = 0; i < 3; ++i)
      nodes.push_back(std::make_unique<simulated_configuration>(shared));
    int counted = 0;
    for (int turn = 0; turn < 60; ++turn) {
      const auto node = static_cast<std::size_t>(turn) % nodes.size();
      const auto found = nodes[node]->get("counter");
      if (!found)
        continue;
      const auto next = (found->version == 0 ? 0 : std::atoi(found->value.c_str())) + 1;
      const auto mine = std::to_string(next) + " by " + std::to_string(turn);
      counted += decide(*nodes[node], "counter", found->version, mine) != 0 ? 1 : 0;
    }
    shared.settle();
    EXPECT_GT(counted, 0);
    EXPECT_EQ(std::atoi(shared.values().at("counter").value.c_str()), counted) << "seed " << seed;
    for (const auto* fault : {"read_fails", "change_lost", "change_unseen", "change_landed"})
      EXPECT_GT(shared.counts().at(fault), 0u) << "seed " << seed;
  }
}

} // namespace
} // namespace orderd::test

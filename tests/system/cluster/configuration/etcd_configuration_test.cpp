// Faults injected: etcd is killed, held still, restarted, loses its majority; the first endpoint is dead.
// Survivable, because nothing of a shard's data waits for etcd, a read goes to the next member, and a change
// of unknown outcome is repeated until it is decided.
#include "cluster/configuration/etcd_configuration.hpp"

#include "tests/support/etcd_server.hpp"
#include "tests/support/heard_names.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::etcd_server;
using test::heard_names;
using test::wait_until;

/// What ends by a limit of its own takes 0.3 s, or a few times that: this is where a test calls it a hang.
constexpr auto hang = 20s;

class EtcdConfiguration : public ::testing::Test {
protected:
  void SetUp() override {
    if (!etcd_server::installed())
      GTEST_SKIP() << etcd_server::not_installed;
  }

  static std::unique_ptr<etcd_configuration> open(std::vector<config::endpoint> endpoints,
                                                  const std::string& prefix = "orderd/") {
    etcd_options options;
    options.endpoints = std::move(endpoints);
    options.key_prefix = prefix;
    return std::make_unique<etcd_configuration>(options);
  }

  /// Repeats a change until it is decided, as its callers do.
  static versioned_value decide(configuration_store& store, const std::string& name, std::uint64_t expected,
                                const std::string& value) {
    versioned_value decided;
    EXPECT_TRUE(wait_until([&] {
      const auto made = store.compare_and_set(name, expected, value, unguarded);
      if (made)
        decided = *made;
      return bool(made);
    })) << "not decided";
    return decided;
  }

  /// Etcd never answers: without its own limit a call would never end.
  static void expect_unavailable(configuration_store& store) {
    const auto begun = steady_clock::now();
    const auto read = store.get("cluster");
    const auto all = store.list("");
    const auto changed = store.compare_and_set("cluster", 0, "x", unguarded);
    for (const auto* error : {read ? nullptr : &read.error(), all ? nullptr : &all.error(),
                              changed ? nullptr : &changed.error()}) {
      ASSERT_NE(error, nullptr);
      EXPECT_EQ(error->code, runtime::fault_code::unavailable) << error->message;
    }
    EXPECT_LT(steady_clock::now() - begun, hang);
  }
};

TEST_F(EtcdConfiguration, IsUnavailableWhenEtcdIsKilledAndReadsOnWhenItIsBack) {
  etcd_server server;
  const auto store = open(server.endpoints());
  const auto set = decide(*store, "cluster", 0, "one");
  server.kill(0);
  expect_unavailable(*store);
  server.start(0);
  EXPECT_TRUE(wait_until([&] { return bool(store->get("cluster")); }));
  const auto found = store->get("cluster");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, set.version);
  EXPECT_EQ(found->value, "one");
}

TEST_F(EtcdConfiguration, AsksTheNextEndpointWhenTheFirstIsDead) {
  etcd_server server;
  auto endpoints = server.endpoints();
  endpoints.insert(endpoints.begin(), {"127.0.0.1", 1});
  const auto store = open(endpoints);
  const auto made = store->compare_and_set("cluster", 0, "one", unguarded);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->value, "one");
  const auto again = open(endpoints);
  const auto found = again->get("cluster");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->version, made->version);
}

TEST_F(EtcdConfiguration, NamesEachEndpointThatDoesNotAnswer) {
  const auto store = open({{"127.0.0.1", 1}, {"127.0.0.1", 2}});
  const auto found = store->get("cluster");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "etcd does not answer: 127.0.0.1:1: cannot connect; 127.0.0.1:2: cannot connect");
}

TEST_F(EtcdConfiguration, SaysUnknownOfAChangeThatWasSentAndDecidesItWhenRepeated) {
  etcd_server server;
  const auto store = open(server.endpoints());
  const auto set = decide(*store, "cluster", 0, "one");
  server.pause(0);
  const auto begun = steady_clock::now();
  const auto unknown = store->compare_and_set("cluster", set.version, "two", unguarded);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, runtime::fault_code::unavailable);
  EXPECT_LT(steady_clock::now() - begun, hang);
  server.resume(0);
  const auto decided = decide(*store, "cluster", set.version, "two");
  EXPECT_GT(decided.version, set.version);
  EXPECT_EQ(decided.value, "two");
}

TEST_F(EtcdConfiguration, DoesNotSendAChangeToASecondMemberAfterTheFirstMayHaveTakenIt) {
  etcd_server first;
  etcd_server second; // of another cluster, so that a change that went on would show there
  auto endpoints = first.endpoints();
  endpoints.push_back(second.endpoints().front());
  decide(*open(first.endpoints()), "cluster", 0, "first");
  std::unique_ptr<etcd_configuration> store;
  EXPECT_TRUE(wait_until([&] { // for a store that is connected to the first
    store = open(endpoints);
    const auto found = store->get("cluster");
    return found && found->value == "first";
  }));
  first.pause(0);
  EXPECT_FALSE(store->compare_and_set("cluster", 0, "two", unguarded));
  const auto elsewhere = open(second.endpoints())->get("cluster");
  ASSERT_TRUE(elsewhere) << elsewhere.error().message;
  EXPECT_EQ(elsewhere->version, 0u);
  const auto repeated = store->compare_and_set("cluster", 0, "two", unguarded);
  ASSERT_TRUE(repeated) << "the next call begins elsewhere: " << repeated.error().message;
}

TEST_F(EtcdConfiguration, WorksWhileTwoOfThreeMembersLiveAndNotWithOne) {
  etcd_server server{3};
  const auto store = open(server.endpoints());
  const auto first = decide(*store, "cluster", 0, "one");
  server.kill(0);
  const auto second = decide(*store, "cluster", first.version, "two");
  EXPECT_GT(second.version, first.version);
  server.kill(1);
  EXPECT_FALSE(store->get("cluster"));
  EXPECT_FALSE(store->compare_and_set("cluster", second.version, "three", unguarded));
  server.start(0);
  const auto third = decide(*store, "cluster", second.version, "three");
  EXPECT_EQ(third.value, "three");
  EXPECT_TRUE(wait_until([&] {
    const auto found = store->get("cluster");
    return found && found->version == third.version;
  }));
}

TEST_F(EtcdConfiguration, CountsRightFromManyThreads) {
  constexpr int threads = 4;
  constexpr int rounds = 25;
  etcd_server server;
  const auto store = open(server.endpoints());
  std::vector<std::thread> counters;
  for (int i = 0; i < threads; ++i)
    counters.emplace_back([&store, i] {
      for (int done = 0; done < rounds;) {
        const auto found = store->get("counter");
        if (!found)
          continue;
        const auto next = found->version == 0 ? 1 : std::stoi(found->value) + 1;
        // The thread's name makes contenders differ.
        const auto mine = std::to_string(next) + " by " + std::to_string(i);
        const auto made = decide(*store, "counter", found->version, mine);
        done += made.value == mine ? 1 : 0;
      }
    });
  for (auto& each : counters)
    each.join();
  const auto found = store->get("counter");
  ASSERT_TRUE(found);
  EXPECT_EQ(std::stoi(found->value), threads * rounds);
}

TEST_F(EtcdConfiguration, KeepsClustersOfDifferentPrefixesApart) {
  etcd_server server;
  const auto one = open(server.endpoints(), "one/");
  const auto two = open(server.endpoints(), "two/");
  decide(*one, "cluster", 0, "one");
  const auto found = two->list("");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_F(EtcdConfiguration, GoesOnTellingWatchersAfterARestart) {
  etcd_server server;
  const auto heard = std::make_shared<heard_names>();
  const auto store = open(server.endpoints());
  store->watch("shards/", [heard](const std::string& name) { heard->add(name); });
  auto set = decide(*store, "shards/0001", 0, "x");
  EXPECT_TRUE(wait_until([&] {
    set = decide(*store, "shards/0001", set.version, "x");
    return heard->has("shards/0001");
  }));
  server.kill(0);
  server.start(0);
  auto other = decide(*store, "shards/0002", 0, "x");
  EXPECT_TRUE(wait_until([&] {
    other = decide(*store, "shards/0002", other.version, "x");
    return heard->has("shards/0002");
  }));
}

TEST_F(EtcdConfiguration, TellsWatchersOfAGapByTheirPrefix) {
  etcd_server server;
  const auto heard = std::make_shared<heard_names>();
  const auto store = open(server.endpoints());
  store->watch("shards/", [heard](const std::string& name) { heard->add(name); });
  EXPECT_TRUE(wait_until([&] { return heard->has("shards/"); }));
}

TEST_F(EtcdConfiguration, EndsWhateverEtcdDoes) {
  etcd_server server;
  for (const bool paused : {false, true}) {
    const auto heard = std::make_shared<heard_names>();
    auto store = open(server.endpoints());
    store->watch("", [heard](const std::string& name) { heard->add(name); });
    EXPECT_TRUE(wait_until([&] { return heard->has(""); }));
    if (paused)
      server.pause(0);
    const auto begun = steady_clock::now();
    store.reset();
    EXPECT_LT(steady_clock::now() - begun, hang);
  }
  auto never_connected = open(server.endpoints());
  never_connected->watch("", [](const std::string&) {});
  const auto begun = steady_clock::now();
  never_connected.reset();
  EXPECT_LT(steady_clock::now() - begun, hang);
}

} // namespace
} // namespace orderd::cluster

// Random orders from a seed, on one shard and on several, with entities forgotten and loaded again,
// answers lost, cancellations and deadlines in between: nothing is stuck and the audit is clean.
#include "actors/rules/types.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace orderd::actors::test {

namespace {

struct world {
  std::uint32_t shards;
  std::uint64_t seed;
};

class RandomOrders : public testing::TestWithParam<world> {};

/// Makes requests by chance, few SKUs and customers, so that they meet.
class chance {
public:
  explicit chance(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::string sku() { return "sku-" + std::to_string(below(6)); }
  std::string customer() { return "customer-" + std::to_string(below(5)); }

  v1::request order(std::uint64_t number) {
    const auto who = below(4) == 0 ? std::string{} : customer();
    const auto method = who.empty() || below(3) == 0 ? v1::CARD : v1::ACCOUNT;
    std::vector<line> lines(1 + below(6));
    for (auto& each : lines)
      each = {sku(), 1 + static_cast<std::int64_t>(below(5)), static_cast<std::int64_t>(below(50))};
    return place(id_of(number, who), who, method, lines, below(3) == 0);
  }

private:
  std::mt19937_64 random_;
};

mini_engine stocked(const world& with) {
  config::provider_settings provider{.decline_rate = 0.2, .timeout_rate = 0.2, .seed = with.seed};
  mini_engine engine{{.shards = with.shards, .provider = provider, .seed = with.seed, .forget_percent = 20}};
  for (std::uint64_t i = 0; i < 5; ++i) {
    engine.ask(stock("sku-" + std::to_string(i), 200, i + 1));
    engine.ask(account("customer-" + std::to_string(i), i == 0 ? 300 : 20'000, i + 1));
  }
  return engine;
}

} // namespace

TEST_P(RandomOrders, EndWithNothingStuckAndACleanAudit) {
  auto engine = stocked(GetParam());
  chance by{GetParam().seed};
  std::map<std::uint64_t, v1::request> placed;
  std::map<int, std::uint64_t> callers;
  for (std::uint64_t number = 1; number <= 400; ++number) {
    placed[number] = by.order(number);
    callers[engine.send(placed[number])] = number;
    const auto again = 1 + by.below(number);
    if (by.below(5) == 0)
      callers[engine.send(placed[again])] = again;
    if (by.below(6) == 0)
      engine.send(cancel(placed[by.below(2) == 0 ? number : again].place_order().order_id()));
    if (by.below(20) == 0)
      engine.ask(stock(by.sku(), 150 + static_cast<std::int64_t>(by.below(200)), 1'000 + number));
    for (auto steps = by.below(8); steps > 0; --steps)
      engine.deliver_one();
  }
  engine.run_to_rest();

  EXPECT_EQ(engine.unsettled(), 0);
  EXPECT_EQ(engine.waiting_callers(), 0u);
  const auto report = engine.audit();
  EXPECT_EQ(report.violations(), 0u) << report.ShortDebugString();
  EXPECT_EQ(report.orders(), placed.size());

  std::map<std::uint64_t, std::string> outcomes;
  for (const auto& [caller, number] : callers) {
    const auto& answers = engine.answers(caller);
    ASSERT_EQ(answers.size(), 1u) << "every caller is answered once";
    EXPECT_TRUE(answers[0].has_placement()) << answers[0].ShortDebugString();
    const auto& first = outcomes.emplace(number, answers[0].SerializeAsString()).first->second;
    EXPECT_EQ(answers[0].SerializeAsString(), first) << "the same reply for ever";
  }
  std::size_t by_reason[reject_reason_max + 1] = {};
  for (auto& [number, request] : placed) {
    const auto now = engine.ask(request);
    EXPECT_EQ(now.SerializeAsString(), outcomes[number]);
    ++by_reason[now.placement().reason()];
  }
  for (const auto reason :
       {v1::NO_REASON, v1::INSUFFICIENT_STOCK, v1::CARD_DECLINED, v1::CANCELLED_BY_REQUEST})
    EXPECT_GT(by_reason[reason], 0u) << "the run misses " << v1::reject_reason_Name(reason);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOrders,
                         testing::Values(world{1, 1}, world{1, 2}, world{1, 3}, world{3, 4}, world{3, 5},
                                         world{8, 6}, world{8, 7}, world{64, 8}),
                         [](const auto& named) {
                           return "Shards" + std::to_string(named.param.shards) + "Seed"
                                  + std::to_string(named.param.seed);
                         });

} // namespace orderd::actors::test

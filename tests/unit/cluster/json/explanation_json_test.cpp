// One entity and what it waits for, and an order's past, as JSON.
#include "cluster/json/json_forms.hpp"
#include "tests/unit/cluster/explain/explained_order.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(ExplanationJson, HasTheStateOfEachKind) {
  auto item = test::known("item", "tea", 3);
  item.mutable_item()->set_sku("tea");
  EXPECT_EQ(
      to_json(item).dump(),
      R"({"kind":"item","key":"tea","exists":true,"shard":3,"term":0,"now":"2027-01-15T08:00:00.020Z",)"
      R"("in_memory":false,"state":{"sku":"tea","on_hand":0,"reserved":0,"available":0},"trouble":null,)"
      R"("timers":[],"calls":[]})");
  EXPECT_TRUE(to_json(test::known("account", "ann"))["state"].is_null());
  const auto order = test::order_in(v1::RESERVING, v1::CARD, test::half);
  EXPECT_EQ(to_json(order)["state"], to_json(order.order()));
  EXPECT_EQ(to_json(order)["line_states"].dump(), R"(["reserved","asked"])");
  EXPECT_EQ(to_json(test::card_in(order, "unknown"))["state"].dump(),
            R"({"state":"unknown","amount_minor":500,"currency":"GBP","attempts":3,)"
            R"("updated_at":"2027-01-15T08:00:00.010Z"})");
}

TEST(ExplanationJson, HasTroubleTimersAndCalls) {
  auto card =
      test::with_timer(test::but_failing(test::known("card", "019"), "ask_provider"), "ask_provider", 900);
  auto& call = *card.add_calls();
  call.set_idempotency_key("019/authorize");
  call.set_state("calling");
  const auto said = to_json(card);
  EXPECT_EQ(said["trouble"].dump(),
            R"({"quarantined":false,"command":"ask_provider","error":"no such page","failures":4,)"
            R"("since":"2027-01-15T08:00:00.006Z","retry_at":"2027-01-15T08:00:00.120Z","parked":2,)"
            R"("parked_commands":[]})");
  EXPECT_EQ(said["timers"].dump(), R"([{"command":"ask_provider","due_at":"2027-01-15T08:00:00.900Z"}])");
  EXPECT_EQ(said["calls"].dump(), R"([{"idempotency_key":"019/authorize","state":"calling","since":null}])");
}

TEST(ExplanationJson, HasTheHistoryAndTheActionsOfAnOrder) {
  auto order = test::order_in(v1::RESERVING, v1::CARD, test::half).order();
  auto& action = *order.add_actions();
  action.set_at_ms(test::placed_at);
  action.set_what("cancel");
  action.set_by("eve");
  order.set_trace_id("trace-id-16bytes");
  EXPECT_EQ(to_json(order)["history"].dump(),
            R"([{"status":"placed","at":"2027-01-15T08:00:00.000Z","took_ms":4},)"
            R"({"status":"reserving","at":"2027-01-15T08:00:00.004Z","took_ms":null}])");
  EXPECT_EQ(to_json(order)["actions"].dump(),
            R"([{"at":"2027-01-15T08:00:00.000Z","what":"cancel","by":"eve","why":null}])");
  EXPECT_EQ(to_json(order)["trace_id"], "74726163652d69642d31366279746573");
  order.clear_history_at_ms();
  EXPECT_EQ(to_json(order)["history"].dump(),
            R"([{"status":"placed","at":"2027-01-15T08:00:00.000Z","took_ms":null},)"
            R"({"status":"reserving","at":null,"took_ms":null}])");
}

} // namespace
} // namespace orderd::cluster

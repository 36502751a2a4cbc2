// What an order remembers of its own past: when each status began, what people did, which trace it came from.
#include "actors/entities/entity_ids.hpp"
#include "runtime/entity/request.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::actors::test {

namespace {

using ms = std::vector<std::int64_t>;

/// When each status began, after the order was placed.
ms since_placed(const v1::order& order) {
  ms all;
  for (const auto at : order.history_at_ms())
    all.push_back(at - order.placed_at_ms());
  return all;
}

v1::request cancel_by(const std::string& id, const std::string& by, const std::string& why) {
  auto request = cancel(id);
  request.mutable_cancel_order()->set_by(by);
  request.mutable_cancel_order()->set_why(why);
  return request;
}

mini_engine stocked(config::provider_settings provider = {}) {
  mini_engine engine{{.provider = provider}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("ann", 1'000, 2));
  return engine;
}

} // namespace

TEST(OrderHistory, TellsWhenEachStatusBegan) {
  auto engine = stocked();
  const auto id = id_of(1, "ann");
  engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}}));
  EXPECT_EQ(since_placed(engine.ask(get(id)).order()), (ms{0, 0, 0, 0}));
}

TEST(OrderHistory, CountsFromThePlacementAlsoAfterTheOrderWasLoadedAgain) {
  auto engine = stocked();
  const auto id = id_of(1);
  engine.stop_provider(true);
  engine.send(place(id, "", v1::CARD, {{"tea", 3, 200}}));
  engine.run();
  engine.forget_everything();
  engine.run_to_rest(); // Its deadline passes.
  const auto order = engine.ask(get(id)).order();
  EXPECT_EQ(order.status(), v1::REJECTING);
  EXPECT_EQ(since_placed(order), (ms{0, 0, 0, 30'000}));
}

TEST(OrderHistory, HasNoTimesOfAnOrderFromBefore) {
  auto engine = stocked();
  const auto id = id_of(1, "ann");
  engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}}));
  const auto row = entity_of(kind::order, id).row(runtime::table::state);
  auto stored = engine.rows().find(row.in(), row.key()).value();
  ASSERT_TRUE(stored.ends_with(std::string("\x62\0", 2))) << "the times, of which there are none, come last";
  stored.resize(stored.size() - 2);
  engine.rows().put(row, stored);
  engine.forget_everything();
  EXPECT_EQ(engine.ask(get(id)).order().history_at_ms_size(), 0);
  engine.ask(cancel_by(id, "eve", "")); // It goes on without them.
  const auto order = engine.ask(get(id)).order();
  EXPECT_EQ(order.history_size(), 6);
  EXPECT_EQ(order.history_at_ms_size(), 0);
  EXPECT_EQ(order.actions_size(), 1);
}

TEST(OrderHistory, KeepsWhoCancelledAndWhyOnce) {
  auto engine = stocked();
  const auto id = id_of(1, "ann");
  engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}}));
  engine.ask(cancel_by(id, "eve", "the customer called "));
  engine.ask(cancel_by(id, "bob", "again"));
  engine.forget_everything();
  const auto order = engine.ask(get(id)).order();
  ASSERT_EQ(order.actions_size(), 1);
  EXPECT_EQ(order.actions(0).what(), "cancel");
  EXPECT_EQ(order.actions(0).by(), "eve");
  EXPECT_EQ(order.actions(0).why(), "the customer called");
  EXPECT_EQ(order.actions(0).at_ms(), engine.now());
  engine.ask(place(id_of(2, "ann"), "ann", v1::ACCOUNT, {{"tea", 1, 1}}));
  engine.ask(cancel(id_of(2, "ann")));
  EXPECT_EQ(engine.ask(get(id_of(2, "ann"))).order().actions_size(), 0) << "nobody said who";
}

TEST(OrderHistory, KeepsWhatAPersonDecidedAboutItsQuarantineOrItsCards) {
  auto engine = stocked();
  const auto id = id_of(1, "ann");
  engine.ask(place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}}));
  const auto decide = [&](kind which, std::string_view key, bool retry, const std::string& by) {
    const runtime::resolve_request decided{entity_of(which, key), retry, {}, {}, by, "mended"};
    const auto note = engine.rules().note_of(decided, 77);
    if (note)
      engine.deliver(note->to, *note->what, std::nullopt);
    return note.has_value();
  };
  EXPECT_TRUE(decide(kind::order, id, true, "eve"));
  EXPECT_TRUE(decide(kind::card, id, false, "bob"));
  EXPECT_FALSE(decide(kind::order, id, true, "")) << "nobody said who";
  EXPECT_FALSE(decide(kind::item, "tea", true, "eve"));
  EXPECT_FALSE(decide(kind::account, "ann", true, "eve"));
  const auto order = engine.ask(get(id)).order();
  ASSERT_EQ(order.actions_size(), 2);
  EXPECT_EQ(order.actions(0).what(), "retry");
  EXPECT_EQ(order.actions(1).what(), "release");
  EXPECT_EQ(order.actions(1).by(), "bob");
  EXPECT_EQ(order.actions(1).why(), "mended");
  EXPECT_EQ(order.actions(1).at_ms(), 77) << "when it was decided, not when the order was told";
  EXPECT_TRUE(decide(kind::order, id_of(9), true, "eve"))
      << "an order that never was is told too, and is none";
  EXPECT_TRUE(engine.ask(get(id_of(9))).has_rejection());
}

TEST(OrderHistory, KeepsTheTraceOfTheFirstPlacement) {
  auto engine = stocked();
  const auto id = id_of(1, "ann");
  auto request = place(id, "ann", v1::ACCOUNT, {{"tea", 3, 200}});
  request.mutable_place_order()->set_trace_id("trace-id-16bytes");
  EXPECT_EQ(engine.ask(request).placement().status(), v1::CONFIRMED);
  request.mutable_place_order()->set_trace_id("another-16-bytes");
  EXPECT_EQ(engine.ask(request).placement().status(), v1::CONFIRMED) << "no conflict";
  EXPECT_EQ(engine.ask(get(id)).order().trace_id(), "trace-id-16bytes");
}

} // namespace orderd::actors::test

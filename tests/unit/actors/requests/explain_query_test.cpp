// All that a shard knows of one entity: a row a kind and a state.
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/order_id.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::actors::test {

namespace {

v1::entity_explanation explained(mini_engine& engine, const std::string& kind, const std::string& key) {
  v1::request request;
  request.mutable_explain_entity()->set_kind(kind);
  request.mutable_explain_entity()->set_key(key);
  return engine.ask(request).entity_explanation();
}

/// tea and ann's account; order 1 of ann is confirmed, the guest's order 2 waits for the provider.
mini_engine busy() {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("ann", 1'000, 2));
  engine.ask(place(id_of(1, "ann"), "ann", v1::ACCOUNT, {{"tea", 3, 200}, {"tea", 1, 200}}));
  engine.stop_provider(true);
  engine.send(place(id_of(2), "", v1::CARD, {{"tea", 1, 200}}));
  engine.run();
  return engine;
}

} // namespace

TEST(ExplainQuery, HasTheOrderAsGetOrderDoesAndItsLines) {
  auto engine = busy();
  const auto known = explained(engine, "order", order_id_text(id_of(1, "ann")));
  EXPECT_EQ(known.kind(), "order");
  EXPECT_EQ(known.key(), order_id_text(id_of(1, "ann")));
  EXPECT_TRUE(known.exists());
  EXPECT_EQ(known.order().SerializeAsString(), engine.ask(get(id_of(1, "ann"))).order().SerializeAsString());
  EXPECT_EQ(known.line_states(), std::string(2, '\1')) << "both reserved";
  EXPECT_FALSE(known.has_trouble());
}

TEST(ExplainQuery, HasItemsAccountsAndCards) {
  auto engine = busy();
  EXPECT_EQ(explained(engine, "item", "tea").item().reserved(), 5);
  EXPECT_EQ(explained(engine, "account", "ann").account().held_minor(), 800);
  const auto card = explained(engine, "card", order_id_text(id_of(2))).card();
  EXPECT_EQ(card.state(), "requesting");
  EXPECT_EQ(card.amount_minor(), 200);
  EXPECT_EQ(card.currency(), "GBP");
  EXPECT_EQ(card.attempts(), 1u);
  EXPECT_EQ(card.updated_at_ms(), engine.now());
}

TEST(ExplainQuery, SaysThatSomethingIsNotThere) {
  auto engine = busy();
  // Her orders are chained, but she has no account.
  engine.send(place(id_of(3, "eve"), "eve", v1::CARD, {{"tea", 1, 1}}));
  engine.run();
  EXPECT_FALSE(explained(engine, "order", order_id_text(id_of(9))).exists());
  EXPECT_FALSE(explained(engine, "item", "coffee").exists());
  EXPECT_FALSE(explained(engine, "account", "eve").exists());
  EXPECT_FALSE(explained(engine, "card", order_id_text(id_of(1, "ann"))).exists());
}

TEST(ExplainQuery, SaysWhatTheEngineKnows) {
  auto engine = busy();
  auto& known = engine.rows().known;
  known.shard = 3;
  known.term = 4;
  known.now = 5;
  known.resident = true;
  known.trouble.emplace();
  known.trouble->command = "reserve";
  known.trouble->error = "no disk";
  known.trouble->failures = 2;
  known.trouble->since_at = 6;
  known.trouble->retry_at = 7;
  known.trouble->parked = 30;
  known.trouble->parked_names = {"reserve", "release"};
  known.timers = {{"expire_order", 8}};
  known.calls = {{"key", false, 9}, {"key2", true, 10}};
  const auto said = explained(engine, "item", "tea");
  EXPECT_EQ(said.shard(), 3u);
  EXPECT_EQ(said.term(), 4u);
  EXPECT_EQ(said.now_ms(), 5);
  EXPECT_TRUE(said.in_memory());
  EXPECT_EQ(said.trouble().ShortDebugString(),
            "command: \"reserve\" error: \"no disk\" failures: 2 since_ms: 6 retry_at_ms: 7 parked: 30 "
            "parked_commands: \"reserve\" parked_commands: \"release\"");
  EXPECT_EQ(said.timers(0).ShortDebugString(), "command: \"expire_order\" due_at_ms: 8");
  EXPECT_EQ(said.calls(0).ShortDebugString(), "idempotency_key: \"key\" state: \"committing\" since_ms: 9");
  EXPECT_EQ(said.calls(1).state(), "calling");
  known.trouble->retry_at.reset();
  EXPECT_TRUE(explained(engine, "item", "tea").trouble().quarantined());
}

TEST(ExplainQuery, SaysOfWhatCannotBeReadThatItIsThere) {
  auto engine = busy();
  for (const auto& id : {entity_of(kind::item, "tea"), entity_of(kind::order, id_of(1, "ann"))}) {
    engine.rows().put(id.row(runtime::table::state), "\xff\xff\xff");
    const auto said =
        explained(engine, std::string{kind_name(static_cast<kind>(id.kind()))}, readable_key(id));
    EXPECT_TRUE(said.exists());
    EXPECT_FALSE(said.has_item() || said.has_order());
    EXPECT_NE(said.trouble().error().find("cannot be read"), std::string::npos) << said.ShortDebugString();
  }
}

} // namespace orderd::actors::test

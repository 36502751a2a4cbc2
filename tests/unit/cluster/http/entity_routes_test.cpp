// One entity over HTTP, and why an order is where it is.
#include "actors/rules/order_id.hpp"
#include "cluster/explain/order_facts.hpp"
#include "tests/unit/cluster/http/door_bench.hpp"

namespace orderd::cluster {
namespace {

constexpr auto id_text = "01890a5d-ac96-774b-bcce-b302099a8057";

v1::reply explained(const question& asked) {
  v1::reply out;
  auto& entity = *out.mutable_entity_explanation();
  entity.set_kind(asked.what->explain_entity().kind());
  entity.set_key(asked.what->explain_entity().key());
  entity.set_exists(true);
  if (entity.kind() == "order") {
    auto& order = *entity.mutable_order();
    order.set_order_id(actors::parse_order_id(entity.key()));
    order.set_customer("alice");
    order.set_status(v1::RESERVING);
    order.mutable_payment()->set_method(v1::ACCOUNT);
    order.add_lines()->set_sku("A");
    entity.set_line_states(std::string(1, order_facts::asked));
  }
  return out;
}

TEST(EntityRoutes, AskTheShardOfTheEntity) {
  door_bench bench;
  bench.cluster->answer = explained;
  const auto got = body_of(bench.get("/v1/entities/item/a%2Fb"));
  EXPECT_EQ(got["kind"], "item");
  EXPECT_EQ(got["key"], "a/b");
  bench.cluster->answer = [](const question& asked) {
    auto out = explained(asked);
    out.mutable_entity_explanation()->set_exists(false);
    return out;
  };
  EXPECT_EQ(bench.get("/v1/entities/item/B").status, 404);
  EXPECT_EQ(bench.get(std::string{"/v1/orders/"} + id_text + "/explanation").status, 404);
}

TEST(EntityRoutes, ExplainAnOrderWithWhatItHasToDoWith) {
  door_bench bench;
  bench.cluster->answer = explained;
  const auto path = std::string{"/v1/orders/"} + id_text + "/explanation";
  const auto got = body_of(bench.get(path));
  EXPECT_EQ(got["order"]["order_id"], id_text);
  EXPECT_FALSE(got["headline"].get<std::string>().empty());
  ASSERT_GE(bench.cluster->asked.size(), 2u) << "the item that has not answered";
  // One that does not answer hides nothing of the order.
  bench.cluster->answer = [](const question& asked) {
    return asked.what->explain_entity().kind() == "order" ? explained(asked)
                                                          : fault_reply(v1::fault::TIMEOUT);
  };
  EXPECT_EQ(bench.get(path).status, 200);
  EXPECT_EQ(bench.get("/v1/orders/x/explanation").status, 400);
}

} // namespace
} // namespace orderd::cluster

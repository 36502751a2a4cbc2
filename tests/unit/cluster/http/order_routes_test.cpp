// Orders over HTTP: what is asked of the cluster, and what is made of its answers.
#include "actors/rules/order_id.hpp"
#include "runtime/base/bytes.hpp"
#include "tests/unit/cluster/http/door_bench.hpp"

namespace orderd::cluster {
namespace {

constexpr auto id_text = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr auto small_order = R"({"currency":"GBP","payment_method":"account","customer":"alice",)"
                             R"("lines":[{"sku":"A","quantity":2,"unit_price_minor":999}]})";

v1::reply confirmed(const question& asked) {
  v1::reply out;
  auto& placement = *out.mutable_placement();
  placement.set_order_id(asked.what->place_order().order_id());
  placement.set_status(v1::CONFIRMED);
  placement.set_authorized_minor(1'998);
  placement.set_lines_reserved(1);
  return out;
}

TEST(OrderRoutes, PlaceWhatTheBodySays) {
  door_bench bench;
  bench.cluster->answer = confirmed;
  const auto got = bench.post(
      "/v1/orders",
      R"({"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","reference":"r","customer":"alice","currency":"GBP",)"
      R"("payment_method":"card","allow_partial":true,"added_credit_minor":7,)"
      R"("lines":[{"sku":"A","quantity":2,"unit_price_minor":999,"added_units":0},)"
      R"({"sku":"B","quantity":1,"unit_price_minor":1}]})");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(header_of(got, "Location"), std::string{"/v1/orders/"} + id_text);
  EXPECT_EQ(body_of(got)["status"], "confirmed");
  ASSERT_EQ(bench.cluster->asked.size(), 1u);
  const auto& order = bench.cluster->asked[0].what->place_order();
  EXPECT_EQ(actors::order_id_text(order.order_id()), id_text);
  EXPECT_EQ(order.reference(), "r");
  EXPECT_EQ(order.customer(), "alice");
  EXPECT_EQ(order.payment_method(), v1::CARD);
  EXPECT_TRUE(order.allow_partial());
  EXPECT_EQ(order.added_credit_minor(), 7);
  ASSERT_EQ(order.lines_size(), 2);
  EXPECT_EQ(order.lines(0).quantity(), 2);
  EXPECT_EQ(order.lines(0).unit_price_minor(), 999);
  EXPECT_TRUE(order.lines(0).has_added_units());
  EXPECT_FALSE(order.lines(1).has_added_units());
}

TEST(OrderRoutes, TakeTheIdFromTheHeaderOrMakeOne) {
  door_bench bench;
  bench.cluster->answer = confirmed;
  http_request what{.method = http_method::post,
                    .target = "/v1/orders",
                    .body = small_order,
                    .content_type = "application/json",
                    .idempotency_key = id_text};
  EXPECT_EQ(bench.send(what).status, 200);
  EXPECT_EQ(actors::order_id_text(bench.cluster->asked.at(0).what->place_order().order_id()), id_text);

  EXPECT_EQ(bench.post("/v1/orders", small_order).status, 200);
  const auto made = bench.cluster->asked.at(1).what->place_order().order_id();
  EXPECT_TRUE(actors::is_order_id(made));
  EXPECT_EQ(actors::order_id_time_ms(made), 1'790'000'000'000);

  what.body = R"({"order_id":"01890a5d-ac96-774b-bcce-b302099a8058",)" + std::string{small_order}.substr(1);
  EXPECT_EQ(body_of(bench.send(what))["field"], "order_id");
  what.body = R"({"order_id":"01890A5D-ac96-774b-bcce-b302099a8057",)" + std::string{small_order}.substr(1);
  EXPECT_EQ(bench.send(what).status, 200) << "the same in capitals";
  what.idempotency_key = "mine";
  EXPECT_EQ(body_of(bench.send(what))["field"], "Idempotency-Key");
}

TEST(OrderRoutes, TakeTraceAndTimeFromHeaders) {
  door_bench bench;
  bench.cluster->answer = confirmed;
  http_request what{.method = http_method::post,
                    .target = "/v1/orders",
                    .body = small_order,
                    .content_type = "application/json",
                    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    .prefer = "wait=5"};
  EXPECT_EQ(header_of(bench.send(what), "traceparent"), what.traceparent);
  EXPECT_EQ(runtime::to_hex(bench.cluster->asked.at(0).what->place_order().trace_id()),
            "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(bench.cluster->asked.at(0).what->timeout_ms(), 5'000u);
  what.traceparent = "00-0af7";
  what.target = "/v1/orders?timeout_ms=70";
  EXPECT_EQ(header_of(bench.send(what), "traceparent"), "");
  EXPECT_EQ(bench.cluster->asked.at(1).what->place_order().trace_id(), "");
  EXPECT_EQ(bench.cluster->asked.at(1).what->timeout_ms(), 70u);
  what.target = "/v1/orders?timeout_ms=300001";
  EXPECT_EQ(body_of(bench.send(what))["field"], "timeout_ms");
}

TEST(OrderRoutes, NameTheFieldOfTheBodyThatIsWrong) {
  door_bench bench;
  const std::pair<const char*, const char*> all[] = {
      {"{}", "currency"},
      {R"({"currency":"GBP","payment_method":"account"})", "lines"},
      {R"({"currency":"GBP","payment_method":"cash","lines":[]})", "payment_method"},
      {R"({"currency":"GBP","payment_method":"card","lines":[{"quantity":1,"unit_price_minor":1}]})",
       "lines[0].sku"},
      {R"({"currency":"GBP","payment_method":"card","lines":[{"sku":"A","quantity":1.5,"unit_price_minor":1}]})",
       "lines[0].quantity"},
      {R"({"currency":"GBP","payment_method":"card","lines":[7]})", "lines[0]"},
      {R"({"currency":"GBP","payment_method":"card","lines":[],"total":3})", "total"},
      {R"({"order_id":"1","currency":"GBP","payment_method":"card","lines":[]})", "order_id"},
  };
  for (const auto& [body, field] : all) {
    const auto got = bench.post("/v1/orders", body);
    EXPECT_EQ(got.status, 400) << body;
    EXPECT_EQ(got.content_type, "application/problem+json");
    EXPECT_EQ(body_of(got)["field"], field) << body;
  }
  EXPECT_TRUE(bench.cluster->asked.empty());
}

struct answered {
  v1::reply reply;
  unsigned status;
  const char* code;
};

TEST(OrderRoutes, MakeProblemsOfRefusals) {
  using rejection = v1::rejection;
  using fault = v1::fault;
  const answered all[] = {
      {rejection_reply(rejection::CONFLICT), 409, "conflict"},
      {rejection_reply(rejection::INVALID_FIELD), 400, "invalid_field"},
      {fault_reply(fault::OVERLOADED, 1'200), 503, "overloaded"},
      {fault_reply(fault::TIMEOUT), 504, "timeout"},
      {fault_reply(fault::UNAVAILABLE), 503, "unavailable"},
      {fault_reply(fault::STORAGE_FULL), 503, "storage_full"},
      {fault_reply(fault::QUARANTINED), 503, "quarantined"},
      {fault_reply(fault::CORRUPT), 500, "corrupt"},
      {fault_reply(fault::TOO_LARGE), 413, "too_large"},
      {fault_reply(fault::SHUTTING_DOWN), 503, "shutting_down"},
      {fault_reply(fault::INTERNAL), 500, "internal"},
      {v1::reply{}, 500, "internal"},
  };
  door_bench bench;
  for (const auto& each : all) {
    bench.cluster->answer = [&each](const question&) { return each.reply; };
    const auto got = bench.post("/v1/orders", small_order);
    EXPECT_EQ(got.status, each.status) << each.code;
    EXPECT_EQ(body_of(got)["code"], each.code);
    EXPECT_EQ(header_of(got, "Retry-After"), each.reply.fault().retry_after_ms() > 0 ? "2" : "");
  }
}

TEST(OrderRoutes, TellWhoDoesNotKnowToAskAgainWithTheSameId) {
  door_bench bench;
  bench.cluster->answer = [](const question&) { return fault_reply(v1::fault::TIMEOUT); };
  http_request what{.method = http_method::post,
                    .target = "/v1/orders",
                    .body = small_order,
                    .content_type = "application/json",
                    .idempotency_key = id_text};
  const auto body = body_of(bench.send(what));
  EXPECT_EQ(body["outcome"], "not_known");
  EXPECT_NE(body["detail"].get<std::string>().find(id_text), std::string::npos);
}

TEST(OrderRoutes, GetAndCancelByTheIdInThePath) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) {
    v1::reply out;
    if (asked.what->has_get_order()) {
      out.mutable_order()->set_order_id(asked.what->get_order().order_id());
      out.mutable_order()->set_currency("GBP");
    } else {
      out.mutable_cancellation()->set_order_id(asked.what->cancel_order().order_id());
      out.mutable_cancellation()->set_status(v1::CANCELLED);
    }
    return out;
  };
  const auto path = std::string{"/v1/orders/"} + id_text;
  EXPECT_EQ(body_of(bench.get(path))["order_id"], id_text);
  EXPECT_EQ(body_of(bench.post(path + "/cancel", ""))["status"], "cancelled");
  EXPECT_EQ(bench.post(path + "/cancel", R"({"by":"ann","why":"twice"})").status, 200);
  EXPECT_EQ(bench.cluster->asked.back().what->cancel_order().by(), "ann");
  EXPECT_EQ(bench.cluster->asked.back().what->cancel_order().why(), "twice");
  EXPECT_EQ(bench.get("/v1/orders/7").status, 400);
  EXPECT_EQ(bench.post(path + "/cancel", R"({"who":"ann"})").status, 400);
  bench.cluster->answer = [](const question&) { return rejection_reply(v1::rejection::NOT_FOUND); };
  EXPECT_EQ(bench.get(path).status, 404);
}

} // namespace
} // namespace orderd::cluster

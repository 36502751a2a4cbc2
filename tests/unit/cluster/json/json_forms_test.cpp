#include "cluster/json/json_forms.hpp"

#include "actors/rules/order_id.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(CtlJson, GivesAnOrderTheFieldsOfTheExport) {
  v1::order order;
  order.set_order_id(actors::parse_order_id("01890a5d-ac96-774b-bcce-b302099a8057"));
  order.set_reference("536365");
  order.set_customer("17850");
  order.set_status(v1::CONFIRMED);
  order.set_currency("GBP");
  order.set_total_minor(1530);
  auto& line = *order.add_lines();
  line.set_sku("85123A");
  line.set_quantity(6);
  line.set_unit_price_minor(255);
  line.set_reserved(true);
  order.mutable_payment()->set_method(v1::ACCOUNT);
  order.mutable_payment()->set_state(v1::PAYMENT_AUTHORIZED);
  order.mutable_payment()->set_authorized_minor(1530);
  order.set_placed_at_ms(1'259'653'500'000);
  order.set_updated_at_ms(1'259'653'500'007);
  EXPECT_EQ(to_json(order).dump(),
            R"({"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","reference":"536365","customer":"17850",)"
            R"("status":"confirmed","reason":null,"refused_line":null,"refused_payment":null,)"
            R"("currency":"GBP","total_minor":1530,)"
            R"("lines":[{"sku":"85123A","quantity":6,"unit_price_minor":255,"reserved":true}],)"
            R"("payment":{"method":"account","state":"authorized","authorized_minor":1530},)"
            R"("placed_at":"2009-12-01T07:45:00.000Z","updated_at":"2009-12-01T07:45:00.007Z",)"
            R"("history":[],"actions":[],"trace_id":null})");
}

TEST(CtlJson, GivesAGuestNoCustomerAndARefusedOrderItsReason) {
  v1::order order;
  order.set_status(v1::REJECTED);
  order.set_reason(v1::INSUFFICIENT_STOCK);
  order.mutable_payment()->set_method(v1::CARD);
  const auto value = to_json(order);
  EXPECT_TRUE(value["customer"].is_null());
  EXPECT_EQ(value["status"], "rejected");
  EXPECT_EQ(value["reason"], "insufficient_stock");
  EXPECT_EQ(value["payment"]["method"], "card");
  EXPECT_EQ(value["payment"]["state"], "none");
  EXPECT_EQ(value["lines"], json::array());
}

TEST(CtlJson, NamesWhatARejectedOrderFailedBy) {
  v1::placement outcome;
  outcome.mutable_refused_line()->set_line(2);
  outcome.mutable_refused_line()->set_sku("jam");
  outcome.mutable_refused_line()->set_quantity(5);
  outcome.mutable_refused_line()->set_lines(1);
  EXPECT_EQ(to_json(outcome)["refused_line"].dump(),
            R"({"line":2,"sku":"jam","quantity":5,"lines":1,"available":null})");
  EXPECT_TRUE(to_json(outcome)["refused_payment"].is_null());
  v1::order order;
  order.mutable_refused_payment()->set_amount_minor(100);
  order.mutable_refused_payment()->set_account("17850");
  order.mutable_refused_payment()->set_available_minor(0);
  EXPECT_EQ(to_json(order)["refused_payment"].dump(),
            R"({"amount_minor":100,"account":"17850","available_minor":0,"account_currency":null})");
}

TEST(CtlJson, GivesStockAndAccountsTheFieldsOfTheExport) {
  v1::stock_item item;
  item.set_sku("85123A");
  item.set_on_hand(10);
  item.set_reserved(4);
  item.set_available(6);
  EXPECT_EQ(to_json(item).dump(), R"({"sku":"85123A","on_hand":10,"reserved":4,"available":6})");
  v1::account account;
  account.set_customer("17850");
  account.set_currency("GBP");
  account.set_credit_limit_minor(500'000);
  account.set_held_minor(1530);
  EXPECT_EQ(
      to_json(account).dump(),
      R"({"customer":"17850","currency":"GBP","credit_limit_minor":500000,"held_minor":1530,"captured_minor":0})");
}

TEST(CtlJson, NamesEnumeratorsAndNumbersThoseItDoesNotKnow) {
  EXPECT_EQ(status_name(v1::AUTHORIZING), "authorizing");
  EXPECT_EQ(status_name(v1::ORDER_STATUS_UNKNOWN), "unknown");
  EXPECT_EQ(status_name(static_cast<v1::order_status>(99)), "99");
  EXPECT_EQ(reason_name(v1::NO_REASON), "none");
  EXPECT_EQ(reason_name(v1::CARD_DECLINED), "card_declined");
  v1::rejection rejection;
  rejection.set_code(v1::rejection::NOT_FOUND);
  EXPECT_EQ(rejection_name(rejection), "not_found");
  v1::fault fault;
  fault.set_code(v1::fault::OVERLOADED);
  EXPECT_EQ(fault_name(fault), "overloaded");
}

TEST(CtlJson, WritesTimesBeforeAndAfterTheEpoch) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(951'782'400'123), "2000-02-29T00:00:00.123Z");
}

TEST(CtlJson, GivesAnAuditItsCountsAndViolations) {
  v1::audit_report report;
  report.set_orders(3);
  (*report.mutable_orders_by_status())["CONFIRMED"] = 2;
  (*report.mutable_orders_by_status())["CANCELLED"] = 1;
  report.set_violations(1);
  auto& violation = *report.add_first_violations();
  violation.set_invariant("S5");
  violation.set_subject("85123A");
  violation.set_detail("reserved 3, its orders say 2");
  const auto value = to_json(report);
  EXPECT_EQ(value["orders"], 3);
  EXPECT_EQ(value["orders_by_status"].dump(), R"({"confirmed":2,"cancelled":1})");
  EXPECT_EQ(value["violations"], 1);
  EXPECT_EQ(value["first_violations"][0]["subject"], "85123A");
}

TEST(CtlJson, GivesAStatusEveryShard) {
  v1::node_status status;
  status.set_version("0.1.0");
  status.set_refusing_because("the disk is 90 % full");
  status.add_shards()->set_shard(0);
  status.add_shards()->set_committed_epoch(7);
  const auto value = to_json(status);
  EXPECT_EQ(value["admitting"], false);
  EXPECT_EQ(value["refusing_because"], "the disk is 90 % full");
  ASSERT_EQ(value["shards"].size(), 2U);
  EXPECT_EQ(value["shards"][1]["committed_epoch"], 7);
}

TEST(CtlJson, GivesARefusalItsCodeAndWhatIsWrong) {
  v1::rejection rejection;
  rejection.set_code(v1::rejection::INVALID_FIELD);
  rejection.set_field("quantity");
  rejection.set_message("quantity is too large");
  EXPECT_EQ(to_json(rejection).dump(),
            R"({"rejection":{"code":"invalid_field","field":"quantity","value":null,)"
            R"("limit":null,"message":"quantity is too large"}})");
  v1::fault fault;
  fault.set_code(v1::fault::TIMEOUT);
  EXPECT_EQ(to_json(fault)["fault"]["code"], "timeout");
}

} // namespace
} // namespace orderd::cluster

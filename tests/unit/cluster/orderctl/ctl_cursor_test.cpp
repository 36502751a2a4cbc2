#include "cluster/orderctl/ctl_cursor.hpp"

#include "actors/rules/order_id.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

class CtlCursor : public testing::Test, protected ctl_fixture {
protected:
  static std::string id(std::uint64_t time) {
    return actors::make_order_id("17850", static_cast<std::int64_t>(time), time);
  }

  static v1::order order(const std::string& order_id) {
    v1::order made;
    made.set_order_id(order_id);
    made.set_customer("17850");
    made.set_currency("GBP");
    return made;
  }
};

TEST_F(CtlCursor, ListsNothingBehindAnOrderThatThereIsNot) {
  node.answer = [](const v1::request&) { return rejected_with(v1::rejection::NOT_FOUND, "there is none"); };
  context.json = true;
  for (const auto* customer : {"", "17850"}) {
    out.str({});
    list_options options;
    options.customer = customer;
    options.after = id(99);
    EXPECT_EQ(run(options, context), exit_refused);
    const auto why = printed()["rejection"];
    EXPECT_EQ(why["code"], "invalid_field");
    EXPECT_EQ(why["field"], "after");
    EXPECT_EQ(why["value"], actors::order_id_text(id(99)));
  }
  for (const auto& what : node.seen)
    EXPECT_FALSE(what.has_list_orders());
}

TEST_F(CtlCursor, ListsNothingBehindAnOrderOfAnotherCustomer) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    *reply.mutable_order() = order(what.get_order().order_id());
    return reply;
  };
  list_options options;
  options.customer = "bea";
  options.after = id(2);
  EXPECT_EQ(run(options, context), exit_refused);
  EXPECT_EQ(err.str(), "orderctl: --after " + actors::order_id_text(id(2))
                           + " must be the id of an order of this customer (invalid_field)\n");
}

TEST_F(CtlCursor, ListsWhatComesBehindADamagedOrder) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    if (what.has_get_order())
      return failed_with(v1::fault::CORRUPT, "a checksum is wrong");
    *reply.mutable_order_page()->add_orders() = order(id(1));
    return reply;
  };
  list_options options;
  options.after = id(2);
  EXPECT_EQ(run(options, context), exit_ok);
  EXPECT_THAT(out.str(), ::testing::HasSubstr(actors::order_id_text(id(1))));
}

TEST_F(CtlCursor, ListsNothingBehindAKeyThatThereIsNot) {
  node.answer = [](const v1::request&) { return rejected_with(v1::rejection::NOT_FOUND, "there is none"); };
  EXPECT_EQ(run(stock_list_options{{3, "B\x1b"}}, context), exit_refused);
  EXPECT_EQ(run(account_list_options{{3, "bea"}}, context), exit_refused);
  EXPECT_EQ(err.str(), "orderctl: --after B\\u{001B} must be a SKU that has stock (invalid_field)\n"
                       "orderctl: --after bea must be a customer with an account (invalid_field)\n");
  EXPECT_EQ(node.seen.size(), 2U) << "only what there is was asked for";
}

} // namespace
} // namespace orderd::cluster

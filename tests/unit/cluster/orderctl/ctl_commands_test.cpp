#include "cluster/orderctl/ctl_commands.hpp"

#include "actors/rules/order_id.hpp"
#include "config/limits.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::cluster {
namespace {

class CtlCommands : public testing::Test, protected ctl_fixture {
protected:
  static std::string id(std::uint64_t time, const std::string& customer = "17850") {
    return actors::make_order_id(customer, static_cast<std::int64_t>(time), time);
  }

  static v1::order order(const std::string& order_id, v1::order_status status = v1::CONFIRMED) {
    v1::order made;
    made.set_order_id(order_id);
    made.set_status(status);
    made.set_currency("GBP");
    made.set_total_minor(1530);
    made.add_history(v1::PLACED);
    made.add_history(status);
    return made;
  }

  /// A node whose every answer is this.
  void answer_with(const v1::reply& reply) {
    node.answer = [reply](const v1::request&) { return reply; };
  }

  static v1::reply placement(v1::order_status status, v1::reject_reason reason = v1::NO_REASON) {
    v1::reply reply;
    reply.mutable_placement()->set_order_id(id(1));
    reply.mutable_placement()->set_status(status);
    reply.mutable_placement()->set_reason(reason);
    reply.mutable_placement()->set_authorized_minor(1530);
    reply.mutable_placement()->set_lines_reserved(1);
    return reply;
  }

  static place_options one_line() {
    place_options options;
    options.customer = "17850";
    options.lines.emplace_back();
    options.lines[0].set_sku("85123A");
    options.lines[0].set_quantity(6);
    options.lines[0].set_unit_price_minor(255);
    return options;
  }
};

TEST_F(CtlCommands, PlaceAnOrderInTheShardOfItsCustomer) {
  answer_with(placement(v1::CONFIRMED));
  EXPECT_EQ(run(one_line(), context), exit_ok);
  const auto& sent = node.seen.at(0).place_order();
  EXPECT_TRUE(actors::is_order_id(sent.order_id()));
  EXPECT_EQ(actors::order_id_time_ms(sent.order_id()), context.now_ms());
  EXPECT_EQ(actors::order_id_slot(sent.order_id()), actors::order_id_slot(id(1)));
  EXPECT_EQ(sent.payment_method(), v1::ACCOUNT);
  EXPECT_EQ(sent.lines_size(), 1);
  EXPECT_NE(out.str().find("confirmed: 15.30 GBP authorized, 1 of 1 lines reserved"), std::string::npos)
      << out.str();
}

TEST_F(CtlCommands, PlaceWithTheIdThatWasGivenAndByCard) {
  answer_with(placement(v1::CONFIRMED));
  auto options = one_line();
  options.order_id = id(42);
  options.card = true;
  options.partial = true;
  EXPECT_EQ(run(options, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).place_order().order_id(), id(42));
  EXPECT_EQ(node.seen.at(0).place_order().payment_method(), v1::CARD);
  EXPECT_TRUE(node.seen.at(0).place_order().allow_partial());
}

TEST_F(CtlCommands, ExitWithOneForARejectedOrderAndNameTheReason) {
  answer_with(placement(v1::REJECTED, v1::INSUFFICIENT_STOCK));
  EXPECT_EQ(run(one_line(), context), exit_refused);
  EXPECT_NE(out.str().find("rejected (insufficient_stock)"), std::string::npos);
}

TEST_F(CtlCommands, SayHowToAskForAnOrderWhoseOutcomeIsNotKnown) {
  answer_with(failed_with(v1::fault::TIMEOUT, "no answer in time"));
  EXPECT_EQ(run(one_line(), context), exit_fault);
  const auto sent = actors::order_id_text(node.seen.at(0).place_order().order_id());
  EXPECT_NE(err.str().find("--id " + sent), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("(timeout)"), std::string::npos);
}

TEST_F(CtlCommands, PrintARefusalAsAnObjectToo) {
  context.json = true;
  answer_with(rejected_with(v1::rejection::NOT_FOUND, "there is no such order"));
  EXPECT_EQ(run(get_options{id(1)}, context), exit_refused);
  EXPECT_EQ(printed()["rejection"]["code"], "not_found");
  EXPECT_EQ(err.str(), "orderctl: there is no such order (not_found)\n");
}

TEST_F(CtlCommands, TakeAnAnswerThatDoesNotFitAsAFault) {
  answer_with(placement(v1::CONFIRMED));
  EXPECT_EQ(run(stock_get_options{"A"}, context), exit_fault);
}

TEST_F(CtlCommands, ShowAnOrderWithItsHistory) {
  v1::reply reply;
  *reply.mutable_order() = order(id(1));
  answer_with(reply);
  EXPECT_EQ(run(get_options{id(1)}, context), exit_ok);
  EXPECT_NE(out.str().find("history    placed confirmed"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("15.30 GBP"), std::string::npos);
  EXPECT_EQ(node.seen.at(0).get_order().order_id(), id(1));
}

TEST_F(CtlCommands, CancelAnOrder) {
  v1::reply reply;
  reply.mutable_cancellation()->set_order_id(id(1));
  reply.mutable_cancellation()->set_status(v1::CANCELLED);
  answer_with(reply);
  context.json = true;
  EXPECT_EQ(run(cancel_options{id(1)}, context), exit_ok);
  EXPECT_EQ(printed()["status"], "cancelled");
  reply.mutable_cancellation()->set_status(v1::CANCELLING);
  answer_with(reply);
  context.json = false;
  EXPECT_EQ(run(cancel_options{id(1)}, context), exit_ok);
  EXPECT_NE(out.str().find(" cancelling: accepted; it ends as cancelled once"), std::string::npos);
}

TEST_F(CtlCommands, ListTheNewestOrdersOfAllShardsAndSayWhereToGoOn) {
  node.shard_count = 2;
  node.answer = [](const v1::request& what) {
    const auto& list = what.list_orders();
    v1::reply reply;
    if (what.has_get_order()) {
      *reply.mutable_order() = order(what.get_order().order_id());
      return reply;
    }
    EXPECT_TRUE(list.newest_first());
    auto& page = *reply.mutable_order_page();
    for (std::uint64_t time = 10; time > 0; --time) {
      const auto order_id = id(time);
      if (time % 2 == list.shard() && (list.after_order_id().empty() || order_id < list.after_order_id()))
        *page.add_orders() = order(order_id);
    }
    return reply;
  };
  context.json = true;
  list_options options;
  options.limit = 3;
  EXPECT_EQ(run(options, context), exit_ok);
  auto page = printed();
  ASSERT_EQ(page["orders"].size(), 3U);
  EXPECT_EQ(page["orders"][0]["order_id"], actors::order_id_text(id(10)));
  EXPECT_EQ(page["orders"][2]["order_id"], actors::order_id_text(id(8)));
  EXPECT_EQ(page["after"], actors::order_id_text(id(8)));

  out.str({});
  options.after = id(2);
  EXPECT_EQ(run(options, context), exit_ok);
  page = printed();
  ASSERT_EQ(page["orders"].size(), 1U);
  EXPECT_EQ(page["orders"][0]["order_id"], actors::order_id_text(id(1)));
  EXPECT_TRUE(page["after"].is_null());
}

TEST_F(CtlCommands, ListACustomersOrdersFromTheShardOfTheAccount) {
  node.shard_count = 4;
  const std::vector<std::string> ids{id(5), id(4), id(3), id(2), id(1)};
  node.answer = [&ids](const v1::request& what) {
    v1::reply reply;
    if (what.has_get_order()) {
      const bool even = actors::order_id_time_ms(what.get_order().order_id()) % 2 == 0;
      *reply.mutable_order() = order(what.get_order().order_id(), even ? v1::REJECTED : v1::CONFIRMED);
      return reply;
    }
    const auto& list = what.list_orders();
    EXPECT_EQ(list.customer(), "17850");
    EXPECT_EQ(list.shard(), actors::order_id_slot(id(1)) * 4U / limits::slots);
    auto& page = *reply.mutable_order_page();
    for (const auto& order_id : ids) {
      if (!list.after_order_id().empty() && order_id >= list.after_order_id())
        continue;
      if (page.order_ids_size() == 2) {
        page.set_more(true);
        break;
      }
      page.add_order_ids(order_id);
    }
    return reply;
  };
  context.json = true;
  list_options options;
  options.customer = "17850";
  options.status = v1::CONFIRMED;
  options.limit = 2;
  EXPECT_EQ(run(options, context), exit_ok);
  const auto page = printed();
  ASSERT_EQ(page["orders"].size(), 2U);
  EXPECT_EQ(page["orders"][0]["order_id"], actors::order_id_text(id(5)));
  EXPECT_EQ(page["orders"][1]["order_id"], actors::order_id_text(id(3)));
  EXPECT_EQ(page["after"], actors::order_id_text(id(3)));
}

TEST_F(CtlCommands, ListTheOtherOrdersOfACustomerWhenOneIsDamaged) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    if (what.get_order().order_id() == id(2))
      return failed_with(v1::fault::CORRUPT, "a checksum is wrong");
    if (what.has_get_order())
      *reply.mutable_order() = order(what.get_order().order_id());
    else
      for (const auto time : {3U, 2U, 1U})
        reply.mutable_order_page()->add_order_ids(id(time));
    return reply;
  };
  context.json = true;
  list_options options;
  options.customer = "17850";
  EXPECT_EQ(run(options, context), exit_fault);
  const auto page = printed();
  ASSERT_EQ(page["orders"].size(), 2U);
  EXPECT_EQ(page["orders"][1]["order_id"], actors::order_id_text(id(1)));
  EXPECT_EQ(err.str(), "orderctl: " + actors::order_id_text(id(2)) + ": a checksum is wrong (corrupt)\n");
}

TEST_F(CtlCommands, SetStockWithACommandIdOfItsOwn) {
  v1::reply reply;
  reply.mutable_stock_item()->set_sku("A");
  reply.mutable_stock_item()->set_on_hand(5);
  answer_with(reply);
  EXPECT_EQ(run(stock_set_options{"A", 5}, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).set_stock().command_id().size(), 16U);
  EXPECT_EQ(node.seen.at(0).set_stock().on_hand(), 5);
  EXPECT_EQ(out.str(), "A: 5 on hand, 0 reserved, 0 available\n");
}

TEST_F(CtlCommands, LoadAFileOfStockAndCountWhatIsRefused) {
  const test::temporary_folder folder;
  const auto file = folder / "stock.csv";
  std::ofstream{file} << "sku,on_hand\nA,1\n\"B,1\",2\n\nC,3\n";
  node.answer = [](const v1::request& what) {
    if (what.set_stock().sku() == "C")
      return rejected_with(v1::rejection::BELOW_RESERVED, "4 units are reserved");
    v1::reply reply;
    reply.mutable_stock_item()->set_sku(what.set_stock().sku());
    return reply;
  };
  context.json = true;
  EXPECT_EQ(run(stock_load_options{file}, context), exit_refused);
  EXPECT_EQ(printed().dump(), R"({"set":2,"refused":1})");
  EXPECT_EQ(node.seen.at(1).set_stock().sku(), "B,1");
  EXPECT_EQ(err.str(), "orderctl: C: 4 units are reserved (below_reserved)\n");
}

TEST_F(CtlCommands, LoadNothingFromAFileWithAWrongLine) {
  const test::temporary_folder folder;
  const auto file = folder / "stock.csv";
  for (const auto* text : {"A,1\n", "sku,on_hand\nA,1\nB,x\n", "sku,on_hand\nA,-1\n", "sku,on_hand\n,1\n",
                           "sku,on_hand\nA,1,2\n", "sku,on_hand\nA,1000000001\n"}) {
    std::ofstream{file} << text;
    EXPECT_EQ(run(stock_load_options{file}, context), exit_usage) << text;
  }
  EXPECT_TRUE(node.seen.empty());
}

TEST_F(CtlCommands, SetAndShowAccounts) {
  v1::reply reply;
  reply.mutable_account()->set_customer("17850");
  reply.mutable_account()->set_currency("GBP");
  reply.mutable_account()->set_credit_limit_minor(500'000);
  answer_with(reply);
  EXPECT_EQ(run(account_set_options{"17850", "GBP", 500'000}, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).set_account().credit_limit_minor(), 500'000);
  EXPECT_NE(out.str().find("limit 5000.00 GBP"), std::string::npos);
  EXPECT_EQ(run(account_get_options{"17850"}, context), exit_ok);
}

TEST_F(CtlCommands, ExportEveryShardAsSortedLines) {
  node.shard_count = 2;
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    if (what.list_stock().shard() == 0)
      reply.mutable_stock_page()->add_items()->set_sku("B");
    else
      reply.mutable_stock_page()->add_items()->set_sku("A");
    return reply;
  };
  EXPECT_EQ(run(export_options{export_what::stock}, context), exit_ok);
  EXPECT_EQ(out.str(), R"({"sku":"A","on_hand":0,"reserved":0,"available":0})"
                       "\n"
                       R"({"sku":"B","on_hand":0,"reserved":0,"available":0})"
                       "\n");
}

TEST_F(CtlCommands, ExportOrdersAndAccountsAndFailWhenANodeFails) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    if (what.has_list_orders())
      *reply.mutable_order_page()->add_orders() = order(id(1));
    else
      reply.mutable_account_page()->add_accounts()->set_customer("17850");
    return reply;
  };
  EXPECT_EQ(run(export_options{export_what::orders}, context), exit_ok);
  EXPECT_EQ(printed()["order_id"], actors::order_id_text(id(1)));
  out.str({});
  EXPECT_EQ(run(export_options{export_what::accounts}, context), exit_ok);
  EXPECT_EQ(printed()["customer"], "17850");
  answer_with(failed_with(v1::fault::UNAVAILABLE, "no"));
  EXPECT_EQ(run(export_options{export_what::orders}, context), exit_fault);
}

TEST_F(CtlCommands, ListAndShowWhatIsInQuarantine) {
  node.shard_count = 2;
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    auto& page = *reply.mutable_quarantine_page();
    if (what.list_quarantine().shard() == 1) {
      auto& entry = *page.add_entries();
      entry.set_kind("item");
      entry.set_key("85123A");
      entry.set_attempts(4);
    }
    return reply;
  };
  context.json = true;
  EXPECT_EQ(run(quarantine_list_options{}, context), exit_ok);
  EXPECT_EQ(printed()[0]["key"], "85123A");
  out.str({});
  EXPECT_EQ(run(quarantine_show_options{{"item", "85123A"}}, context), exit_ok);
  EXPECT_EQ(printed()["attempts"], 4);
  out.str({});
  EXPECT_EQ(run(quarantine_show_options{{"order", "85123A"}}, context), exit_refused);
  EXPECT_EQ(printed()["rejection"]["code"], "not_quarantined");
}

TEST_F(CtlCommands, ListAndShowMoreInQuarantineThanAPageHolds) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    auto& page = *reply.mutable_quarantine_page();
    const bool first = what.list_quarantine().after().empty();
    auto& entry = *page.add_entries();
    entry.set_kind("item");
    entry.set_key(first ? "A" : "B");
    entry.set_cursor(first ? "at A" : "at B");
    page.set_more(first);
    return reply;
  };
  EXPECT_EQ(run(quarantine_list_options{}, context), exit_ok);
  EXPECT_EQ(node.seen.back().list_quarantine().after(), "at A");
  EXPECT_NE(out.str().find("item A"), std::string::npos);
  EXPECT_NE(out.str().find("item B"), std::string::npos);
  EXPECT_EQ(run(quarantine_show_options{{"item", "B"}}, context), exit_ok);
}

TEST_F(CtlCommands, ResolveAQuarantineAndSayWhatFollows) {
  v1::reply reply;
  reply.mutable_quarantine_resolved();
  answer_with(reply);
  EXPECT_EQ(run(quarantine_resolve_options{{"item", "A"}, true}, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).resolve_quarantine().action(), v1::resolve_quarantine::RETRY);
  EXPECT_NE(out.str().find("orderctl quarantine show item A"), std::string::npos);
  EXPECT_EQ(run(quarantine_resolve_options{{"item", "A"}, false}, context), exit_ok);
  EXPECT_EQ(node.seen.at(1).resolve_quarantine().action(), v1::resolve_quarantine::RELEASE);
  EXPECT_NE(out.str().find("waits for ever"), std::string::npos);
}

TEST_F(CtlCommands, ExitWithOneWhenTheAuditFoundAViolation) {
  v1::reply reply;
  reply.mutable_audit_report()->set_orders(3);
  answer_with(reply);
  EXPECT_EQ(run(audit_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("no violation"), std::string::npos);
  reply.mutable_audit_report()->set_violations(1);
  reply.mutable_audit_report()->add_first_violations()->set_invariant("S5");
  answer_with(reply);
  EXPECT_EQ(run(audit_options{}, context), exit_refused);
  EXPECT_NE(out.str().find("VIOLATION of S5"), std::string::npos);
  EXPECT_NE(out.str().find("S5 says: of each SKU"), std::string::npos);
}

TEST_F(CtlCommands, ShowTheNode) {
  v1::reply reply;
  reply.mutable_node_status()->set_version("0.1.0");
  reply.mutable_node_status()->set_refusing_because("the disk is full");
  reply.mutable_node_status()->add_shards()->set_committed_epoch(77);
  answer_with(reply);
  EXPECT_EQ(run(status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("refusing new orders: the disk is full"), std::string::npos);
  EXPECT_NE(out.str().find("77"), std::string::npos);
}

} // namespace
} // namespace orderd::cluster

#include "cluster/orderctl/ctl_commands.hpp"

#include "cluster/retail/retail_import.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace orderd::cluster {
namespace {

constexpr std::string_view retail_header =
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country";

const std::string rows = R"(489434,85048,"LIGHTS, 20",3,2009-12-01 07:45:00,6.95,13085,United Kingdom
489435,85048,LIGHTS,2,2009-12-01 07:46:00,6.95,,United Kingdom
489434,POST,POSTAGE,1,2009-12-01 07:45:00,0.001,13085,United Kingdom
C489449,85048,LIGHTS,-12,2009-12-01 10:33:00,6.95,16321,Australia
489436,22041,"FRAME 7""",10,2009-12-01 09:06:00,2.1,13078,United Kingdom
489437,22041,FRAME,-1,2009-12-01 09:07:00,0,,United Kingdom
)";

/// A node that takes everything, and remembers it.
class CtlImport : public testing::Test, protected ctl_fixture {
protected:
  CtlImport() {
    std::ofstream{options_.file} << retail_header << '\n' << rows;
    options_.rejects_file = options_.file + ".rejects";
    options_.not_placed_file = options_.file + ".not_placed";
    context.json = true;
    node.answer = [](const v1::request& what) { return take(what); };
  }

  static v1::reply take(const v1::request& what) {
    v1::reply reply;
    if (what.has_place_order()) {
      reply.mutable_placement()->set_order_id(what.place_order().order_id());
      reply.mutable_placement()->set_status(v1::CONFIRMED);
    } else if (what.has_set_stock()) {
      reply.mutable_stock_item()->set_sku(what.set_stock().sku());
    } else if (what.has_set_account()) {
      reply.mutable_account()->set_customer(what.set_account().customer());
    }
    return reply;
  }

  std::vector<v1::place_order> placed() const {
    std::vector<v1::place_order> orders;
    for (const auto& what : node.seen) {
      if (what.has_place_order())
        orders.push_back(what.place_order());
    }
    return orders;
  }

  static std::string content_of(const std::string& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const test::temporary_folder folder_;
  import_options options_{.file = folder_ / "orders.csv",
                          .stock_factor = {},
                          .credit_limit_minor = {},
                          .rejects_file = {},
                          .not_placed_file = {}};
};

TEST_F(CtlImport, PlacesEveryInvoiceThatHasAnAcceptableRowInFileOrder) {
  EXPECT_EQ(run(options_, context), exit_ok);
  const auto orders = placed();
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_EQ(orders[0].reference(), "489434");
  EXPECT_EQ(orders[0].lines_size(), 1);
  EXPECT_EQ(orders[1].reference(), "489435");
  EXPECT_EQ(orders[1].payment_method(), v1::CARD);
  EXPECT_EQ(orders[2].reference(), "489436");
  const auto summary = printed();
  EXPECT_EQ(summary["rows"], 6);
  EXPECT_EQ(summary["invoices"], 5);
  EXPECT_EQ(summary["rows_rejected"]["by_reason"].dump(),
            R"({"price_below_one_penny":1,"quantity_below_one":1})");
  EXPECT_EQ(summary["invoices_not_placed"]["by_reason"].dump(),
            R"({"cancellation":1,"no_acceptable_row":1})");
  EXPECT_EQ(summary["placed"].dump(), R"({"orders":3,"lines":3,"units":15,"money_minor":5575})");
  EXPECT_EQ(summary["confirmed"]["orders"], 3);
  EXPECT_EQ(summary["complete"], true);
  EXPECT_EQ(summary["latency_ms"]["p99"], 1.0);
}

TEST_F(CtlImport, WritesRefusedRowsAndInvoicesThatAreNoOrders) {
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(content_of(options_.rejects_file),
            "line,reason,field,value,limit,original\n"
            "4,price_below_one_penny,Price,0.001,a decimal from 0.01 to 10000000000.00 with whole "
            "pence,\"489434,POST,POSTAGE,1,2009-12-01 07:45:00,0.001,13085,United Kingdom\"\n"
            "7,quantity_below_one,Quantity,-1,a whole number from 1 to "
            "1000000000,\"489437,22041,FRAME,-1,2009-12-01 09:07:00,0,,United Kingdom\"\n");
  EXPECT_EQ(
      content_of(options_.not_placed_file),
      "invoice,reason,rows,unreadable_rows,why\nC489449,cancellation,1,0,\n489437,no_acceptable_row,1,0,\n");
}

TEST_F(CtlImport, HoldsBackAnInvoiceWithAnUnreadableRowAndSaysSo) {
  std::ofstream{options_.file, std::ios::app} << "489436,22042,FRAME,many,2009-12-01 09:06:00,2.1,13078,UK\n"
                                              << "489440,22042,FRAME,1,2009-12-01 09:06:00,2.1,13078,UK\n";
  EXPECT_EQ(run(options_, context), exit_refused);
  const auto orders = placed();
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_EQ(orders[2].reference(), "489440");
  EXPECT_EQ(printed()["invoices_not_placed"]["by_reason"]["held_back"], 1);
  EXPECT_EQ(printed()["complete"], true);
  EXPECT_NE(err.str().find(options_.file
                           + ", line 8: Quantity 'many' has to be a whole number from 1 to "
                             "1000000000 (quantity_malformed)\n"),
            std::string::npos)
      << err.str();
  EXPECT_NE(err.str().find("1 rows cannot be read, and hold back 1 invoices"), std::string::npos)
      << err.str();
  EXPECT_NE(content_of(options_.not_placed_file).find("489436,held_back,2,1,quantity_malformed\n"),
            std::string::npos);
}

TEST_F(CtlImport, PlacesAnIncompleteInvoiceOnlyWhenThatIsAskedFor) {
  std::ofstream{options_.file, std::ios::app} << "489436,22042,FRAME,many,2009-12-01 09:06:00,2.1,13078,UK\n";
  options_.place_incomplete = true;
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(placed().size(), 3U);
  EXPECT_NE(err.str().find("1 rows cannot be read; their invoices are placed without them"),
            std::string::npos);
}

TEST_F(CtlImport, LeavesTheListsOfTheLastWholeRunWhenItFails) {
  EXPECT_EQ(run(options_, context), exit_ok);
  const auto rejects = content_of(options_.rejects_file);
  const auto not_placed = content_of(options_.not_placed_file);
  EXPECT_FALSE(std::filesystem::exists(options_.rejects_file + ".unfinished"));
  std::ofstream{options_.file, std::ios::app} << "489440,,FRAME,1,2009-12-01 09:06:00,2.1,13078,UK\n";
  node.answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "no"); };
  EXPECT_EQ(run(options_, context), exit_fault);
  EXPECT_EQ(content_of(options_.rejects_file), rejects);
  EXPECT_NE(content_of(options_.rejects_file + ".unfinished").find("sku_missing"), std::string::npos);
  std::ofstream{options_.file} << "sku,on_hand\nA,1\n";
  EXPECT_EQ(run(options_, context), exit_usage);
  EXPECT_EQ(content_of(options_.rejects_file), rejects);
  EXPECT_EQ(content_of(options_.not_placed_file), not_placed);
}

TEST_F(CtlImport, LetsEachOrderBringItsShareOfStockSoThatAllBringTheFloor) {
  options_.stock_factor = parse_decimal("0.5");
  EXPECT_EQ(run(options_, context), exit_ok);
  const auto orders = placed();
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_EQ(node.seen.size(), 3U) << "nothing is set";
  EXPECT_EQ(orders[0].lines(0).added_units(), 1) << "of 3 x 0.5";
  EXPECT_EQ(orders[1].lines(0).added_units(), 1) << "of 5 x 0.5, less the one";
  EXPECT_EQ(orders[2].lines(0).added_units(), 5);
}

TEST_F(CtlImport, LetsEachOrderBringTheCreditThatItNeedsAndNoStockUnlessAsked) {
  EXPECT_EQ(run(options_, context), exit_ok);
  const auto orders = placed();
  ASSERT_EQ(node.seen.size(), 3U) << "nothing is set";
  EXPECT_EQ(orders[0].added_credit_minor(), 3 * 695);
  EXPECT_EQ(orders[1].added_credit_minor(), 0) << "a guest pays by card";
  EXPECT_EQ(orders[2].added_credit_minor(), 10 * 210);
  for (const auto& order : orders)
    EXPECT_FALSE(order.lines(0).has_added_units());
}

TEST_F(CtlImport, OpensAccountsWithTheLimitThatWasAskedForWhereThereAreNone) {
  options_.credit_limit_minor = 99;
  node.answer = [](const v1::request& what) {
    if (what.get_account().customer() == "13078")
      return rejected_with(v1::rejection::NOT_FOUND, "none");
    auto reply = take(what);
    if (what.has_get_account())
      reply.mutable_account()->set_customer(what.get_account().customer());
    return reply;
  };
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(printed()["accounts_opened"], 1);
  std::size_t set = 0;
  for (const auto& what : node.seen) {
    set += what.has_set_account() ? 1 : 0;
    if (what.has_set_account()) {
      EXPECT_EQ(what.set_account().customer(), "13078") << "the other has a limit, which stays";
      EXPECT_EQ(what.set_account().credit_limit_minor(), 99);
      EXPECT_EQ(what.set_account().currency(), "GBP");
    }
    EXPECT_EQ(what.place_order().added_credit_minor(), 0);
  }
  EXPECT_EQ(set, 1U);
}

TEST_F(CtlImport, PlacesTheSameOrdersEachTime) {
  options_.stock_factor = decimal{1, 0};
  context.random = [bits = std::uint64_t{0}]() mutable { return ++bits; };
  std::vector<std::string> sent[2];
  for (auto& each : sent) {
    EXPECT_EQ(run(options_, context), exit_ok);
    for (auto& what : std::exchange(node.seen, {}))
      each.push_back(what.SerializeAsString());
  }
  EXPECT_EQ(sent[0], sent[1]);
}

TEST_F(CtlImport, CountsRejectedOrdersByReasonAndIsDoneAllTheSame) {
  node.answer = [](const v1::request& what) {
    auto reply = take(what);
    if (what.place_order().reference() == "489435") {
      reply.mutable_placement()->set_status(v1::REJECTED);
      reply.mutable_placement()->set_reason(v1::INSUFFICIENT_STOCK);
    }
    return reply;
  };
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(printed()["rejected"]["by_reason"].dump(), R"({"insufficient_stock":1})");
  EXPECT_EQ(printed()["placed"]["orders"], 3);
  EXPECT_EQ(printed()["confirmed"]["orders"], 2);
}

TEST_F(CtlImport, ExitsWithOneWhenACommandIsRefused) {
  node.answer = [](const v1::request& what) {
    return what.place_order().reference() == "489435"
               ? rejected_with(v1::rejection::CONFLICT, "known otherwise")
               : take(what);
  };
  EXPECT_EQ(run(options_, context), exit_refused);
  EXPECT_EQ(printed()["refused"]["by_reason"].dump(), R"({"conflict":1})");
  EXPECT_NE(err.str().find("invoice 489435 is refused: known otherwise (conflict)"), std::string::npos)
      << err.str();
}

TEST_F(CtlImport, StopsWhenTheNodeCannotAnswerAndSaysHowToGoOn) {
  options_.concurrency = 1;
  node.answer = [](const v1::request& what) {
    return what.place_order().reference() == "489435"
               ? failed_with(v1::fault::UNAVAILABLE, "the connection is lost")
               : take(what);
  };
  EXPECT_EQ(run(options_, context), exit_fault);
  EXPECT_EQ(placed().size(), 2U);
  EXPECT_EQ(printed()["faults"]["by_reason"].dump(), R"({"unavailable":1})");
  EXPECT_EQ(printed()["unsent"], 1);
  EXPECT_EQ(printed()["complete"], false);
  EXPECT_NE(err.str().find("The same command goes on from here"), std::string::npos);
}

TEST_F(CtlImport, SendsNoOrderWhenAccountsCannotBeOpened) {
  options_.credit_limit_minor = 99;
  node.answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "no"); };
  EXPECT_EQ(run(options_, context), exit_fault);
  EXPECT_TRUE(placed().empty());
  EXPECT_EQ(printed()["unsent"], 3);
}

TEST_F(CtlImport, GoesOnBehindOneOrderThatIsInQuarantineOrLate) {
  options_.concurrency = 1;
  for (const auto& [code, name] :
       {std::pair{v1::fault::QUARANTINED, "quarantined"}, std::pair{v1::fault::TIMEOUT, "timeout"}}) {
    out.str({});
    node.seen.clear();
    node.answer = [code = code](const v1::request& what) {
      return what.place_order().reference() == "489435" ? failed_with(code, "no answer") : take(what);
    };
    EXPECT_EQ(run(options_, context), exit_fault) << name;
    EXPECT_EQ(placed().size(), 3U) << name;
    EXPECT_EQ(printed()["faults"]["by_reason"], (json{{name, 1}})) << name;
  }
}

TEST_F(CtlImport, SendsNothingFromAFileOfAnotherLayout) {
  std::ofstream{options_.file} << "sku,on_hand\nA,1\n";
  EXPECT_EQ(run(options_, context), exit_usage);
  EXPECT_TRUE(node.seen.empty());
  EXPECT_NE(err.str().find("is not an online-retail file"), std::string::npos);
}

TEST_F(CtlImport, SendsNothingFromADamagedXzFile) {
  const auto damaged = std::string{"\xFD"
                                   "7zXZ\0",
                                   6}
                       + "and no more";
  std::ofstream{options_.file, std::ios::binary} << damaged;
  EXPECT_EQ(run(options_, context), exit_usage) << "as stock load";
  EXPECT_TRUE(node.seen.empty());
}

TEST_F(CtlImport, WritesNoListOverItsFileOrTheOtherList) {
  const auto orders = options_.file;
  const auto rejects = options_.rejects_file;
  const auto other = options_.not_placed_file;
  const auto linked = folder_ / "link.csv";
  std::filesystem::create_symlink(orders, linked);
  const std::pair<std::string, std::string> table[] = {
      {orders, other},    {rejects, orders},
      {linked, other},    {rejects, folder_ / "no/../orders.csv"},
      {rejects, rejects}, {rejects, folder_ / "./orders.csv.rejects"},
  };
  for (const auto& [first, second] : table) {
    options_.rejects_file = first;
    options_.not_placed_file = second;
    EXPECT_EQ(run(options_, context), exit_usage) << first << ' ' << second;
    EXPECT_EQ(content_of(orders), std::string{retail_header} + '\n' + rows);
  }
  EXPECT_TRUE(node.seen.empty());
  options_.rejects_file = options_.not_placed_file = "/dev/null";
  EXPECT_EQ(run(options_, context), exit_ok);
}

TEST_F(CtlImport, SendsNothingWhenItCannotWriteTheRejects) {
  options_.rejects_file = folder_ / "no such folder/r.csv";
  EXPECT_EQ(run(options_, context), exit_usage);
  EXPECT_TRUE(node.seen.empty());
}

TEST_F(CtlImport, RefusesAFactorThatPassesTheLimitOfStock) {
  options_.stock_factor = decimal{500'000'000, 0};
  EXPECT_EQ(run(options_, context), exit_usage);
  EXPECT_TRUE(node.seen.empty());
}

} // namespace
} // namespace orderd::cluster

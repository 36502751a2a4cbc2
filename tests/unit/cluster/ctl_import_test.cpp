#include "cluster/ctl_commands.hpp"

#include "cluster/retail_import.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/fake_node.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace orderd::cluster {
namespace {

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
            R"({"price_not_whole_pence":1,"quantity_below_one":1})");
  EXPECT_EQ(summary["invoices_not_placed"]["by_reason"].dump(),
            R"({"cancellation":1,"no_acceptable_row":1})");
  EXPECT_EQ(summary["placed"].dump(), R"({"orders":3,"lines":3,"units":15,"money_minor":5575})");
  EXPECT_EQ(summary["confirmed"]["orders"], 3);
  EXPECT_EQ(summary["accounts_set"], 2);
  EXPECT_EQ(summary["complete"], true);
  EXPECT_EQ(summary["latency_ms"]["p99"], 1.0);
}

TEST_F(CtlImport, WritesRefusedRowsAndInvoicesThatAreNoOrders) {
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(
      content_of(options_.rejects_file),
      "row,reason,original\n"
      "4,price_not_whole_pence,\"489434,POST,POSTAGE,1,2009-12-01 07:45:00,0.001,13085,United Kingdom\"\n"
      "7,quantity_below_one,\"489437,22041,FRAME,-1,2009-12-01 09:07:00,0,,United Kingdom\"\n");
  EXPECT_EQ(content_of(options_.not_placed_file),
            "invoice,reason,rows\nC489449,cancellation,1\n489437,no_acceptable_row,1\n");
}

TEST_F(CtlImport, SetsTheOpeningStockOfEachSkuBeforeTheFirstOrder) {
  options_.stock_factor = parse_decimal("0.5");
  EXPECT_EQ(run(options_, context), exit_ok);
  ASSERT_TRUE(node.seen.at(0).has_set_stock());
  EXPECT_EQ(node.seen[0].set_stock().sku(), "85048");
  EXPECT_EQ(node.seen[0].set_stock().on_hand(), 2) << "floor(0.5 x 5)";
  EXPECT_EQ(node.seen.at(1).set_stock().sku(), "22041");
  EXPECT_EQ(node.seen[1].set_stock().on_hand(), 5);
  EXPECT_TRUE(node.seen.at(2).has_set_account());
}

TEST_F(CtlImport, LeavesStockAloneWithoutAFactor) {
  EXPECT_EQ(run(options_, context), exit_ok);
  for (const auto& what : node.seen)
    EXPECT_FALSE(what.has_set_stock());
}

TEST_F(CtlImport, GivesEachAccountEnoughForTheWholeFileOrWhatWasAsked) {
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).set_account().credit_limit_minor(), 3 * 695 + 10 * 210);
  node.seen.clear();
  options_.credit_limit_minor = 99;
  EXPECT_EQ(run(options_, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).set_account().credit_limit_minor(), 99);
  EXPECT_EQ(node.seen.at(0).set_account().currency(), "GBP");
}

TEST_F(CtlImport, SendsTheSameCommandsEachTime) {
  options_.stock_factor = decimal{1, 0};
  EXPECT_EQ(run(options_, context), exit_ok);
  const auto first = std::exchange(node.seen, {});
  EXPECT_EQ(run(options_, context), exit_ok);
  ASSERT_EQ(node.seen.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(node.seen[i].SerializeAsString(), first[i].SerializeAsString());
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

TEST_F(CtlImport, SendsNoOrderWhenStockCannotBeSet) {
  options_.stock_factor = decimal{1, 0};
  node.answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "no"); };
  EXPECT_EQ(run(options_, context), exit_fault);
  EXPECT_TRUE(placed().empty());
  EXPECT_EQ(printed()["unsent"], 3);
}

TEST_F(CtlImport, GoesOnBehindOneOrderThatIsInQuarantine) {
  options_.concurrency = 1;
  node.answer = [](const v1::request& what) {
    return what.place_order().reference() == "489435"
               ? failed_with(v1::fault::QUARANTINED, "waits for a person")
               : take(what);
  };
  EXPECT_EQ(run(options_, context), exit_fault);
  EXPECT_EQ(placed().size(), 3U);
  EXPECT_EQ(printed()["faults"]["by_reason"].dump(), R"({"quarantined":1})");
}

TEST_F(CtlImport, SendsNothingFromAFileOfAnotherLayout) {
  std::ofstream{options_.file} << "sku,on_hand\nA,1\n";
  EXPECT_EQ(run(options_, context), exit_usage);
  EXPECT_TRUE(node.seen.empty());
  EXPECT_NE(err.str().find("is not an online-retail file"), std::string::npos);
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

#include "cluster/retail/retail_import.hpp"

#include "actors/rules/order_id.hpp"
#include "config/limits.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace orderd::cluster {
namespace {

/// A row of a sale; a test changes what it is about.
struct sale {
  std::string invoice = "489434";
  std::string sku = "85048";
  std::string quantity = "12";
  std::string date = "2009-12-01 07:45:00";
  std::string price = "6.95";
  std::string customer = "13085";
};

std::optional<row_fault> add(retail_book& book, const sale& row) {
  return book.add({row.invoice, row.sku, row.quantity, row.date, row.price, row.customer});
}

TEST(RetailBook, RefusesARowWithTheFirstFaultItHas) {
  const std::string long_text(41, 'x');
  struct {
    sale row;
    row_fault why;
  } const table[] = {
      {{.sku = "\xFF"}, row_fault::not_utf8},
      {{.customer = "\xC2"}, row_fault::not_utf8},
      {{.sku = "A\x1b[31m"}, row_fault::text_refused},
      {{.invoice = "1\u202e"}, row_fault::text_refused},
      {{.invoice = ""}, row_fault::invoice_missing},
      {{.invoice = std::string(65, '1')}, row_fault::invoice_too_long},
      {{.sku = ""}, row_fault::sku_missing},
      {{.sku = long_text}, row_fault::sku_too_long},
      {{.quantity = ""}, row_fault::quantity_malformed},
      {{.quantity = "1.5"}, row_fault::quantity_malformed},
      {{.quantity = "x"}, row_fault::quantity_malformed},
      {{.quantity = "0"}, row_fault::quantity_below_one},
      {{.quantity = "-12"}, row_fault::quantity_below_one},
      {{.quantity = "-99999999999999999999"}, row_fault::quantity_below_one},
      {{.quantity = "1000000001"}, row_fault::quantity_too_large},
      {{.quantity = "99999999999999999999"}, row_fault::quantity_too_large},
      {{.price = ""}, row_fault::price_malformed},
      {{.price = "1,5"}, row_fault::price_malformed},
      {{.price = "0"}, row_fault::price_not_positive},
      {{.price = "0.00"}, row_fault::price_not_positive},
      {{.price = "-53594.36"}, row_fault::price_not_positive},
      {{.price = "0.001"}, row_fault::price_below_one_penny},
      {{.price = "0.00999999999999999"}, row_fault::price_below_one_penny},
      {{.price = "0.011"}, row_fault::price_not_whole_pence},
      {{.price = "2.555"}, row_fault::price_not_whole_pence},
      {{.price = "10000000000.01"}, row_fault::price_too_large},
      {{.date = "2009-12-01"}, row_fault::date_malformed},
      {{.date = "2009-02-29 07:45:00"}, row_fault::date_malformed},
      {{.customer = long_text}, row_fault::customer_too_long},
      // Both wrong: the earlier guard names it.
      {{.quantity = "0", .price = "0"}, row_fault::quantity_below_one},
  };
  for (const auto& [row, why] : table) {
    retail_book book;
    const auto fault = add(book, row);
    ASSERT_TRUE(fault) << to_string(why);
    EXPECT_EQ(to_string(*fault), to_string(why));
    EXPECT_EQ(book.rows(), 1U);
    EXPECT_EQ(book.refused_rows(why), 1U);
    EXPECT_EQ(book.refused_rows(), 1U);
    EXPECT_TRUE(book.placeable().empty());
  }
}

TEST(RetailBook, SaysOfEveryFaultWhichColumnIsWrongAndWhatItHasToBe) {
  const retail_row row{"i", "s", "q", "d", "p", "c"};
  for (std::size_t i = 0; i < row_faults; ++i) {
    const auto why = static_cast<row_fault>(i);
    if (why == row_fault::not_utf8 || why == row_fault::text_refused)
      continue;
    EXPECT_FALSE(describe(why, row).field.empty()) << to_string(why);
    EXPECT_FALSE(describe(why, row).limit.empty()) << to_string(why);
  }
  EXPECT_EQ(describe(row_fault::quantity_malformed, row).value, "q");
  EXPECT_EQ(describe(row_fault::text_refused, {"i", "s\n", "q", "d", "p", "c"}).field, "StockCode");
  EXPECT_EQ(describe(row_fault::price_malformed, row).limit,
            "a decimal from 0.01 to 10000000000.00 with whole pence");
}

TEST(RetailBook, HoldsAnInvoiceBackWholeWhenOneOfItsRowsCannotBeRead) {
  struct {
    sale row;
    bool held;
  } const table[] = {
      {{.sku = "\xFF"}, true},       {{.sku = ""}, true},         {{.quantity = "x"}, true},
      {{.price = "x"}, true},        {{.date = "x"}, true},       {{.quantity = "1000000001"}, true},
      {{.customer = "other"}, true}, {{.quantity = "-1"}, false}, {{.price = "0"}, false},
      {{.price = "0.001"}, false},   {{.price = "2.555"}, true},
  };
  for (const auto& [row, held] : table) {
    retail_book book;
    EXPECT_FALSE(add(book, {.sku = "GOOD", .quantity = "5"}));
    EXPECT_FALSE(add(book, {.invoice = "another"}));
    const auto fault = add(book, row);
    ASSERT_TRUE(fault);
    EXPECT_EQ(is_no_sale(*fault), !held) << to_string(*fault);
    book.hold_back();
    EXPECT_EQ(book.unplaced(unplaced_reason::held_back), held ? 1U : 0U) << to_string(*fault);
    EXPECT_EQ(book.placeable().size(), held ? 1U : 2U) << to_string(*fault);
    EXPECT_EQ(book.skus().at(0).units, held ? 0 : 5) << to_string(*fault);
    EXPECT_EQ(book.unreadable_rows(), held ? 1U : 0U) << to_string(*fault);
    EXPECT_EQ(book.invoices().at(0).first_unreadable, held ? fault : std::nullopt);
  }
}

TEST(RetailBook, HoldsBackTheInvoicesAroundARowWhoseInvoiceIsNotKnown) {
  for (const bool malformed : {false, true}) {
    retail_book book;
    for (const auto* number : {"1", "2", "", "3", "4"}) {
      if (malformed && *number == '\0')
        EXPECT_EQ(book.add_malformed({}), row_fault::malformed_csv);
      else
        add(book, {.invoice = number});
    }
    EXPECT_EQ(book.placeable().size(), 4U) << "nothing is held back that nobody wants to be";
    book.hold_back();
    EXPECT_EQ(book.placeable(), (std::vector<std::uint32_t>{0, 3}));
    EXPECT_EQ(book.unplaced(unplaced_reason::held_back), 2U);
  }
}

TEST(RetailBook, HoldsBackTheInvoiceOfAMalformedRowAndNoOther) {
  retail_book book;
  EXPECT_FALSE(add(book, {.invoice = "1"}));
  EXPECT_EQ(book.add_malformed("2"), row_fault::malformed_csv);
  EXPECT_EQ(book.add_malformed("C3"), row_fault::malformed_csv);
  EXPECT_FALSE(add(book, {.invoice = "4"}));
  book.hold_back();
  EXPECT_EQ(book.placeable(), (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(book.unplaced(unplaced_reason::held_back), 1U);
  EXPECT_EQ(book.unplaced(unplaced_reason::cancellation), 1U);
  EXPECT_EQ(book.refused_rows(row_fault::malformed_csv), 2U);
}

TEST(RetailBook, TakesPricesThatAreAWholeNumberOfPenceHoweverTheyAreWritten) {
  for (const auto* price : {"2.1", "2.10", "2.100"}) {
    retail_book book;
    EXPECT_FALSE(add(book, {.price = price}));
    EXPECT_EQ(book.invoices().at(0).lines.at(0).unit_price_minor, 210) << price;
  }
}

TEST(RetailBook, JoinsTheRowsOfAnInvoiceInFileOrderThoughOthersStandBetween) {
  retail_book book;
  EXPECT_FALSE(add(book, {.invoice = "1", .sku = "A", .quantity = "1"}));
  EXPECT_FALSE(add(book, {.invoice = "2", .sku = "A", .quantity = "2"}));
  EXPECT_FALSE(add(book, {.invoice = "1", .sku = "B", .quantity = "3"}));
  EXPECT_FALSE(add(book, {.invoice = "1", .sku = "A", .quantity = "4"}));
  ASSERT_EQ(book.placeable(), (std::vector<std::uint32_t>{0, 1}));
  v1::place_order first;
  book.fill(book.invoices()[0], false, first);
  ASSERT_EQ(first.lines_size(), 3);
  EXPECT_EQ(first.lines(0).sku(), "A");
  EXPECT_EQ(first.lines(1).sku(), "B");
  EXPECT_EQ(first.lines(2).sku(), "A");
  EXPECT_EQ(first.lines(2).quantity(), 4);
  EXPECT_EQ(book.invoices()[0].units, 8);
  EXPECT_EQ(book.invoices()[0].total_minor, 8 * 695);
  ASSERT_EQ(book.skus().size(), 2U);
  EXPECT_EQ(book.skus()[0].units, 7);
  EXPECT_EQ(book.skus()[1].units, 3);
}

TEST(RetailBook, PlacesAnInvoiceWithTheRowsThatRemain) {
  retail_book book;
  EXPECT_TRUE(add(book, {.sku = "BAD", .price = "0"}));
  EXPECT_FALSE(add(book, {.sku = "GOOD"}));
  ASSERT_EQ(book.placeable().size(), 1U);
  EXPECT_EQ(book.invoices()[0].rows, 2U);
  EXPECT_EQ(book.invoices()[0].lines.size(), 1U);
  EXPECT_EQ(book.skus().size(), 1U) << "a refused row demands nothing";
}

TEST(RetailBook, CountsCancellationsAdjustmentsAndInvoicesWithoutAnAcceptableRowAsNotPlaced) {
  retail_book book;
  EXPECT_FALSE(add(book, {.invoice = "C489449", .quantity = "-12"}));
  EXPECT_FALSE(add(book, {.invoice = "A506401", .price = "-53594.36", .customer = ""}));
  EXPECT_TRUE(add(book, {.invoice = "489464", .quantity = "-96", .price = "0"}));
  EXPECT_TRUE(book.placeable().empty());
  EXPECT_EQ(book.unplaced(unplaced_reason::cancellation), 1U);
  EXPECT_EQ(book.unplaced(unplaced_reason::adjustment), 1U);
  EXPECT_EQ(book.unplaced(unplaced_reason::no_acceptable_row), 1U);
  EXPECT_EQ(book.refused_rows(), 1U);
}

TEST(RetailBook, LetsTheFirstAcceptableRowDecideDateAndCustomer) {
  retail_book book;
  EXPECT_TRUE(add(book, {.date = "2009-12-20 12:27:00", .price = "0", .customer = "1"}));
  EXPECT_FALSE(add(book, {.date = "2009-12-20 12:28:00", .customer = "2"}));
  EXPECT_FALSE(add(book, {.date = "2009-12-20 12:29:00", .customer = "2"}));
  EXPECT_EQ(add(book, {.customer = "3"}), row_fault::customer_differs);
  EXPECT_EQ(add(book, {.customer = ""}), row_fault::customer_differs);
  v1::place_order order;
  book.fill(book.invoices()[0], false, order);
  EXPECT_EQ(order.customer(), "2");
  EXPECT_EQ(actors::order_id_time_ms(order.order_id()), *parse_retail_date("2009-12-20 12:28:00"));
}

TEST(RetailBook, RefusesTheRowsBehindTheTwoThousandth) {
  retail_book book;
  for (std::size_t i = 0; i < limits::lines_per_order_max; ++i)
    ASSERT_FALSE(add(book, {}));
  EXPECT_EQ(add(book, {}), row_fault::too_many_lines);
  EXPECT_EQ(book.invoices()[0].lines.size(), limits::lines_per_order_max);
}

TEST(RetailBook, RefusesARowThatWouldOverflowTheTotal) {
  retail_book book;
  const sale largest{.quantity = "1000000000", .price = "90000000.00"};
  EXPECT_FALSE(add(book, largest));
  EXPECT_EQ(add(book, largest), row_fault::total_too_large);
  EXPECT_EQ(add(book, {.quantity = "1000000000", .price = "10000000000"}), row_fault::total_too_large);
}

TEST(RetailBook, LetsACustomerPayFromTheAccountAndAGuestByCard) {
  retail_book book;
  EXPECT_FALSE(add(book, {.invoice = "1", .price = "1.00", .customer = "13085"}));
  EXPECT_FALSE(add(book, {.invoice = "2", .price = "1.00", .customer = ""}));
  EXPECT_FALSE(add(book, {.invoice = "3", .price = "2.00", .customer = "12346"}));
  v1::place_order known;
  v1::place_order guest;
  book.fill(book.invoices()[0], true, known);
  book.fill(book.invoices()[1], true, guest);
  EXPECT_EQ(known.payment_method(), v1::ACCOUNT);
  EXPECT_EQ(guest.payment_method(), v1::CARD);
  EXPECT_EQ(known.currency(), "GBP");
  EXPECT_EQ(known.reference(), "1");
  EXPECT_FALSE(known.allow_partial());
  EXPECT_EQ(book.customers(), (std::vector<std::string>{"12346", "13085"}));
  EXPECT_EQ(known.added_credit_minor(), 12 * 100);
  EXPECT_EQ(guest.added_credit_minor(), 0);
}

TEST(RetailDate, IsReadAsUtc) {
  EXPECT_EQ(parse_retail_date("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(parse_retail_date("2009-12-01 07:45:00"), 1'259'653'500'000);
  EXPECT_EQ(parse_retail_date("2012-02-29 23:59:59"), 1'330'559'999'000);
  EXPECT_EQ(parse_retail_date("12/1/2009 7:45"), 1'259'653'500'000);
  EXPECT_EQ(parse_retail_date("02/29/2012 23:59"), 1'330'559'940'000);
}

TEST(RetailDate, IsRefusedWhenItIsNoSuchTime) {
  for (const auto* text : {"",
                           "2009-12-01",
                           "2009-12-01T07:45:00",
                           "2009-13-01 07:45:00",
                           "2009-00-01 07:45:00",
                           "2009-04-31 07:45:00",
                           "2009-12-01 24:00:00",
                           "2009-12-01 07:60:00",
                           "2009-12-01 07:45:60",
                           "1969-12-31 23:59:59",
                           "2009-12-01 07:45:0x",
                           "2009-12-01 07:45:000",
                           "2009-1a-01 07:45:00",
                           "13/1/2009 7:45",
                           "1/1/09 7:45",
                           "1/1/2009",
                           "1/1/2009 7",
                           "1/1/2009 7:45:00",
                           "/1/2009 7:45",
                           "1/1/2009 7:",
                           "1/32/2009 7:45",
                           "001/1/2009 7:45"})
    EXPECT_FALSE(parse_retail_date(text)) << text;
}

TEST(RetailOrderId, IsTheSameUuidForTheSameInvoiceAndAnotherForAnyOther) {
  const auto id = retail_order_id("489434", "13085", 1'259'653'500'000);
  EXPECT_TRUE(actors::is_order_id(id));
  EXPECT_EQ(actors::order_id_time_ms(id), 1'259'653'500'000);
  EXPECT_EQ(id, retail_order_id("489434", "13085", 1'259'653'500'000));
  EXPECT_NE(id, retail_order_id("489435", "13085", 1'259'653'500'000));
  EXPECT_NE(id, retail_order_id("489434", "13085", 1'259'653'500'001));
}

TEST(RetailOrderId, OfAKnownCustomerCarriesTheAccountsSlot) {
  const auto slot = [](const std::string& id) { return id.substr(8, 2); };
  EXPECT_EQ(slot(retail_order_id("1", "13085", 1)), slot(retail_order_id("2", "13085", 2)));
  EXPECT_NE(slot(retail_order_id("1", "", 1)), slot(retail_order_id("2", "", 1)));
}

} // namespace
} // namespace orderd::cluster

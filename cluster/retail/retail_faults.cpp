// What is said of a row that is no part of an order.
#include "actors/rules/text.hpp"
#include "cluster/retail/retail_import.hpp"
#include "config/limits.hpp"

#include <array>
#include <utility>

namespace orderd::cluster {

namespace {

row_fault_text describe_text(const retail_row& row) {
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"Invoice", row.invoice}, {"StockCode", row.sku}, {"Customer ID", row.customer}};
  for (const auto& [field, value] : texts) {
    if (const auto verdict = actors::check_text(value); !verdict.ok())
      return {field, value, actors::text_rule(value, verdict)};
  }
  return {};
}

} // namespace

std::string_view to_string(row_fault why) noexcept {
  static constexpr std::array<std::string_view, row_faults> names{
      "malformed_csv",         "not_utf8",
      "text_refused",          "invoice_missing",
      "invoice_too_long",      "sku_missing",
      "sku_too_long",          "quantity_malformed",
      "quantity_below_one",    "quantity_too_large",
      "price_malformed",       "price_not_positive",
      "price_below_one_penny", "price_not_whole_pence",
      "price_too_large",       "date_malformed",
      "customer_too_long",     "customer_differs",
      "too_many_lines",        "total_too_large",
  };
  return names[static_cast<std::size_t>(why)];
}

bool is_no_sale(row_fault why) noexcept {
  return why == row_fault::quantity_below_one || why == row_fault::price_not_positive
         || why == row_fault::price_below_one_penny;
}

row_fault_text describe(row_fault why, const retail_row& row) {
  const auto bytes = [](std::size_t most) { return "at most " + std::to_string(most) + " bytes"; };
  switch (why) {
  case row_fault::malformed_csv:
    return {"row", {}, "as many fields as the header, quotes only around whole fields and doubled inside"};
  case row_fault::not_utf8:
  case row_fault::text_refused:
    return describe_text(row);
  case row_fault::invoice_missing:
    return {"Invoice", row.invoice, "an invoice number"};
  case row_fault::invoice_too_long:
    return {"Invoice", row.invoice, bytes(limits::reference_bytes_max)};
  case row_fault::sku_missing:
    return {"StockCode", row.sku, "a stock code"};
  case row_fault::sku_too_long:
    return {"StockCode", row.sku, bytes(limits::key_bytes_max)};
  case row_fault::quantity_malformed:
  case row_fault::quantity_below_one:
  case row_fault::quantity_too_large:
    return {"Quantity", row.quantity, "a whole number from 1 to " + std::to_string(limits::quantity_max)};
  case row_fault::price_malformed:
  case row_fault::price_not_positive:
  case row_fault::price_below_one_penny:
  case row_fault::price_not_whole_pence:
  case row_fault::price_too_large:
    return {"Price", row.price,
            "a decimal from 0.01 to " + format_minor(limits::unit_price_minor_max, 2) + " with whole pence"};
  case row_fault::date_malformed:
    return {"InvoiceDate", row.date, "YYYY-MM-DD HH:MM:SS or M/D/YYYY H:MM, from 1970 on"};
  case row_fault::customer_too_long:
    return {"Customer ID", row.customer, bytes(limits::key_bytes_max)};
  case row_fault::customer_differs:
    return {"Customer ID", row.customer, "the customer of the invoice's first row"};
  case row_fault::too_many_lines:
    return {"Invoice", row.invoice, "at most " + std::to_string(limits::lines_per_order_max) + " rows"};
  case row_fault::total_too_large:
    return {"Invoice", row.invoice, "a total that fits 63 bits of pence"};
  }
  return {};
}

} // namespace orderd::cluster

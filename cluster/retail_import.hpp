// The rows of an online retailer's transaction file as orders: what `orderctl import online-retail`
// places, sets and leaves out. Pure: no I/O, no clock, no random numbers; the same rows give the same
// orders, ids and command ids, so an import can be repeated and resumed.
//
// *Rules*
// - The rows of one invoice are one order, in the order of the file; they need not be adjacent, and a
//   SKU may repeat. Orders come in the order in which their invoices first appear.
// - Invoices that begin with C (cancellations, returns) or A (bad debts) are counted, not placed.
// - A row that no sale can have is refused with the first `row_fault` that applies, in the order of that
//   enumeration; its invoice is placed with the rows that remain.
// - Date and customer of an order are those of the first row it keeps. Dates within an invoice differ by
//   up to a minute in real files; another customer in a later row is a fault of that row.
// - SKUs are taken letter for letter: "85123a" and "85123A" are two, and a space at the end counts.
//
// *Concurrency*: none; one thread at a time.
#pragma once

#include "actors/public.pb.h"
#include "cluster/decimal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orderd::cluster {

/// The columns of the file, in order.
inline constexpr std::string_view retail_header =
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country";
inline constexpr std::size_t retail_columns = 8;

/// Why a row cannot be part of a sale.
enum class row_fault : std::uint8_t {
  malformed_csv,         ///< not 8 fields, or quotes that do not match
  not_utf8,              ///< a key field is not UTF-8
  invoice_missing,       ///< no invoice number
  invoice_too_long,      ///< above 64 bytes
  sku_missing,           ///< no stock code
  sku_too_long,          ///< above 40 bytes
  quantity_malformed,    ///< not a whole number
  quantity_below_one,    ///< a return or a correction of stock
  quantity_too_large,    ///< above 1,000,000,000
  price_malformed,       ///< not a decimal number
  price_not_positive,    ///< zero or negative
  price_not_whole_pence, ///< has a fraction of a penny
  price_too_large,       ///< above 1,000,000,000,000 pence
  date_malformed,        ///< not YYYY-MM-DD HH:MM:SS, or no such day or time
  customer_too_long,     ///< above 40 bytes
  customer_differs,      ///< the invoice began with another customer
  too_many_lines,        ///< the invoice already has 2,000 acceptable rows
  total_too_large,       ///< the invoice's total would not fit in 63 bits
};
inline constexpr std::size_t row_faults = 18;
/// The stable name: "price_not_positive".
std::string_view to_string(row_fault why) noexcept;

/// Why an invoice is not an order.
enum class unplaced_reason : std::uint8_t { cancellation, adjustment, no_acceptable_row };
inline constexpr std::size_t unplaced_reasons = 3;
std::string_view to_string(unplaced_reason why) noexcept;

struct retail_line {
  std::uint32_t sku = 0; ///< index into `retail_book::skus`
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
};

struct retail_invoice {
  std::string number;
  std::string customer; ///< empty: a guest
  std::int64_t placed_at_ms = 0;
  std::int64_t total_minor = 0;
  std::int64_t units = 0;
  std::uint64_t rows = 0; ///< of the file, refused ones included
  std::optional<unplaced_reason> unplaced = unplaced_reason::no_acceptable_row;
  std::vector<retail_line> lines;
};

struct retail_sku {
  std::string sku;
  std::int64_t units = 0; ///< demanded by all acceptable rows
};

class retail_book {
public:
  /// Takes the next row; says why it is not part of an order, if it is not. Empty `fields`: the line
  /// could not be split. Rows of invoices that are not placed are fine.
  std::optional<row_fault> add(std::span<const std::string_view> fields);

  const std::vector<retail_invoice>& invoices() const noexcept { return invoices_; }
  const std::vector<retail_sku>& skus() const noexcept { return skus_; }
  /// Indexes into `invoices` of those that are orders, in file order.
  std::vector<std::uint32_t> placeable() const;
  /// Customers of placeable invoices, sorted.
  std::vector<std::string> customers() const;
  /// Money of all orders that are paid from accounts; saturates.
  std::int64_t account_total_minor() const noexcept;

  std::uint64_t rows() const noexcept { return rows_; }
  std::uint64_t refused_rows(row_fault why) const noexcept { return refused_[static_cast<std::size_t>(why)]; }
  std::uint64_t refused_rows() const noexcept;
  std::uint64_t unplaced(unplaced_reason why) const noexcept;

  /// The command that places an invoice.
  void fill(const retail_invoice& invoice, v1::place_order& into) const;

private:
  std::optional<row_fault> add_row(std::span<const std::string_view> fields);
  std::optional<row_fault> add_line(retail_invoice& invoice, std::span<const std::string_view> fields);
  retail_invoice& invoice_of(std::string_view number);
  std::uint32_t sku_of(std::string_view sku);

  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using index = std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>>;

  std::vector<retail_invoice> invoices_;
  std::vector<retail_sku> skus_;
  index invoice_index_;
  index sku_index_;
  std::uint32_t last_invoice_ = 0; ///< rows of an invoice are mostly adjacent
  std::uint64_t rows_ = 0;
  std::array<std::uint64_t, row_faults> refused_{};
};

/// "2009-12-01 07:45:00" in UTC as Unix milliseconds; none when it is not such a time from 1970 on.
std::optional<std::int64_t> parse_retail_date(std::string_view text) noexcept;

/// The order id of an invoice: a UUIDv7 of its date, the slot of its customer and a hash of its number.
std::string retail_order_id(std::string_view number, std::string_view customer, std::int64_t placed_at_ms);

} // namespace orderd::cluster

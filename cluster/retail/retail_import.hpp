// The rows of an online retailer's transaction file as orders: what `orderctl import online-retail`
// places, sets and leaves out. Pure: no I/O, no clock, no random numbers; the same rows give the same
// orders, ids and command ids, so an import can be repeated and resumed.
//
// *Rules*
// - The rows of one invoice are one order, in the order of the file; they need not be adjacent, and a
//   SKU may repeat. Orders come in the order in which their invoices first appear.
// - Invoices that begin with C (cancellations, returns) or A (bad debts) are counted, not placed.
// - A row that no sale can have is refused with the first `row_fault` that applies, in the order of that
//   enumeration. Was it read, and is no sale (`is_no_sale`), its invoice is placed with the rows that remain.
// - A row that cannot be read holds its invoice back: an order that was confirmed without a line could never
//   be mended. Whose row it was may be unknown; then it holds back the invoices of the rows around it, since
//   rows of an invoice mostly stand together.
// - Date and customer of an order are those of the first row it keeps. Dates within an invoice differ by
//   up to a minute in real files; another customer in a later row is a fault of that row.
// - SKUs are taken letter for letter: "85123a" and "85123A" are two. Blanks around them are not part of them.
//
// *Concurrency*: none; one thread at a time.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/retail/decimal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orderd::cluster {

/// What a row says, as text without blanks around it.
struct retail_row {
  std::string_view invoice;
  std::string_view sku;
  std::string_view quantity;
  std::string_view date;
  std::string_view price;
  std::string_view customer;
};

/// Why a row cannot be part of a sale.
enum class row_fault : std::uint8_t {
  malformed_csv,         ///< quotes that do not match, or another number of fields than the header
  not_utf8,              ///< a key field is not UTF-8
  text_refused,          ///< a key field has a control or format character (actors/rules/text.hpp)
  invoice_missing,       ///< no invoice number
  invoice_too_long,      ///< above 64 bytes
  sku_missing,           ///< no stock code
  sku_too_long,          ///< above 40 bytes
  quantity_malformed,    ///< not a whole number
  quantity_below_one,    ///< a return or a correction of stock
  quantity_too_large,    ///< above 1,000,000,000
  price_malformed,       ///< not a decimal number
  price_not_positive,    ///< zero or negative
  price_below_one_penny, ///< above zero, but nothing anybody could pay: no sale
  price_not_whole_pence, ///< one penny and more, with a fraction of a penny
  price_too_large,       ///< above 1,000,000,000,000 pence
  date_malformed,        ///< not YYYY-MM-DD HH:MM:SS nor M/D/YYYY H:MM, or no such day or time
  customer_too_long,     ///< above 40 bytes
  customer_differs,      ///< the invoice began with another customer
  too_many_lines,        ///< the invoice already has 2,000 acceptable rows
  total_too_large,       ///< the invoice's total would not fit in 63 bits
};
inline constexpr std::size_t row_faults = 20;
/// The stable name: "price_not_positive".
std::string_view to_string(row_fault why) noexcept;
/// The row was read, and says that it is no sale: a return, a gift, less than a penny.
bool is_no_sale(row_fault why) noexcept;
/// The column that is wrong, what it says in this row, and what it has to be.
struct row_fault_text {
  std::string_view field;
  std::string_view value;
  std::string limit;
};
row_fault_text describe(row_fault why, const retail_row& row);

/// Why an invoice is not an order.
enum class unplaced_reason : std::uint8_t { cancellation, adjustment, no_acceptable_row, held_back };
inline constexpr std::size_t unplaced_reasons = 4;
std::string_view to_string(unplaced_reason why) noexcept;

struct retail_line {
  std::uint32_t sku = 0; ///< index into `retail_book::skus`
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  std::optional<std::int64_t> added_units = {}; ///< that the order brings into stock
};

struct retail_invoice {
  std::string number;
  std::string customer; ///< empty: a guest
  std::int64_t placed_at_ms = 0;
  std::int64_t total_minor = 0;
  std::int64_t units = 0;
  std::uint64_t rows = 0;                    ///< of the file, refused ones included
  std::uint64_t unreadable = 0;              ///< rows that could not be read and are, or may be, its own
  std::optional<row_fault> first_unreadable; ///< why the first of them could not be read
  std::optional<unplaced_reason> unplaced = unplaced_reason::no_acceptable_row;
  std::vector<retail_line> lines;
};

struct retail_sku {
  std::string sku;
  std::int64_t units = 0; ///< demanded by all acceptable rows
};

class retail_book {
public:
  /// Takes the next row; says why it is not part of an order, if it is not. Rows of invoices that are not
  /// placed are fine.
  std::optional<row_fault> add(const retail_row& row);
  /// Takes a row that is no well-formed CSV; `invoice` as far as it could be read. Gives `malformed_csv`.
  row_fault add_malformed(std::string_view invoice);

  /// Holds back every invoice with a row that could not be read. To be called once, behind the last row.
  void hold_back();
  /// Gives every line of a placeable invoice its share of `factor` x the units demanded of its SKU: summed up
  /// to any line of the file they are floor(factor x units demanded up to there). To be called once, behind
  /// `hold_back`. The SKU that would get more units than stock can hold; none: it is done.
  std::optional<std::string> add_stock(const decimal& factor);
  /// Rows that could not be read.
  std::uint64_t unreadable_rows() const noexcept;

  const std::vector<retail_invoice>& invoices() const noexcept { return invoices_; }
  const std::vector<retail_sku>& skus() const noexcept { return skus_; }
  /// Indexes into `invoices` of those that are orders, in file order.
  std::vector<std::uint32_t> placeable() const;
  /// Customers of placeable invoices, sorted.
  std::vector<std::string> customers() const;
  std::uint64_t rows() const noexcept { return rows_; }
  std::uint64_t refused_rows(row_fault why) const noexcept { return refused_[static_cast<std::size_t>(why)]; }
  std::uint64_t refused_rows() const noexcept;
  std::uint64_t unplaced(unplaced_reason why) const noexcept;

  /// The command that places an invoice. `with_credit`: it brings the credit that it needs.
  void fill(const retail_invoice& invoice, bool with_credit, v1::place_order& into) const;

private:
  std::optional<row_fault> add_row(const retail_row& row, std::optional<std::uint32_t>& of);
  std::optional<row_fault> add_line(retail_invoice& invoice, const retail_row& row);
  void note_unreadable(row_fault why, std::optional<std::uint32_t> of);
  void blame(retail_invoice& invoice, row_fault why);
  std::uint32_t invoice_of(std::string_view number);
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
  std::uint32_t last_invoice_ = 0;   ///< rows of an invoice are mostly adjacent
  std::optional<row_fault> of_next_; ///< a row in front could not be read, and may be the next invoice's
  std::uint64_t rows_ = 0;
  std::array<std::uint64_t, row_faults> refused_{};
};

/// "2009-12-01 07:45:00", or "12/1/2009 7:45" (the month first), in UTC as Unix milliseconds; none when it is
/// not such a time from 1970 on.
std::optional<std::int64_t> parse_retail_date(std::string_view text) noexcept;

/// The order id of an invoice: a UUIDv7 of its date, the slot of its customer and a hash of its number.
std::string retail_order_id(std::string_view number, std::string_view customer, std::int64_t placed_at_ms);

} // namespace orderd::cluster

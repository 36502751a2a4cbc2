// A CSV file with a header, plain or in xz: its columns are found by their names, in any order.
//
// *Operation*: `read_table` streams the file and gives each row's cells in the order of the columns that were
// asked for. Rows of blanks alone, and the header where it stands again (files put one behind another), are
// no rows. Blanks around a cell are dropped, and its characters are composed (NFC).
//
// *Names*: case, blanks and underscores do not count: "Customer ID" is "CustomerID". Columns that were not
// asked for are left out.
#pragma once

#include "cluster/retail/csv_reader.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace orderd::cluster {

struct table_column {
  std::string_view name;
  std::string_view also; ///< another name for it; empty: none
};

/// Valid until the visitor returns.
struct table_row {
  std::uint64_t line = 0;                  ///< where it begins in the file: the header is mostly 1
  std::string_view text;                   ///< as in the file
  bool readable = false;                   ///< well-formed CSV, with as many fields as the header
  std::span<const std::string_view> cells; ///< by column; of an unreadable row what could be read, else empty
  std::uint32_t trimmed = 0;               ///< cells that were changed so
};

/// `kind` is what the file should be: "a stock file". Faults: `malformed` when the header lacks a column or
/// names one twice, else those of `read_lines`; the message names the file, its kind and the columns.
runtime::result<void> read_table(const std::string& path, std::string_view kind,
                                 std::span<const table_column> columns,
                                 const std::function<void(const table_row&)>& visit);

} // namespace orderd::cluster

// An online retailer's transaction file, read from disk into a `retail_book`.
#pragma once

#include "cluster/retail/retail_import.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// A row that is not part of an order. Valid until the sink returns.
struct refused_row {
  std::uint64_t line = 0; ///< where it begins in the file, as editors count: the header is 1
  row_fault why{};
  const retail_row& row; ///< as far as it could be read
  std::string_view text; ///< as in the file
};
using refused_row_sink = std::function<void(const refused_row&)>;

/// Reads a whole file (CSV, or CSV in xz) into `book`, with the header of cluster/retail/csv_table.hpp. Gives
/// how many cells had blanks around them. Faults: those of `read_table`.
runtime::result<std::uint64_t> read_retail_file(const std::string& path, retail_book& book,
                                                const refused_row_sink& refused);

} // namespace orderd::cluster

// An online retailer's transaction file, read from disk into a `retail_book`.
#pragma once

#include "cluster/line_file.hpp"
#include "cluster/retail_import.hpp"
#include "runtime/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// A row that is not part of an order. `row` is its line in the file, as editors count: the header is 1.
using refused_row_sink = std::function<void(std::uint64_t row, row_fault why, std::string_view line)>;

/// Reads a whole file (CSV, or CSV in xz) into `book`; empty lines are no rows. Faults: `malformed` when
/// the header is another one, else those of `read_lines`.
runtime::result<void> read_retail_file(const std::string& path, retail_book& book,
                                       const refused_row_sink& refused);

} // namespace orderd::cluster

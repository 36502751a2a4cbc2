#include "cluster/retail/retail_file.hpp"

#include "cluster/retail/csv_table.hpp"

#include <array>

namespace orderd::cluster {

namespace {

constexpr std::array<table_column, 6> columns{{{"Invoice", "InvoiceNo"},
                                               {"StockCode", "SKU"},
                                               {"Quantity", {}},
                                               {"InvoiceDate", {}},
                                               {"Price", "UnitPrice"},
                                               {"Customer ID", "Customer"}}};

} // namespace

runtime::result<std::uint64_t> read_retail_file(const std::string& path, retail_book& book,
                                                const refused_row_sink& refused) {
  std::uint64_t trimmed = 0;
  const auto content = read_table(path, "an online-retail file", columns, [&](const table_row& from) {
    const auto& cells = from.cells;
    const retail_row row{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]};
    trimmed += from.trimmed;
    const auto fault = from.readable ? book.add(row) : std::optional{book.add_malformed(row.invoice)};
    if (fault)
      refused({from.line, *fault, row, from.text});
  });
  if (!content)
    return content.error();
  return trimmed;
}

} // namespace orderd::cluster

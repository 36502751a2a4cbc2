#include "cluster/retail_file.hpp"

#include "cluster/csv_line.hpp"

#include <span>

namespace orderd::cluster {

runtime::result<void> read_retail_file(const std::string& path, retail_book& book,
                                       const refused_row_sink& refused) {
  csv_line csv;
  std::uint64_t row = 0;
  bool known_layout = false;
  auto content = read_lines(path, [&](std::string_view line) {
    ++row;
    if (row == 1) {
      known_layout = line == retail_header;
      return;
    }
    if (!known_layout || line.empty())
      return;
    const bool well_formed = csv.split(line);
    if (const auto fault = book.add(well_formed ? csv.fields() : std::span<const std::string_view>{}))
      refused(row, *fault, line);
  });
  if (content && !known_layout)
    return runtime::fault{runtime::fault_code::malformed,
                          path + " is not an online-retail file: its first line has to be "
                              + std::string{retail_header}};
  return content;
}

} // namespace orderd::cluster

#include "cluster/orderctl/ctl_table.hpp"

#include "actors/rules/text.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

void ctl_table::add(std::vector<std::string> cells) {
  for (auto& cell : cells)
    cell = actors::shown(cell);
  rows_.push_back(std::move(cells));
}

void ctl_table::print(std::ostream& out, const std::string& indent) const {
  std::vector<std::size_t> widths(sides_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], actors::columns_of(row[i]));
  for (const auto& row : rows_) {
    auto line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - actors::columns_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (sides_[i] == side::left ? row[i] + pad : pad + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

} // namespace orderd::cluster

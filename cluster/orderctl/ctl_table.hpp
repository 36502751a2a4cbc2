// A table on a terminal: columns as wide as the widest cell of what is shown, with two blanks between. Cells
// are escaped (actors/rules/text.hpp), and wide characters count as two. Pure.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {

class ctl_table {
public:
  enum class side : bool { left, right };

  explicit ctl_table(std::vector<side> sides) : sides_(std::move(sides)) {}

  /// Pre: as many cells as columns.
  void add(std::vector<std::string> cells);
  void print(std::ostream& out, const std::string& indent = {}) const;

private:
  std::vector<side> sides_;
  std::vector<std::vector<std::string>> rows_; ///< escaped
};

} // namespace orderd::cluster

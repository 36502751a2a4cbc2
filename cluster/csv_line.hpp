// One line of CSV into its fields, strictly and without trimming: libcsv (RFC 4180 quoting) in front of
// line-based files.
//
// A line is a record: a quoted field cannot go on in the next line. So a row with a stray quote harms
// itself alone and not the rows behind it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <csv.h>

namespace orderd::cluster {

class csv_line {
public:
  csv_line();
  ~csv_line();
  csv_line(const csv_line&) = delete;
  csv_line& operator=(const csv_line&) = delete;

  /// Splits a line (without its line end) and says whether it is well formed: quotes only around whole
  /// fields, closed, and doubled inside.
  bool split(std::string_view line);

  /// The fields of the last well-formed line; valid until the next `split`.
  std::span<const std::string_view> fields() const noexcept { return fields_; }

private:
  void reset_parser();
  void on_field(std::string_view field);

  csv_parser parser_{};
  std::string text_;              ///< the fields one after the other
  std::vector<std::size_t> ends_; ///< where each of them ends in `text_`
  std::vector<std::string_view> fields_;
};

/// A field as CSV: in quotes where it has to be.
std::string csv_field(std::string_view text);

} // namespace orderd::cluster

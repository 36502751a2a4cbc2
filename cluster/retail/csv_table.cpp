#include "cluster/retail/csv_table.hpp"

#include "actors/rules/text.hpp"
#include "cluster/retail/line_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace {

/// A column's name as it is compared.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      text += static_cast<char>(c - 'A' + 'a');
    else if (c != ' ' && c != '_')
      text += c;
  }
  return text;
}

class table_reader {
public:
  table_reader(std::string name, std::span<const table_column> columns,
               const std::function<void(const table_row&)>& visit)
      : name_(std::move(name)), columns_(columns), visit_(visit), cells_(columns.size()),
        composed_(columns.size()) {}

  void take(const csv_record& record) {
    const bool blank = std::all_of(record.fields.begin(), record.fields.end(), [](std::string_view field) {
      return actors::without_blanks(field).empty();
    });
    if (wrong_ || (record.well_formed && blank))
      return;
    if (header_.empty())
      return take_header(record);
    if (record.well_formed
        && std::equal(header_.begin(), header_.end(), record.fields.begin(), record.fields.end()))
      return;
    take_row(record);
  }

  runtime::result<void> outcome() const {
    if (wrong_)
      return *wrong_;
    return header_.empty() ? wrong("it is empty") : runtime::result<void>{};
  }

private:
  runtime::fault wrong(const std::string& why) const {
    std::string known;
    for (const auto& column : columns_)
      known += (known.empty() ? "" : ", ") + std::string{column.name};
    return {runtime::fault_code::malformed,
            name_ + ": " + why + "; its first line has to name the columns " + known};
  }

  void take_header(const csv_record& record) {
    header_.assign(record.fields.begin(), record.fields.end());
    for (const auto& column : columns_) {
      const auto is_it = [&column](const std::string& name) {
        return plain(name) == plain(column.name)
               || (!column.also.empty() && plain(name) == plain(column.also));
      };
      const auto found = std::find_if(header_.begin(), header_.end(), is_it);
      if (!record.well_formed || found == header_.end()) {
        wrong_ = wrong("it has no column " + std::string{column.name});
        return;
      }
      if (std::find_if(found + 1, header_.end(), is_it) != header_.end()) {
        wrong_ = wrong("it has the column " + std::string{column.name} + " twice");
        return;
      }
      places_.push_back(static_cast<std::size_t>(found - header_.begin()));
    }
  }

  void take_row(const csv_record& record) {
    table_row row{record.line, record.text, record.well_formed && record.fields.size() == header_.size(),
                  cells_};
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const auto field = places_[i] < record.fields.size() ? record.fields[places_[i]] : std::string_view{};
      cells_[i] = tidy(field, i);
      row.trimmed += cells_[i] != field ? 1 : 0;
    }
    visit_(row);
  }

  std::string_view tidy(std::string_view field, std::size_t column) {
    const auto text = actors::without_blanks(field);
    const auto verdict = actors::check_text(text);
    if (verdict.why != actors::text_fault::not_nfc)
      return text;
    composed_[column] = actors::in_nfc(text);
    return composed_[column];
  }

  const std::string name_; ///< what is said of it: "FILE is not a stock file"
  std::span<const table_column> columns_;
  const std::function<void(const table_row&)>& visit_;
  std::vector<std::string> header_;
  std::vector<std::size_t> places_; ///< of each column in the header
  std::vector<std::string_view> cells_;
  std::vector<std::string> composed_; ///< of cells that had to be
  std::optional<runtime::fault> wrong_;
};

} // namespace

runtime::result<void> read_table(const std::string& path, std::string_view kind,
                                 std::span<const table_column> columns,
                                 const std::function<void(const table_row&)>& visit) {
  table_reader table{path + " is not " + std::string{kind}, columns, visit};
  csv_reader csv{[&table](const csv_record& record) { table.take(record); }};
  auto content = read_lines(path, [&csv](std::string_view line) { csv.add(line); });
  if (!content)
    return content;
  csv.finish();
  return table.outcome();
}

} // namespace orderd::cluster

// CSV by RFC 4180, strictly: libcsv in front of the records of a file.
//
// *Operation*: give every line of the file to `add`, with its line end, then call `finish`. The sink gets
// each record when it is complete: one line, or several when a quoted field goes on in the next. Lines that
// are empty are no records.
//
// *What is malformed*: a quote inside a field that is not quoted, anything but a comma behind the closing
// one, a quote that is never closed. Then the line in which the record began is a malformed record by itself,
// and the lines behind it are read afresh: a stray quote takes no other row with it.
//
// *Limits*: a record is at most a mebibyte; behind that its quote counts as never closed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <csv.h>

namespace orderd::cluster {

/// Valid until the sink returns.
struct csv_record {
  std::uint64_t line = 0; ///< where it begins, as editors count: the first is 1
  std::string_view text;  ///< as in the file, without its last line end
  bool well_formed = false;
  std::span<const std::string_view> fields; ///< of a malformed one: those before the place that is wrong
};

class csv_reader {
public:
  using sink = std::function<void(const csv_record&)>;

  explicit csv_reader(sink on_record);
  ~csv_reader();
  csv_reader(const csv_reader&) = delete;
  csv_reader& operator=(const csv_reader&) = delete;

  void add(std::string_view line);
  void finish();

private:
  void take(std::string_view line);
  void take_again();
  void give(std::string_view text, bool well_formed);
  void give_malformed(std::string_view record);
  void begin();
  static void field_read(void* field, std::size_t bytes, void* self);
  static void record_read(int end, void* self);

  sink on_record_;
  csv_parser parser_{};
  std::string text_;              ///< of a record that goes on in the next line
  std::deque<std::string> again_; ///< lines behind a malformed one, to be read afresh
  std::uint64_t next_line_ = 1;   ///< number of the line that is taken next
  std::uint64_t record_line_ = 1; ///< where the record began
  bool complete_ = false;         ///< libcsv has seen the end of the record
  std::string values_;            ///< the fields one after the other
  std::vector<std::size_t> ends_; ///< where each of them ends in `values_`
  std::vector<std::string_view> fields_;
};

/// A field as CSV: in quotes where it has to be.
std::string csv_field(std::string_view text);

} // namespace orderd::cluster

#include "cluster/retail/csv_reader.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI;
constexpr std::size_t record_bytes_max = 1u << 20;

int nothing_is_space(unsigned char) {
  return 0;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n'))
    line.remove_suffix(1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// The first line of a text, with its end: LF, CR LF, or a CR alone, as libcsv takes them.
std::string_view first_line(std::string_view text) {
  auto line = text.substr(0, text.find('\n'));
  line = text.substr(0, line.size() + (line.size() < text.size() ? 1 : 0));
  const auto alone = line.find('\r');
  return alone < line.size() && line.substr(alone) != "\r\n" ? line.substr(0, alone + 1) : line;
}

} // namespace

csv_reader::csv_reader(sink on_record) : on_record_(std::move(on_record)) {
  csv_init(&parser_, options);
  // What is blank in front of a field or behind it is its reader's to judge; libcsv would drop it.
  csv_set_space_func(&parser_, nothing_is_space);
}

csv_reader::~csv_reader() {
  csv_free(&parser_);
}

void csv_reader::begin() {
  text_.clear();
  values_.clear();
  ends_.clear();
  complete_ = false;
}

void csv_reader::field_read(void* field, std::size_t bytes, void* self) {
  auto& reader = *static_cast<csv_reader*>(self);
  reader.values_.append(static_cast<const char*>(field), bytes);
  reader.ends_.push_back(reader.values_.size());
}

void csv_reader::record_read(int, void* self) {
  static_cast<csv_reader*>(self)->complete_ = true;
}

void csv_reader::add(std::string_view line) {
  while (!line.empty()) {
    const auto first = first_line(line);
    line.remove_prefix(first.size());
    take(first);
    take_again();
  }
}

void csv_reader::take_again() {
  while (!again_.empty()) {
    const auto line = std::move(again_.front());
    again_.pop_front();
    take(line);
  }
}

void csv_reader::take(std::string_view line) {
  const auto number = next_line_++;
  const bool goes_on = !text_.empty();
  if (!goes_on) {
    record_line_ = number;
    if (without_end(line).empty())
      return;
  } else {
    text_ += line;
  }
  const auto record_text = [&] { return goes_on ? std::string_view{text_} : line; };
  const bool read =
      csv_parse(&parser_, line.data(), line.size(), field_read, record_read, this) == line.size();
  if (!read || (!complete_ && record_text().size() > record_bytes_max))
    return give_malformed(record_text());
  if (complete_)
    return give(without_end(record_text()), true);
  if (!goes_on)
    text_ = line;
}

void csv_reader::give(std::string_view text, bool well_formed) {
  fields_.clear();
  std::size_t first = 0;
  for (const auto end : ends_)
    fields_.push_back(std::string_view{values_}.substr(std::exchange(first, end), end - first));
  on_record_({record_line_, text, well_formed, fields_});
  begin();
}

void csv_reader::give_malformed(std::string_view record) {
  const auto bad = first_line(record);
  std::deque<std::string> rest;
  for (auto behind = record.substr(bad.size()); !behind.empty(); behind.remove_prefix(rest.back().size()))
    rest.emplace_back(first_line(behind));
  csv_free(&parser_);
  csv_init(&parser_, options);
  csv_set_space_func(&parser_, nothing_is_space);
  next_line_ = record_line_ + 1;
  again_.insert(again_.begin(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  const std::string kept{without_end(bad)}; // the record's text goes
  give(kept, false);
}

void csv_reader::finish() {
  while (!text_.empty()) {
    if (csv_fini(&parser_, field_read, record_read, this) == 0)
      return give(without_end(text_), true);
    give_malformed(text_);
    take_again();
  }
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string{text};
  std::string quoted(csv_write(nullptr, 0, text.data(), text.size()), '\0');
  csv_write(quoted.data(), quoted.size(), text.data(), text.size());
  return quoted;
}

} // namespace orderd::cluster

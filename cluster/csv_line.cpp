#include "cluster/csv_line.hpp"

namespace orderd::cluster {

namespace {

constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI;

int nothing_is_space(unsigned char) {
  return 0;
}

} // namespace

csv_line::csv_line() {
  csv_init(&parser_, options);
  // A SKU may end in a space; libcsv would trim it.
  csv_set_space_func(&parser_, nothing_is_space);
}

csv_line::~csv_line() {
  csv_free(&parser_);
}

void csv_line::reset_parser() {
  csv_free(&parser_);
  csv_init(&parser_, options);
  csv_set_space_func(&parser_, nothing_is_space);
}

void csv_line::on_field(std::string_view field) {
  text_ += field;
  ends_.push_back(text_.size());
}

bool csv_line::split(std::string_view line) {
  text_.clear();
  ends_.clear();
  fields_.clear();
  const auto on_field = [](void* field, std::size_t bytes, void* self) {
    static_cast<csv_line*>(self)->on_field({static_cast<const char*>(field), bytes});
  };
  if (csv_parse(&parser_, line.data(), line.size(), on_field, nullptr, this) != line.size()
      || csv_fini(&parser_, on_field, nullptr, this) != 0) {
    reset_parser();
    return false;
  }
  std::size_t begin = 0;
  for (const auto end : ends_) {
    fields_.push_back(std::string_view{text_}.substr(begin, end - begin));
    begin = end;
  }
  return true;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string{text};
  std::string quoted(csv_write(nullptr, 0, text.data(), text.size()), '\0');
  csv_write(quoted.data(), quoted.size(), text.data(), text.size());
  return quoted;
}

} // namespace orderd::cluster

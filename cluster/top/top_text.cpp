#include "cluster/top/top_text.hpp"

#include "actors/rules/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace orderd::cluster {

namespace {

constexpr const char* reset = "\x1b[0m";

const char* code_of(top_style style) {
  switch (style) {
  case top_style::plain:
    return "";
  case top_style::bold:
    return "\x1b[1m";
  case top_style::dim:
    return "\x1b[2m";
  case top_style::good:
    return "\x1b[32m";
  case top_style::warn:
    return "\x1b[33m";
  case top_style::bad:
    return "\x1b[1;31m";
  }
  return "";
}

/// Bytes of the character that a text begins with. Pre: UTF-8, not empty.
std::size_t first_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
    ++bytes;
  return bytes;
}

/// As much of a text as fits; takes its columns off `room`.
std::string_view cut(std::string_view text, std::size_t& room) {
  std::size_t taken = 0;
  while (taken < text.size()) {
    const auto bytes = first_bytes(text.substr(taken));
    const auto columns = actors::columns_of(text.substr(taken, bytes));
    if (columns > room)
      break;
    room -= columns;
    taken += bytes;
  }
  return text.substr(0, taken);
}

template <class... Values>
std::string printed(const char* format, Values... values) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

} // namespace

top_text& top_text::add(std::string_view text, top_style style) {
  auto escaped = actors::shown(text);
  columns_ += actors::columns_of(escaped);
  pieces_.push_back({std::move(escaped), style});
  return *this;
}

top_text& top_text::to(std::size_t column) {
  return add(std::string(column > columns_ ? column - columns_ : 1, ' '));
}

top_text& top_text::right(std::size_t column, std::string_view text, top_style style) {
  const auto wide = actors::columns_of(actors::shown(text));
  if (columns_ + wide < column)
    add(std::string(column - columns_ - wide, ' '));
  else if (columns_ > 0)
    add(" ");
  return add(text, style);
}

top_text& top_text::choose() {
  chosen_ = true;
  return *this;
}

std::string top_text::line(std::size_t width, bool colours) const {
  std::string out = chosen_ && colours ? "\x1b[7m" : "";
  auto room = width;
  for (const auto& each : pieces_) {
    const auto part = cut(each.text, room);
    const bool styled = colours && !chosen_ && each.style != top_style::plain;
    out += styled ? code_of(each.style) : "";
    out += part;
    out += styled ? reset : "";
    if (part.size() < each.text.size())
      break;
  }
  if (chosen_ && colours)
    return out + std::string(room, ' ') + reset;
  if (!colours)
    out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string short_time(std::uint64_t us) {
  const auto value = static_cast<double>(us);
  if (us < 1'000)
    return printed("%.0f us", value);
  if (us < 1'000'000)
    return printed("%.1f ms", value / 1e3);
  return printed("%.2f s", value / 1e6);
}

std::string short_span(std::int64_t seconds) {
  const auto whole = static_cast<long long>(std::max<std::int64_t>(0, seconds));
  if (whole < 60)
    return printed("%lld s", whole);
  if (whole < 3'600)
    return printed("%lld min %lld s", whole / 60, whole % 60);
  if (whole < 86'400)
    return printed("%lld h %lld min", whole / 3'600, whole / 60 % 60);
  return printed("%lld d %lld h", whole / 86'400, whole / 3'600 % 24);
}

std::string short_bytes(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1'024)
    return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes) / 1'024;
  std::size_t unit = 0;
  for (; value >= 1'024 && unit + 1 < units.size(); ++unit)
    value /= 1'024;
  return printed("%.1f %s", value, units[unit]);
}

std::string one_digit(double value) {
  return printed("%.1f", value);
}

} // namespace orderd::cluster

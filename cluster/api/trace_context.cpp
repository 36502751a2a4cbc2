#include "cluster/api/trace_context.hpp"

#include <algorithm>
#include <cstddef>

namespace orderd::cluster {

namespace {

constexpr std::size_t version_at = 0;
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t length = 55;

/// -1: not a lower-case digit.
int digit_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Empty when one of the digits is none.
std::string bytes_of(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const auto high = digit_of(digits[i]);
    const auto low = digit_of(digits[i + 1]);
    if (high < 0 || low < 0)
      return {};
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

bool is_nothing(const std::string& bytes) {
  return bytes.empty() || std::all_of(bytes.begin(), bytes.end(), [](char each) { return each == 0; });
}

} // namespace

std::string trace_id_of(std::string_view text) {
  if (text.size() < length || text[trace_at - 1] != '-' || text[parent_at - 1] != '-'
      || text[flags_at - 1] != '-')
    return {};
  const auto version = bytes_of(text.substr(version_at, 2));
  const bool of_later = !version.empty() && version[0] != 0; // may say more behind another dash
  if (version.empty() || version == "\xff"
      || (of_later ? text.size() > length && text[length] != '-' : text.size() != length))
    return {};
  auto trace = bytes_of(text.substr(trace_at, 32));
  if (is_nothing(trace) || is_nothing(bytes_of(text.substr(parent_at, 16)))
      || bytes_of(text.substr(flags_at, 2)).empty())
    return {};
  return trace;
}

} // namespace orderd::cluster

#include "actors/rules/status_times.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace orderd::actors {

namespace {

/// Longer than anything lives: 8,900 years. So sums of a history's gaps cannot overflow.
constexpr std::uint64_t gap_ms_max = std::uint64_t{1} << 48;

void append_varint(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7)
    to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

/// Takes the first number off; nothing when it is none, or too large.
std::optional<std::uint64_t> take_varint(std::string_view& from) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !from.empty() && shift < 56; shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0)
      return number <= gap_ms_max ? std::optional{number} : std::nullopt;
  }
  return std::nullopt;
}

} // namespace

std::optional<status_times> status_times::parse(std::string stored, std::size_t statuses) {
  std::string_view left = stored;
  std::size_t gaps = 0;
  for (; !left.empty(); ++gaps)
    if (!take_varint(left))
      return std::nullopt;
  if (gaps > 0 && gaps >= statuses)
    return std::nullopt;
  status_times parsed;
  parsed.gaps_ = std::move(stored);
  return parsed;
}

void status_times::begin(std::size_t place, std::int64_t at_ms) {
  const auto since_placed_ms = at_ms - placed_at_ms_;
  std::string_view left = gaps_;
  std::int64_t last = 0;
  std::size_t known = 1; // the first status has no gap
  for (; !left.empty(); ++known)
    last += static_cast<std::int64_t>(take_varint(left).value_or(0));
  if (since_placed_ms <= last)
    return;
  gaps_.append(place - std::min(place, known), '\0');
  append_varint(gaps_, std::min(static_cast<std::uint64_t>(since_placed_ms - last), gap_ms_max));
}

std::vector<std::int64_t> status_times::since_placed_ms(std::size_t statuses) const {
  std::vector<std::int64_t> all(statuses, 0);
  std::string_view left = gaps_;
  for (std::size_t i = 1; i < statuses; ++i)
    all[i] = all[i - 1] + static_cast<std::int64_t>(take_varint(left).value_or(0));
  return all;
}

} // namespace orderd::actors

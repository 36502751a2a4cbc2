#include "runtime/storage/state_rows.hpp"

#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <charconv>

namespace orderd::runtime {

namespace {

/// A write with what it is sorted by close at hand: comparing whole keys costs a cache miss each.
struct sortable {
  std::uint64_t key_start; ///< its next eight bytes, as a number that sorts as they do
  std::uint64_t epoch;
  const row_write* write;
  row_place place;

  friend bool operator<(const sortable& a, const sortable& b) noexcept {
    if (a.place != b.place)
      return a.place.number() < b.place.number();
    if (a.key_start != b.key_start)
      return a.key_start < b.key_start;
    if (const auto order = a.write->key.key().compare(b.write->key.key()); order != 0)
      return order < 0;
    return a.epoch > b.epoch;
  }
};

std::uint64_t first_bytes(std::string_view key) noexcept {
  char bytes[8] = {};
  key = key.substr(0, sizeof bytes);
  std::memcpy(bytes, key.data(), key.size());
  return get_integer<std::uint64_t>({bytes, sizeof bytes});
}

sortable to_sortable(const row_write& write, std::uint64_t epoch) {
  const auto key = write.key.key();
  require(!key.empty(), "a row without a key");
  // All keys of a place that is split by kind start with the same byte.
  const auto shared = row_place::split_by_kind(write.key.in()) ? 1 : 0;
  return {first_bytes(key.substr(shared)), epoch, &write, row_place::of(write.key.in(), key)};
}

std::vector<merged_write> last_writes(std::vector<sortable> all) {
  std::sort(all.begin(), all.end());
  std::vector<merged_write> out;
  out.reserve(all.size());
  for (const auto& next : all) {
    if (out.empty() || !(out.back().write->key == next.write->key))
      out.push_back({next.place, next.epoch, next.write});
  }
  return out;
}

} // namespace

std::string database_name(row_place place) {
  auto out = std::to_string(static_cast<unsigned>(place.in()));
  return row_place::split_by_kind(place.in()) ? out + "." + std::to_string(place.kind()) : out;
}

std::optional<row_place> place_named(std::string_view database) {
  unsigned in = 0;
  unsigned kind = 0;
  const auto* end = database.data() + database.size();
  auto read = std::from_chars(database.data(), end, in);
  if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '.')
    read = std::from_chars(read.ptr + 1, end, kind);
  if (read.ec != std::errc{} || read.ptr != end || in < 1 || in > table_max || kind >= row_place::kinds)
    return std::nullopt;
  const row_place out{static_cast<table>(in), kind};
  return database_name(out) == database ? std::optional{out} : std::nullopt;
}

std::vector<merged_write> merge_writes(std::span<const epoch_ptr> epochs) {
  std::vector<sortable> all;
  std::size_t rows = 0;
  for (const auto& epoch : epochs)
    rows += epoch->writes.size();
  all.reserve(rows);
  for (const auto& epoch : epochs)
    for (const auto& write : epoch->writes)
      all.push_back(to_sortable(write, epoch->number));
  return last_writes(std::move(all));
}

std::vector<merged_write> merge_writes(std::span<const row_write> rows) {
  std::vector<sortable> all;
  all.reserve(rows.size());
  for (const auto& write : rows)
    all.push_back(to_sortable(write, all.size()));
  auto out = last_writes(std::move(all));
  for (auto& write : out)
    write.epoch = 0;
  return out;
}

result<opened_value> open_row(std::uint32_t shard, table in, std::string_view key, std::string_view stored) {
  if (key.empty() || key.size() > row_key::key_bytes_max)
    return fault{fault_code::corrupt, "shard " + std::to_string(shard) + " has a row in table "
                                          + std::to_string(static_cast<unsigned>(in)) + " with a key of "
                                          + std::to_string(key.size()) + " bytes"};
  return open_value(shard, {in, key}, stored);
}

std::string key_after_prefix(std::string_view prefix) {
  std::string out{prefix};
  while (!out.empty() && out.back() == '\xff')
    out.pop_back();
  if (!out.empty())
    out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) + 1);
  return out;
}

} // namespace orderd::runtime

#include "runtime/storage/lost_rows.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/storage/runtime.pb.h"

#include <algorithm>

namespace orderd::runtime {

namespace {

bool is_of(const lost_range& range, table in, unsigned kind) {
  return range.in == in && !range.first.empty() && static_cast<unsigned char>(range.first.front()) == kind;
}

} // namespace

void lost_rows::add(lost_range range) {
  if (std::find(ranges_.begin(), ranges_.end(), range) == ranges_.end())
    ranges_.push_back(std::move(range));
}

void lost_rows::remove(const lost_range& range) {
  std::erase(ranges_, range);
}

void lost_rows::close(table in, unsigned kind, std::string_view last) {
  for (auto& range : ranges_)
    if (is_of(range, in, kind) && !range.end)
      range.end = std::string{std::max<std::string_view>(range.first, last)} + '\0';
}

bool lost_rows::open_ended(table in, unsigned kind) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const auto& range) { return is_of(range, in, kind) && !range.end; });
}

const lost_range* lost_rows::between(table in, std::string_view first, std::string_view end) const {
  for (const auto& range : ranges_)
    if (range.in == in && (end.empty() || range.first < end) && (!range.end || *range.end > first))
      return &range;
  return nullptr;
}

std::string lost_rows::encode() const {
  stored::v1::lost_rows out;
  for (const auto& range : ranges_) {
    auto& next = *out.add_ranges();
    next.set_table(static_cast<unsigned>(range.in));
    next.set_first(range.first);
    if (range.end)
      next.set_end(*range.end);
    next.set_found_ms(range.found_ms);
  }
  return out.SerializeAsString();
}

result<lost_rows> lost_rows::decode(std::string_view bytes) {
  stored::v1::lost_rows stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fault{fault_code::corrupt, "the list of lost rows cannot be decoded"};
  lost_rows out;
  for (const auto& range : stored.ranges()) {
    if (range.table() < 1 || range.table() > table_max)
      return fault{fault_code::corrupt, "the list of lost rows has a table that cannot be"};
    out.add({static_cast<table>(range.table()), range.first(),
             range.has_end() ? std::optional{range.end()} : std::nullopt, range.found_ms()});
  }
  return out;
}

fault lost(std::uint32_t shard, const lost_range& what, std::string_view asked) {
  if (asked.empty() && what.end && *what.end == what.first + '\0')
    asked = what.first;
  const auto keys = !asked.empty() ? ", key " + to_hex(asked)
                                   : ", keys from " + to_hex(what.first)
                                         + (what.end ? " to " + to_hex(*what.end) : std::string{" on"});
  return {fault_code::corrupt,
          "shard " + std::to_string(shard) + ", table " + std::to_string(static_cast<unsigned>(what.in))
              + keys
              + ": wrong checksum: rows here were lost to a damaged page, which is kept beside the state"};
}

} // namespace orderd::runtime

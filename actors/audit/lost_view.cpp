#include "actors/audit/lost_view.hpp"

#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>

namespace orderd::actors {

namespace {

using runtime::table;

bool is_text(std::string_view key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string shown(std::string_view key) {
  return is_text(key) ? std::string{key} : "0x" + runtime::to_hex(key);
}

bool has_kinds(table in) {
  return in == table::content || in == table::state;
}

/// A key of a row; those of content and state begin with their kind.
std::string shown_key(table in, std::string_view key) {
  if (!has_kinds(in) || key.empty())
    return shown(key);
  const auto of_kind = key.substr(1);
  const bool by_order = is_keyed_by_order(static_cast<kind>(key.front())) && is_order_id(of_kind);
  return by_order ? order_id_text(of_kind) : shown(of_kind);
}

std::string table_name(table in) {
  switch (in) {
  case table::content:
    return "content";
  case table::state:
    return "state";
  case table::index:
    return "index";
  default:
    return std::to_string(static_cast<unsigned>(in));
  }
}

} // namespace

std::string lost_name(std::uint32_t shard, const runtime::lost_range& range) {
  std::string keys(1, static_cast<char>(range.in));
  runtime::append_integer(keys, static_cast<std::uint64_t>(range.first.size()));
  keys += range.first;
  if (range.end)
    keys += '+' + *range.end;
  std::string hash;
  runtime::append_integer(hash, runtime::hash_bytes(keys));
  return std::to_string(shard) + '-' + runtime::to_hex(hash).substr(0, 12);
}

void fill(v1::lost_range& to, std::uint32_t shard, const runtime::lost_range& from) {
  to.set_name(lost_name(shard, from));
  to.set_shard(shard);
  to.set_table(table_name(from.in));
  if (has_kinds(from.in) && !from.first.empty())
    to.mutable_kind()->assign(kind_name(static_cast<kind>(from.first.front())));
  to.set_first(shown_key(from.in, from.first));
  // A row's key and a zero byte is the next key there can be.
  if (from.end && !from.end->empty() && from.end->back() == '\0')
    to.set_last(shown_key(from.in, std::string_view{*from.end}.substr(0, from.end->size() - 1)));
  else if (from.end)
    to.set_before(shown_key(from.in, *from.end));
  to.set_found_at_ms(from.found_ms);
}

std::string lost_text(const v1::lost_range& range) {
  auto out = (range.kind().empty() ? "" : range.kind() + ' ') + range.table();
  if (!range.last().empty() && range.first() == range.last())
    return out + " of " + range.first();
  if (!range.first().empty())
    out += " from " + range.first();
  if (!range.last().empty())
    return out + " to " + range.last();
  return out + (range.before().empty() ? " on, to the last" : " to the one before " + range.before());
}

} // namespace orderd::actors

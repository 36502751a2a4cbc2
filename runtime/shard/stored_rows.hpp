// Keys and values of the engine's own rows: timers, channels, provider calls, parked commands,
// quarantine, unsettled entities. The business's rows (content, state, index) are opaque here.
//
// Keys are big-endian, so that byte order is numeric order. An entity inside a key is written as
// {kind u8, key length u8, key bytes}: unambiguous, and all rows of one entity are neighbours.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::runtime {

// -- timer: {due u64}{entity}{name u8} -------------------------------------------------------------

struct timer_key {
  unix_ms due_at = 0;
  entity_id entity;
  std::uint8_t name = 0;
};
row_key to_row(const timer_key& key);
result<timer_key> parse_timer_key(std::string_view key);
std::string timer_value(std::string_view command);
result<std::string> parse_timer_value(std::string_view value);

// -- outbox: {destination shard u32}{sequence u64} -------------------------------------------------

struct outbox_key {
  std::uint32_t destination = 0;
  std::uint64_t sequence = 0;
};
row_key to_row(const outbox_key& key);
result<outbox_key> parse_outbox_key(std::string_view key);
struct outbox_value {
  entity_id to;
  std::string command;
};
std::string encode(const outbox_value& value);
result<outbox_value> parse_outbox_value(std::string_view value);

// -- inbox: {source shard u32} ---------------------------------------------------------------------

row_key inbox_row_key(std::uint32_t source);
result<std::uint32_t> parse_inbox_key(std::string_view key);
std::string inbox_value(std::uint64_t last_sequence);
result<std::uint64_t> parse_inbox_value(std::string_view value);

// -- call: {entity}{step u8} -----------------------------------------------------------------------

struct call_key {
  entity_id entity;
  std::uint8_t step = 0;
  friend bool operator==(const call_key&, const call_key&) = default;
};
row_key to_row(const call_key& key);
result<call_key> parse_call_key(std::string_view key);
std::string call_value(const provider_call& call);
result<provider_call> parse_call_value(std::uint8_t step, std::string_view value);

// -- parked: {entity}{sequence u64} ----------------------------------------------------------------

struct parked_key {
  entity_id entity;
  std::uint64_t sequence = 0;
};
row_key to_row(const parked_key& key);
/// The prefix of all parked rows of an entity.
std::string parked_prefix(const entity_id& entity);
result<parked_key> parse_parked_key(std::string_view key);
std::string parked_value(std::string_view command);
result<std::string> parse_parked_value(std::string_view value);

// -- quarantine and unsettled: {entity} ------------------------------------------------------------

/// Why an entity is quarantined.
struct quarantine_entry {
  std::string command_name;
  std::string error;
  std::uint32_t attempts = 0;
  unix_ms since_at = 0;
  std::uint64_t poison = 0; ///< sequence of its parked row; 0: refused, it waits no more
};
row_key quarantine_row_key(const entity_id& entity);
result<entity_id> parse_entity_key(std::string_view key);
std::string encode(const quarantine_entry& entry);
result<quarantine_entry> parse_quarantine_value(std::string_view value);

row_key unsettled_row_key(const entity_id& entity);
std::string unsettled_value(unix_ms since_at);
result<unix_ms> parse_unsettled_value(std::string_view value);

} // namespace orderd::runtime

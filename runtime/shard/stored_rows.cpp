#include "runtime/shard/stored_rows.hpp"

#include "runtime/shard/rows.pb.h"

namespace orderd::runtime {

namespace {

namespace form = stored::v1;

/// Builds a row key piece by piece, big-endian.
class key_writer {
public:
  template <class Integer>
  key_writer& number(Integer value) {
    for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
    return *this;
  }
  key_writer& entity(const entity_id& id) {
    number(id.kind());
    number(static_cast<std::uint8_t>(id.key().size()));
    bytes_.append(id.key());
    return *this;
  }
  row_key in(table which) const { return {which, bytes_}; }
  std::string take() && { return std::move(bytes_); }

private:
  std::string bytes_;
};

/// Takes a row key apart again. After the last piece `complete()` says whether everything fitted.
class key_reader {
public:
  explicit key_reader(std::string_view key) : rest_(key) {}

  template <class Integer>
  Integer number() {
    if (rest_.size() < sizeof(Integer)) {
      good_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
      value = value << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(sizeof(Integer));
    return static_cast<Integer>(value);
  }
  entity_id entity() {
    const auto kind = number<std::uint8_t>();
    const auto size = number<std::uint8_t>();
    if (!good_ || size > entity_id::key_bytes_max || rest_.size() < size) {
      good_ = false;
      return {};
    }
    entity_id id{kind, rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return id;
  }
  bool complete() const { return good_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool good_ = true;
};

fault corrupt(const char* what) {
  return {fault_code::corrupt, std::string{"cannot decode "} + what};
}

template <class Key>
result<Key> checked(const key_reader& reader, Key key, const char* what) {
  if (!reader.complete())
    return corrupt(what);
  return key;
}

template <class Message>
bool parse(Message& into, std::string_view value) {
  return into.ParseFromArray(value.data(), static_cast<int>(value.size()));
}

} // namespace

row_key to_row(const timer_key& key) {
  return key_writer{}.number(key.due_at).entity(key.entity).number(key.name).in(table::timer);
}

result<timer_key> parse_timer_key(std::string_view key) {
  key_reader reader{key};
  timer_key parsed;
  parsed.due_at = reader.number<std::int64_t>();
  parsed.entity = reader.entity();
  parsed.name = reader.number<std::uint8_t>();
  return checked(reader, parsed, "the key of a timer row");
}

std::string timer_value(std::string_view command) {
  form::timer_row row;
  row.set_command(command.data(), command.size());
  return row.SerializeAsString();
}

result<std::string> parse_timer_value(std::string_view value) {
  form::timer_row row;
  if (!parse(row, value))
    return corrupt("a timer row");
  return std::move(*row.mutable_command());
}

row_key to_row(const outbox_key& key) {
  return key_writer{}.number(key.destination).number(key.sequence).in(table::outbox);
}

result<outbox_key> parse_outbox_key(std::string_view key) {
  key_reader reader{key};
  outbox_key parsed;
  parsed.destination = reader.number<std::uint32_t>();
  parsed.sequence = reader.number<std::uint64_t>();
  return checked(reader, parsed, "the key of an outbox row");
}

std::string encode(const outbox_value& value) {
  form::outbox_row row;
  row.set_to_kind(value.to.kind());
  row.set_to_key(value.to.key().data(), value.to.key().size());
  row.set_command(value.command);
  return row.SerializeAsString();
}

result<outbox_value> parse_outbox_value(std::string_view value) {
  form::outbox_row row;
  if (!parse(row, value) || row.to_kind() > 255 || row.to_key().size() > entity_id::key_bytes_max)
    return corrupt("an outbox row");
  return outbox_value{entity_id{static_cast<std::uint8_t>(row.to_kind()), row.to_key()},
                      std::move(*row.mutable_command())};
}

row_key inbox_row_key(std::uint32_t source) {
  return key_writer{}.number(source).in(table::inbox);
}

result<std::uint32_t> parse_inbox_key(std::string_view key) {
  key_reader reader{key};
  const auto source = reader.number<std::uint32_t>();
  return checked(reader, source, "the key of an inbox row");
}

std::string inbox_value(std::uint64_t last_sequence) {
  form::inbox_row row;
  row.set_last_sequence(last_sequence);
  return row.SerializeAsString();
}

result<std::uint64_t> parse_inbox_value(std::string_view value) {
  form::inbox_row row;
  if (!parse(row, value))
    return corrupt("an inbox row");
  return row.last_sequence();
}

row_key to_row(const call_key& key) {
  return key_writer{}.entity(key.entity).number(key.step).in(table::call);
}

result<call_key> parse_call_key(std::string_view key) {
  key_reader reader{key};
  call_key parsed;
  parsed.entity = reader.entity();
  parsed.step = reader.number<std::uint8_t>();
  return checked(reader, parsed, "the key of a call row");
}

std::string call_value(const provider_call& call) {
  form::call_row row;
  row.set_idempotency_key(call.idempotency_key);
  row.set_body(call.body);
  return row.SerializeAsString();
}

result<provider_call> parse_call_value(std::uint8_t step, std::string_view value) {
  form::call_row row;
  if (!parse(row, value))
    return corrupt("a call row");
  return provider_call{step, std::move(*row.mutable_idempotency_key()), std::move(*row.mutable_body())};
}

row_key to_row(const parked_key& key) {
  return key_writer{}.entity(key.entity).number(key.sequence).in(table::parked);
}

std::string parked_prefix(const entity_id& entity) {
  return std::move(key_writer{}.entity(entity)).take();
}

result<parked_key> parse_parked_key(std::string_view key) {
  key_reader reader{key};
  parked_key parsed;
  parsed.entity = reader.entity();
  parsed.sequence = reader.number<std::uint64_t>();
  return checked(reader, parsed, "the key of a parked row");
}

std::string parked_value(std::string_view command) {
  form::parked_row row;
  row.set_command(command.data(), command.size());
  return row.SerializeAsString();
}

result<std::string> parse_parked_value(std::string_view value) {
  form::parked_row row;
  if (!parse(row, value))
    return corrupt("a parked row");
  return std::move(*row.mutable_command());
}

row_key quarantine_row_key(const entity_id& entity) {
  return key_writer{}.entity(entity).in(table::quarantine);
}

result<entity_id> parse_entity_key(std::string_view key) {
  key_reader reader{key};
  const auto id = reader.entity();
  return checked(reader, id, "an entity's key");
}

std::string encode(const quarantine_entry& entry) {
  form::quarantine_row row;
  row.set_command_name(entry.command_name);
  row.set_error(entry.error);
  row.set_attempts(entry.attempts);
  row.set_since_ms(entry.since_at);
  row.set_poison(entry.poison);
  return row.SerializeAsString();
}

result<quarantine_entry> parse_quarantine_value(std::string_view value) {
  form::quarantine_row row;
  if (!parse(row, value))
    return corrupt("a quarantine row");
  return quarantine_entry{std::move(*row.mutable_command_name()), std::move(*row.mutable_error()),
                          row.attempts(), row.since_ms(), row.poison()};
}

row_key unsettled_row_key(const entity_id& entity) {
  return key_writer{}.entity(entity).in(table::unsettled);
}

std::string unsettled_value(unix_ms since_at) {
  form::unsettled_row row;
  row.set_since_ms(since_at);
  return row.SerializeAsString();
}

result<unix_ms> parse_unsettled_value(std::string_view value) {
  form::unsettled_row row;
  if (!parse(row, value))
    return corrupt("an unsettled row");
  return row.since_ms();
}

} // namespace orderd::runtime

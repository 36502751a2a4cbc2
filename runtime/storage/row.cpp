#include "runtime/storage/row.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/wire_fields.hpp"
#include "runtime/storage/record_rows.hpp"
#include "runtime/storage/runtime.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace orderd::runtime {

namespace {

/// Of journal records and of row values: one byte, the first.
constexpr char format_version = 1;

/// version, checksum, then the body.
constexpr std::size_t record_header_bytes = 1 + 8;
/// version, checksum, epoch, then the value.

std::uint64_t record_checksum(std::string_view body) noexcept {
  return hash_bytes(body, static_cast<std::uint64_t>(format_version));
}

/// Two steps, so that nothing is copied: the value's own hash is hashed with what it belongs to.
std::uint64_t value_checksum(std::uint32_t shard, std::uint64_t epoch, const row_key& key,
                             std::string_view value) noexcept {
  char bytes[1 + 4 + 8 + 8 + 1 + row_key::key_bytes_max];
  char* end = bytes;
  *end++ = format_version;
  end = put_integer(end, shard);
  end = put_integer(end, epoch);
  end = put_integer(end, hash_bytes(value));
  *end++ = static_cast<char>(key.in());
  std::memcpy(end, key.key().data(), key.key().size());
  end += key.key().size();
  return hash_bytes({bytes, static_cast<std::size_t>(end - bytes)});
}

// An epoch is encoded and decoded by hand, in the form of runtime.proto, because every order passes here, and
// on a cluster is decoded at each copy: filling a message object first costs 125 ns a row, this a quarter.
// What is decoded may be another node's: no more is allocated than its rows need, counted before.

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

constexpr auto varint = WireFormatLite::WIRETYPE_VARINT;
constexpr auto delimited = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

std::uint8_t* put_tag(std::uint8_t* to, int field, WireFormatLite::WireType type) {
  return CodedOutputStream::WriteTagToArray(WireFormatLite::MakeTag(field, type), to);
}

std::uint8_t* put_number(std::uint8_t* to, int field, std::uint64_t value) {
  if (value == 0)
    return to; // as protobuf: the default is not written
  return CodedOutputStream::WriteVarint64ToArray(value, put_tag(to, field, varint));
}

std::uint8_t* put_bytes(std::uint8_t* to, int field, std::string_view value) {
  to = put_tag(to, field, delimited);
  to = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(value.size()), to);
  std::memcpy(to, value.data(), value.size());
  return to + value.size();
}

/// Bytes of a field of bytes whose number is below 16.
std::size_t bytes_field_size(std::size_t bytes) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(bytes)) + bytes;
}

/// Bytes of the row_write message of a row.
std::size_t message_size(const row_write& write) {
  const auto key = write.key.key().size();
  return 2 + (key == 0 ? 0 : bytes_field_size(key))
         + (write.value ? bytes_field_size(write.value->size()) : 0);
}

std::uint8_t* put_write(std::uint8_t* to, const row_write& write) {
  using message = stored::v1::row_write;
  to = put_tag(to, stored::v1::epoch_record::kWritesFieldNumber, delimited);
  to = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(message_size(write)), to);
  to = put_number(to, message::kTableFieldNumber, static_cast<std::uint64_t>(write.key.in()));
  if (!write.key.key().empty())
    to = put_bytes(to, message::kKeyFieldNumber, write.key.key());
  if (write.value)
    to = put_bytes(to, message::kValueFieldNumber, *write.value);
  return to;
}

std::uint8_t* put_fixed(std::uint8_t* to, int field, std::uint64_t value) {
  if (value == 0)
    return to;
  return CodedOutputStream::WriteLittleEndian64ToArray(value,
                                                       put_tag(to, field, WireFormatLite::WIRETYPE_FIXED64));
}

/// At most: six numbers, and the rows.
std::size_t body_size_max(const epoch& what) {
  std::size_t bytes = 6 * std::size_t{11};
  for (const auto& write : what.writes)
    bytes += bytes_field_size(message_size(write));
  return bytes;
}

fault bad_record(fault_code code, std::string what) {
  return {code, "journal record: " + std::move(what)};
}

/// The body of a record, when its form and its checksum are right.
result<std::string_view> body_of(std::string_view record) {
  if (record.size() < record_header_bytes)
    return bad_record(fault_code::corrupt, "only " + std::to_string(record.size()) + " bytes");
  if (record[0] != format_version)
    return bad_record(fault_code::unsupported_version,
                      "format version " + std::to_string(static_cast<unsigned char>(record[0]))
                          + ", this program knows 1");
  const auto body = record.substr(record_header_bytes);
  if (get_integer<std::uint64_t>(record.substr(1)) != record_checksum(body))
    return bad_record(fault_code::corrupt, "wrong checksum");
  return body;
}

bool is_row(const wire_field& field) {
  return field.number == stored::v1::epoch_record::kWritesFieldNumber && field.as == wire_field::form::bytes;
}

result<row_write> decode_write(std::string_view from) {
  using message = stored::v1::row_write;
  std::uint32_t in = 0;
  std::string_view key;
  std::optional<std::string_view> value;
  const bool read = visit_fields(from, [&](const wire_field& field) {
    if (field.number == message::kTableFieldNumber && field.as == wire_field::form::number)
      in = static_cast<std::uint32_t>(field.value);
    else if (field.number == message::kKeyFieldNumber && field.as == wire_field::form::bytes)
      key = field.content;
    else if (field.number == message::kValueFieldNumber && field.as == wire_field::form::bytes)
      value = field.content;
    return true;
  });
  if (!read)
    return bad_record(fault_code::corrupt, "not an epoch");
  if (in < 1 || in > table_max)
    return bad_record(fault_code::corrupt, "no table has the number " + std::to_string(in));
  if (key.size() > row_key::key_bytes_max)
    return bad_record(fault_code::corrupt, "a key of " + std::to_string(key.size()) + " bytes");
  row_write write{{static_cast<table>(in), key}, std::nullopt};
  if (value)
    write.value.emplace(*value);
  return write;
}

/// One field of an epoch that is not a row.
void decode_number(const wire_field& field, epoch& into) {
  using message = stored::v1::epoch_record;
  const auto fixed = field.as == wire_field::form::fixed64;
  if (fixed && field.number == message::kPreviousHashFieldNumber)
    into.previous_hash = field.value;
  if (field.as != wire_field::form::number)
    return;
  switch (field.number) {
  case message::kShardFieldNumber:
    into.shard = static_cast<std::uint32_t>(field.value);
    break;
  case message::kTermFieldNumber:
    into.term = field.value;
    break;
  case message::kNumberFieldNumber:
    into.number = field.value;
    break;
  case message::kPreviousTermFieldNumber:
    into.previous_term = field.value;
    break;
  case message::kTimeMsFieldNumber:
    into.time_ms = static_cast<unix_ms>(field.value);
    break;
  default: // of a newer version
    break;
  }
}

fault bad_value(fault_code code, std::uint32_t shard, const row_key& key, std::string_view what) {
  return {code, "stored value of shard " + std::to_string(shard) + ", table "
                    + std::to_string(static_cast<unsigned>(key.in())) + ", key " + to_hex(key.key()) + ": "
                    + std::string{what}};
}

} // namespace

std::size_t row_key_hash::operator()(const row_key& key) const noexcept {
  return hash_bytes(key.key(), static_cast<std::uint64_t>(key.in()));
}

std::string encode_epoch(const epoch& what) {
  using message = stored::v1::epoch_record;
  std::string out(record_header_bytes + body_size_max(what), '\0');
  auto* const begin = reinterpret_cast<std::uint8_t*>(out.data());
  auto* const body = begin + record_header_bytes;
  auto* end = put_number(body, message::kShardFieldNumber, what.shard);
  end = put_number(end, message::kTermFieldNumber, what.term);
  end = put_number(end, message::kNumberFieldNumber, what.number);
  end = put_number(end, message::kPreviousTermFieldNumber, what.previous_term);
  for (const auto& write : what.writes)
    end = put_write(end, write);
  end = put_number(end, message::kTimeMsFieldNumber, static_cast<std::uint64_t>(what.time_ms));
  end = put_fixed(end, message::kPreviousHashFieldNumber, what.previous_hash);
  out.resize(static_cast<std::size_t>(end - begin));
  out[0] = format_version;
  what.hash.set(record_checksum(std::string_view{out}.substr(record_header_bytes)));
  put_integer(out.data() + 1, what.hash.get());
  return out;
}

std::uint64_t hash_of(const epoch& what) {
  if (what.previous_hash == 0 && what.time_ms == 0)
    return 0;
  if (const auto known = what.hash.get(); known != 0)
    return known;
  return get_integer<std::uint64_t>(std::string_view{encode_epoch(what)}.substr(1));
}

epoch_mark mark_of(const epoch& what) {
  return {what.number, what.term, hash_of(what), what.time_ms};
}

std::size_t rows_in(std::string_view record) {
  std::size_t rows = 0;
  if (record.size() > record_header_bytes)
    visit_fields(record.substr(record_header_bytes), [&](const wire_field& field) {
      rows += is_row(field) ? 1 : 0;
      return true;
    });
  return rows;
}

result<void> check_record(std::string_view record) {
  const auto body = body_of(record);
  return body ? result<void>{} : result<void>{body.error()};
}

result<epoch_ptr> decode_epoch(std::string_view bytes) {
  const auto body = body_of(bytes);
  if (!body)
    return body.error();
  auto out = std::make_shared<epoch>();
  out->hash.set(get_integer<std::uint64_t>(bytes.substr(1)));
  out->writes.reserve(rows_in(bytes));
  std::optional<fault> bad;
  const bool read = visit_fields(*body, [&](const wire_field& field) {
    if (!is_row(field)) {
      decode_number(field, *out);
      return true;
    }
    auto write = decode_write(field.content);
    if (write)
      out->writes.push_back(*std::move(write));
    else
      bad = write.error();
    return !bad;
  });
  if (bad)
    return *bad;
  if (!read)
    return bad_record(fault_code::corrupt, "not an epoch");
  return epoch_ptr{std::move(out)};
}

std::string seal_value(std::uint32_t shard, std::uint64_t epoch, const row_key& key, std::string_view value) {
  std::string out;
  out.reserve(value_header_bytes + value.size());
  out += format_version;
  append_integer(out, value_checksum(shard, epoch, key, value));
  append_integer(out, epoch);
  out += value;
  return out;
}

result<opened_value> open_value(std::uint32_t shard, const row_key& key, std::string_view stored) {
  if (stored.size() < value_header_bytes)
    return bad_value(fault_code::corrupt, shard, key, "too short");
  if (stored[0] != format_version)
    return bad_value(fault_code::unsupported_version, shard, key,
                     "format version " + std::to_string(static_cast<unsigned char>(stored[0]))
                         + ", this program knows 1");
  const auto epoch = get_integer<std::uint64_t>(stored.substr(9));
  const auto value = stored.substr(value_header_bytes);
  if (get_integer<std::uint64_t>(stored.substr(1)) != value_checksum(shard, epoch, key, value))
    return bad_value(fault_code::corrupt, shard, key, "wrong checksum");
  return opened_value{epoch, value};
}

} // namespace orderd::runtime

// How peer_message.hpp reads what other nodes send.
#include "cluster/replication/peer_message.hpp"

#include "cluster/replication/peer.pb.h"
#include "cluster/wire/field_count.hpp"
#include "config/peer_limits.hpp"
#include "runtime/base/wire_fields.hpp"
#include "runtime/storage/record_rows.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

namespace form = peer::v1;

fault malformed(std::string what) {
  return {fault_code::malformed, "message of a node: " + std::move(what)};
}

fault not_the_schema() {
  return malformed("it does not follow the schema");
}

/// "75 bytes; at most 62".
std::string above(std::size_t value, std::size_t most) {
  return std::to_string(value) + "; at most " + std::to_string(most);
}

result<void> check_shard(std::uint32_t shard) {
  if (shard >= limits::shards_max)
    return malformed("shard " + above(shard, limits::shards_max - 1));
  return {};
}

// Bodies of many parts are not made as protocol buffers, which take 19 times the bytes of small parts: each
// part is read by itself, into the place where it is kept, and what is beside the parts as usual.

template <class Form>
bool parse(std::string_view bytes, Form& into) {
  return into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

/// Reads a message without the fields of bytes for which `is_part(field)`. False: it is none.
template <class Form, class IsPart>
bool parse_beside(std::string_view message, IsPart is_part, Form& into) {
  std::string rest;
  runtime::wire_field field;
  while (!message.empty()) {
    const auto before = message;
    if (!runtime::wire::take_field(message, field))
      return false;
    if (field.as != runtime::wire_field::form::bytes || !is_part(field))
      rest += before.substr(0, before.size() - message.size());
  }
  return parse(rest, into);
}

/// What the next field of bytes with that number holds; `left` is what follows it.
std::optional<std::string_view> next_part(std::string_view& left, int number) {
  runtime::wire_field field;
  while (!left.empty() && runtime::wire::take_field(left, field))
    if (field.as == runtime::wire_field::form::bytes && field.number == static_cast<std::uint32_t>(number))
      return field.content;
  return std::nullopt;
}

/// A body without its parts, and how many it has.
template <class Form>
struct parted {
  Form beside;
  std::size_t count = 0;
};

template <class Form>
result<parted<Form>> read_beside(std::string_view body, int number) {
  parted<Form> out;
  const auto is_part = [&](const runtime::wire_field& field) {
    const bool counts = field.number == static_cast<std::uint32_t>(number);
    out.count += counts ? 1 : 0;
    return counts;
  };
  if (!parse_beside(body, is_part, out.beside))
    return not_the_schema();
  return out;
}

result<peer_body> read_lead(std::string_view body) {
  const auto read = read_beside<form::lead>(body, form::lead::kStartsFieldNumber);
  if (!read)
    return read.error();
  const auto& from = read->beside;
  if (read->count > term_table::terms_max)
    return malformed("starts of terms: " + above(read->count, term_table::terms_max));
  lead out{from.term(), from.attempt(), {}, from.end(), from.committed()};
  form::term_start each;
  for (auto left = body; const auto one = next_part(left, form::lead::kStartsFieldNumber);) {
    if (!parse(*one, each))
      return not_the_schema();
    const term_start start{each.term(), each.first_epoch()};
    if (!out.starts.empty()
        && (start.term <= out.starts.back().term || start.first_epoch <= out.starts.back().first_epoch))
      return malformed("the starts of terms do not ascend");
    out.starts.push_back(start);
  }
  return peer_body{std::move(out)};
}

peer_body read(const form::follow& from) {
  return follow{from.term(), from.attempt(), from.end(), from.whole(), from.copy(), from.hash()};
}

/// Whether no more rows are in the epochs than may be made of so many bytes.
result<void> check_rows(std::string_view body) {
  std::size_t bytes = 0;
  std::size_t rows = 0;
  for (auto left = body; const auto record = next_part(left, form::append::kEpochsFieldNumber);) {
    bytes += record->size();
    rows += runtime::rows_in(*record);
  }
  if (const auto most = limits::peer_elements_of(bytes); rows > most)
    return malformed("rows in " + std::to_string(bytes) + " bytes of epochs: " + above(rows, most));
  return {};
}

result<peer_body> read_append(std::string_view body, std::uint32_t shard) {
  const auto read = read_beside<form::append>(body, form::append::kEpochsFieldNumber);
  if (!read)
    return read.error();
  if (auto checked = check_rows(body); !checked)
    return checked.error();
  append out{read->beside.term(), {}, read->beside.committed()};
  out.epochs.reserve(read->count);
  for (auto left = body; const auto record = next_part(left, form::append::kEpochsFieldNumber);) {
    auto epoch = runtime::decode_epoch(*record);
    if (!epoch)
      return epoch.error();
    if ((*epoch)->shard != shard)
      return malformed("an epoch of shard " + std::to_string((*epoch)->shard) + " for shard "
                       + std::to_string(shard));
    if (!out.epochs.empty() && (*epoch)->number != out.epochs.back()->number + 1)
      return malformed("epoch " + std::to_string((*epoch)->number) + " after "
                       + std::to_string(out.epochs.back()->number));
    out.epochs.push_back(*std::move(epoch));
  }
  return peer_body{std::move(out)};
}

result<runtime::row_write> read_row(form::row_write& from) {
  if (from.table() < 1 || from.table() > runtime::table_max)
    return malformed("no table has the number " + std::to_string(from.table()));
  if (from.key().size() > runtime::row_key::key_bytes_max)
    return malformed("bytes of a row's key: " + above(from.key().size(), runtime::row_key::key_bytes_max));
  runtime::row_write out{{static_cast<runtime::table>(from.table()), from.key()}, std::nullopt};
  if (from.has_value())
    out.value = std::move(*from.mutable_value());
  return out;
}

result<peer_body> read_copy_rows(std::string_view body) {
  const auto read = read_beside<form::copy_rows>(body, form::copy_rows::kRowsFieldNumber);
  if (!read)
    return read.error();
  const auto& from = read->beside;
  copy_rows out;
  out.term = from.term();
  out.copy = from.copy();
  out.page = from.page();
  out.base = {from.base(), from.base_term(), from.base_hash(), from.base_time_ms()};
  out.last = from.last();
  out.upto = from.upto();
  out.hash = from.hash();
  out.rows.reserve(read->count);
  form::row_write each;
  for (auto left = body; const auto one = next_part(left, form::copy_rows::kRowsFieldNumber);) {
    if (!parse(*one, each))
      return not_the_schema();
    auto row = read_row(each);
    if (!row)
      return row.error();
    out.rows.push_back(*std::move(row));
  }
  return peer_body{std::move(out)};
}

result<peer_body> read_channel_batch(std::string_view body) {
  const auto read = read_beside<form::channel_batch>(body, form::channel_batch::kCommandsFieldNumber);
  if (!read)
    return read.error();
  if (auto checked = check_shard(read->beside.source()); !checked)
    return checked.error();
  channel_batch out{{read->beside.source(), {}}};
  out.what.commands.reserve(read->count);
  form::channel_command each;
  for (auto left = body; const auto one = next_part(left, form::channel_batch::kCommandsFieldNumber);) {
    if (!parse(*one, each))
      return not_the_schema();
    if (each.kind() > std::numeric_limits<std::uint8_t>::max())
      return malformed("kind of an entity: " + above(each.kind(), std::numeric_limits<std::uint8_t>::max()));
    if (each.key().size() > runtime::entity_id::key_bytes_max)
      return malformed("bytes of an entity's key: "
                       + above(each.key().size(), runtime::entity_id::key_bytes_max));
    out.what.commands.push_back({each.sequence(),
                                 {static_cast<std::uint8_t>(each.kind()), each.key()},
                                 std::make_shared<const std::string>(std::move(*each.mutable_stored()))});
  }
  return peer_body{std::move(out)};
}

result<peer_body> read(const form::channel_receipt& from) {
  if (auto checked = check_shard(from.destination()); !checked)
    return checked.error();
  return peer_body{channel_receipt{{from.destination(), from.upto(), from.started()}}};
}

result<peer_body> read_small_body(const form::message& from) {
  switch (from.body_case()) {
  case form::message::kAnnounce:
    return peer_body{announce{from.announce().promised()}};
  case form::message::kFollow:
    return read(from.follow());
  case form::message::kAppended:
    return peer_body{appended{from.appended().term(),
                              from.appended().end(),
                              from.appended().whole(),
                              from.appended().committed(),
                              from.appended().hash(),
                              {from.appended().rows_epoch(), from.appended().rows_hash()}}};
  case form::message::kUnexpected:
    return peer_body{unexpected{from.unexpected().term(), from.unexpected().expected()}};
  case form::message::kRefused:
    return peer_body{refused{from.refused().promised()}};
  case form::message::kSetBack:
    return peer_body{set_back{from.set_back().term(), from.set_back().acknowledged()}};
  case form::message::kHandedOverToYou:
    return peer_body{handed_over_to_you{from.handed_over_to_you().term()}};
  case form::message::kCopied:
    return peer_body{copied{from.copied().term(), from.copied().copy(), from.copied().next_page()}};
  case form::message::kChannelReceipt:
    return read(from.channel_receipt());
  default:
    return malformed("it says nothing that this version knows");
  }
}

bool has_many_parts(std::uint32_t number) {
  return number == form::message::kLead || number == form::message::kAppend
         || number == form::message::kCopyRows || number == form::message::kChannelBatch;
}

/// A body of many parts; number 0: there is none.
result<peer_body> read_body(const form::message& around, const runtime::wire_field& body) {
  switch (body.number) {
  case 0:
    return read_small_body(around);
  case form::message::kLead:
    return read_lead(body.content);
  case form::message::kAppend:
    return read_append(body.content, around.shard());
  case form::message::kCopyRows:
    return read_copy_rows(body.content);
  default:
    return read_channel_batch(body.content);
  }
}

/// Whether no more is in the bytes than may be allocated for: the fields of the message and of its body.
result<void> check_size(std::string_view bytes) {
  if (bytes.size() > limits::peer_frame_bytes_max)
    return malformed("bytes: " + above(bytes.size(), limits::peer_frame_bytes_max));
  const auto most = limits::peer_elements_of(bytes.size());
  std::size_t fields = 0;
  if (!count_fields(bytes, 2, most, fields))
    return malformed("not a protocol buffer");
  if (fields > most)
    return malformed("more than " + std::to_string(most) + " elements in " + std::to_string(bytes.size())
                     + " bytes");
  return {};
}

} // namespace

result<peer_message> decode_peer_message(std::string_view bytes) {
  if (auto checked = check_size(bytes); !checked)
    return checked.error();
  form::message around;
  runtime::wire_field large; // Of several the last counts; there is one.
  const auto take_large = [&](const runtime::wire_field& field) {
    if (has_many_parts(field.number))
      large = field;
    return has_many_parts(field.number);
  };
  if (!parse_beside(bytes, take_large, around))
    return not_the_schema();
  if (auto checked = check_shard(around.shard()); !checked)
    return checked.error();
  auto body = read_body(around, large);
  if (!body)
    return body.error();
  return peer_message{around.shard(),
                      {around.from().node(), around.from().incarnation()},
                      around.to_incarnation(),
                      *std::move(body)};
}

} // namespace orderd::cluster

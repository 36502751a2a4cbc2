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

result<peer_body> read_new_term(std::string_view body) {
  const auto read = read_beside<form::new_term>(body, form::new_term::kStartsFieldNumber);
  if (!read)
    return read.error();
  const auto& from = read->beside;
  if (read->count > term_table::terms_max)
    return malformed("starts of terms: " + above(read->count, term_table::terms_max));
  new_term out{from.term(), from.attempt(), {}, from.end(), from.committed()};
  form::term_start each;
  for (auto left = body; const auto one = next_part(left, form::new_term::kStartsFieldNumber);) {
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

peer_body read(const form::join_ack& from) {
  return join_ack{from.term(), from.attempt(), from.end(), from.complete(), from.copy(), from.hash()};
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

result<peer_body> read_install_snapshot(std::string_view body) {
  const auto read = read_beside<form::install_snapshot>(body, form::install_snapshot::kRowsFieldNumber);
  if (!read)
    return read.error();
  const auto& from = read->beside;
  install_snapshot out;
  out.term = from.term();
  out.copy = from.copy();
  out.page = from.page();
  out.base = {from.base(), from.base_term(), from.base_hash(), from.base_time_ms()};
  out.last = from.last();
  out.upto = from.upto();
  out.hash = from.hash();
  out.rows.reserve(read->count);
  form::row_write each;
  for (auto left = body; const auto one = next_part(left, form::install_snapshot::kRowsFieldNumber);) {
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
  case form::message::kJoin:
    return peer_body{join{from.join().promised()}};
  case form::message::kJoinAck:
    return read(from.join_ack());
  case form::message::kAppendAck:
    return peer_body{append_ack{from.append_ack().term(),
                                from.append_ack().end(),
                                from.append_ack().complete(),
                                from.append_ack().committed(),
                                from.append_ack().hash(),
                                {from.append_ack().rows_epoch(), from.append_ack().rows_hash()}}};
  case form::message::kAppendNack:
    return peer_body{append_nack{from.append_nack().term(), from.append_nack().expected()}};
  case form::message::kStaleTerm:
    return peer_body{stale_term{from.stale_term().promised()}};
  case form::message::kLostWrites:
    return peer_body{lost_writes{from.lost_writes().term(), from.lost_writes().acknowledged()}};
  case form::message::kTransferLeadership:
    return peer_body{transfer_leadership{from.transfer_leadership().term()}};
  case form::message::kInstallSnapshotAck:
    return peer_body{install_snapshot_ack{from.install_snapshot_ack().term(),
                                          from.install_snapshot_ack().copy(),
                                          from.install_snapshot_ack().next_page()}};
  case form::message::kChannelReceipt:
    return read(from.channel_receipt());
  default:
    return malformed("it says nothing that this version knows");
  }
}

bool has_many_parts(std::uint32_t number) {
  return number == form::message::kNewTerm || number == form::message::kAppend
         || number == form::message::kInstallSnapshot || number == form::message::kChannelBatch;
}

/// A body of many parts; number 0: there is none.
result<peer_body> read_body(const form::message& around, const runtime::wire_field& body) {
  switch (body.number) {
  case 0:
    return read_small_body(around);
  case form::message::kNewTerm:
    return read_new_term(body.content);
  case form::message::kAppend:
    return read_append(body.content, around.shard());
  case form::message::kInstallSnapshot:
    return read_install_snapshot(body.content);
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

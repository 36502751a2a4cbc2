#include "cluster/peer_message.hpp"

#include "cluster/field_count.hpp"
#include "cluster/peer.pb.h"
#include "config/peer_limits.hpp"
#include "runtime/record_rows.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

namespace form = peer::v1;

// -- encoding ------------------------------------------------------------------------------------

void put(form::message& into, const announce& what) {
  into.mutable_announce()->set_promised(what.promised);
}

void put(form::message& into, const lead& what) {
  auto& out = *into.mutable_lead();
  out.set_term(what.term);
  out.set_attempt(what.attempt);
  for (const auto& each : what.starts) {
    auto& start = *out.add_starts();
    start.set_term(each.term);
    start.set_first_epoch(each.first_epoch);
  }
  out.set_end(what.end);
  out.set_committed(what.committed);
}

void put(form::message& into, const follow& what) {
  auto& out = *into.mutable_follow();
  out.set_term(what.term);
  out.set_attempt(what.attempt);
  out.set_end(what.end);
  out.set_whole(what.whole);
  out.set_copy(what.copy);
  out.set_hash(what.hash);
}

void put(form::message& into, const append& what) {
  auto& out = *into.mutable_append();
  out.set_term(what.term);
  for (const auto& each : what.epochs)
    out.add_epochs(runtime::encode_epoch(*each));
  out.set_committed(what.committed);
}

void put(form::message& into, const appended& what) {
  auto& out = *into.mutable_appended();
  out.set_term(what.term);
  out.set_end(what.end);
  out.set_whole(what.whole);
  out.set_committed(what.committed);
  out.set_hash(what.hash);
  out.set_rows_epoch(what.rows.epoch);
  out.set_rows_hash(what.rows.hash);
}

void put(form::message& into, const unexpected& what) {
  auto& out = *into.mutable_unexpected();
  out.set_term(what.term);
  out.set_expected(what.expected);
}

void put(form::message& into, const refused& what) {
  into.mutable_refused()->set_promised(what.promised);
}

void put(form::message& into, const set_back& what) {
  auto& out = *into.mutable_set_back();
  out.set_term(what.term);
  out.set_acknowledged(what.acknowledged);
}

void put(form::message& into, const handed_over_to_you& what) {
  into.mutable_handed_over_to_you()->set_term(what.term);
}

void put(form::message& into, const copy_rows& what) {
  auto& out = *into.mutable_copy_rows();
  out.set_term(what.term);
  out.set_copy(what.copy);
  out.set_page(what.page);
  out.set_base(what.base.epoch);
  out.set_base_term(what.base.term);
  out.set_base_hash(what.base.hash);
  out.set_base_time_ms(what.base.time_ms);
  for (const auto& each : what.rows) {
    auto& row = *out.add_rows();
    const auto key = each.key.key();
    row.set_table(static_cast<std::uint32_t>(each.key.in()));
    row.set_key(key.data(), key.size());
    if (each.value)
      row.set_value(*each.value);
  }
  out.set_last(what.last);
  out.set_upto(what.upto);
  out.set_hash(what.hash);
}

void put(form::message& into, const copied& what) {
  auto& out = *into.mutable_copied();
  out.set_term(what.term);
  out.set_copy(what.copy);
  out.set_next_page(what.next_page);
}

void put(form::message& into, const channel_batch& what) {
  auto& out = *into.mutable_channel_batch();
  out.set_source(what.what.source);
  for (const auto& each : what.what.commands) {
    auto& command = *out.add_commands();
    const auto key = each.to.key();
    command.set_sequence(each.sequence);
    command.set_kind(each.to.kind());
    command.set_key(key.data(), key.size());
    command.set_stored(*each.stored);
  }
}

void put(form::message& into, const channel_receipt& what) {
  auto& out = *into.mutable_channel_receipt();
  out.set_destination(what.what.destination);
  out.set_upto(what.what.upto);
  out.set_started(what.what.started);
}

// -- decoding ------------------------------------------------------------------------------------

fault malformed(std::string what) {
  return {fault_code::malformed, "message of a node: " + std::move(what)};
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

result<peer_body> read(const form::lead& from) {
  if (static_cast<std::size_t>(from.starts_size()) > term_table::terms_max)
    return malformed("starts of terms: "
                     + above(static_cast<std::size_t>(from.starts_size()), term_table::terms_max));
  lead out{from.term(), from.attempt(), {}, from.end(), from.committed()};
  for (const auto& each : from.starts()) {
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
result<void> check_rows(const form::append& from) {
  std::size_t bytes = 0;
  std::size_t rows = 0;
  for (const auto& record : from.epochs()) {
    bytes += record.size();
    rows += runtime::rows_in(record);
  }
  if (const auto most = limits::peer_elements_of(bytes); rows > most)
    return malformed("rows in " + std::to_string(bytes) + " bytes of epochs: " + above(rows, most));
  return {};
}

result<peer_body> read(const form::append& from, std::uint32_t shard) {
  if (auto checked = check_rows(from); !checked)
    return checked.error();
  append out{from.term(), {}, from.committed()};
  out.epochs.reserve(static_cast<std::size_t>(from.epochs_size()));
  for (const auto& record : from.epochs()) {
    auto epoch = runtime::decode_epoch(record);
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

result<runtime::row_write> read(form::row_write& from) {
  if (from.table() < 1 || from.table() > runtime::table_max)
    return malformed("no table has the number " + std::to_string(from.table()));
  if (from.key().size() > runtime::row_key::key_bytes_max)
    return malformed("bytes of a row's key: " + above(from.key().size(), runtime::row_key::key_bytes_max));
  runtime::row_write out{{static_cast<runtime::table>(from.table()), from.key()}, std::nullopt};
  if (from.has_value())
    out.value = std::move(*from.mutable_value());
  return out;
}

result<peer_body> read(form::copy_rows& from) {
  copy_rows out;
  out.term = from.term();
  out.copy = from.copy();
  out.page = from.page();
  out.base = {from.base(), from.base_term(), from.base_hash(), from.base_time_ms()};
  out.last = from.last();
  out.upto = from.upto();
  out.hash = from.hash();
  out.rows.reserve(static_cast<std::size_t>(from.rows_size()));
  for (auto& each : *from.mutable_rows()) {
    auto row = read(each);
    if (!row)
      return row.error();
    out.rows.push_back(*std::move(row));
  }
  return peer_body{std::move(out)};
}

result<peer_body> read(form::channel_batch& from) {
  if (auto checked = check_shard(from.source()); !checked)
    return checked.error();
  channel_batch out{{from.source(), {}}};
  out.what.commands.reserve(static_cast<std::size_t>(from.commands_size()));
  for (auto& each : *from.mutable_commands()) {
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

result<peer_body> read_body(form::message& from) {
  switch (from.body_case()) {
  case form::message::kAnnounce:
    return peer_body{announce{from.announce().promised()}};
  case form::message::kLead:
    return read(from.lead());
  case form::message::kFollow:
    return read(from.follow());
  case form::message::kAppend:
    return read(from.append(), from.shard());
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
  case form::message::kCopyRows:
    return read(*from.mutable_copy_rows());
  case form::message::kCopied:
    return peer_body{copied{from.copied().term(), from.copied().copy(), from.copied().next_page()}};
  case form::message::kChannelBatch:
    return read(*from.mutable_channel_batch());
  case form::message::kChannelReceipt:
    return read(from.channel_receipt());
  case form::message::BODY_NOT_SET:
    break;
  }
  return malformed("it says nothing that this version knows");
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

std::string encode(const peer_message& what) {
  form::message out;
  out.set_shard(what.shard);
  out.mutable_from()->set_node(what.from.node);
  out.mutable_from()->set_incarnation(what.from.incarnation);
  out.set_to_incarnation(what.to_incarnation);
  std::visit([&](const auto& body) { put(out, body); }, what.body);
  return out.SerializeAsString();
}

result<peer_message> decode_peer_message(std::string_view bytes) {
  if (auto checked = check_size(bytes); !checked)
    return checked.error();
  google::protobuf::Arena arena;
  auto& read = *google::protobuf::Arena::CreateMessage<form::message>(&arena);
  if (!read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return malformed("it does not follow the schema");
  if (auto checked = check_shard(read.shard()); !checked)
    return checked.error();
  auto body = read_body(read);
  if (!body)
    return body.error();
  return peer_message{
      read.shard(), {read.from().node(), read.from().incarnation()}, read.to_incarnation(), *std::move(body)};
}

} // namespace orderd::cluster

#include "cluster/replication/peer_message.hpp"

#include "cluster/replication/peer.pb.h"

#include <utility>

namespace orderd::cluster {

namespace {

namespace form = peer::v1;

void put(form::message& into, const join& what) {
  into.mutable_join()->set_promised(what.promised);
}

void put(form::message& into, const new_term& what) {
  auto& out = *into.mutable_new_term();
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

void put(form::message& into, const join_ack& what) {
  auto& out = *into.mutable_join_ack();
  out.set_term(what.term);
  out.set_attempt(what.attempt);
  out.set_end(what.end);
  out.set_complete(what.complete);
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

void put(form::message& into, const append_ack& what) {
  auto& out = *into.mutable_append_ack();
  out.set_term(what.term);
  out.set_end(what.end);
  out.set_complete(what.complete);
  out.set_committed(what.committed);
  out.set_hash(what.hash);
  out.set_rows_epoch(what.rows.epoch);
  out.set_rows_hash(what.rows.hash);
}

void put(form::message& into, const append_nack& what) {
  auto& out = *into.mutable_append_nack();
  out.set_term(what.term);
  out.set_expected(what.expected);
}

void put(form::message& into, const stale_term& what) {
  into.mutable_stale_term()->set_promised(what.promised);
}

void put(form::message& into, const lost_writes& what) {
  auto& out = *into.mutable_lost_writes();
  out.set_term(what.term);
  out.set_acknowledged(what.acknowledged);
}

void put(form::message& into, const transfer_leadership& what) {
  into.mutable_transfer_leadership()->set_term(what.term);
}

void put(form::message& into, const install_snapshot& what) {
  auto& out = *into.mutable_install_snapshot();
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

void put(form::message& into, const install_snapshot_ack& what) {
  auto& out = *into.mutable_install_snapshot_ack();
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

} // namespace orderd::cluster

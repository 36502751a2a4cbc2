// What passes through a replica host: requests, answers, and commands between shards.
#include "actors/public/replies.hpp"
#include "cluster/replica_host/replica_actor.hpp"

#include "cluster/replica_host/missed_copies.hpp"
#include "cluster/wire/missed_text.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;

namespace {

/// After which a request that found no leader is sent again.
constexpr std::uint32_t retry_after_ms = 50;

} // namespace

// -- clients -------------------------------------------------------------------------------------

void replica_actor::take(runtime::shard_requests& batch) {
  batch.arrived_at = std::max(batch.arrived_at, opened_at_);
  if (engine_ && replica_.takes_work()) {
    if (!given_.alone)
      gate_.asked(*batch.batch);
    return with_engine([&] { engine_->requests(batch); });
  }
  // Definite: the engine has not got them.
  const auto because = refusing_because();
  const auto why = because.empty() ? not_owner()
                                   : fault{fault_code::unavailable,
                                           because + "; nothing was done by this request", retry_after_ms};
  for (const auto& each : *batch.batch)
    refuse(each.from, why);
}

void replica_actor::take(const runtime::connection_gone& what) {
  with_engine([&] { engine_->forget(what); });
}

/// Whether nothing new is begun here, nor anywhere else that this node knows of.
bool replica_actor::refuses() const {
  return engine_ ? !replica_.takes_work() : given_.alone || replica_.nobody_leads(now());
}

std::string replica_actor::refusing_because() const {
  if (!refuses())
    return {};
  if (given_.alone && !engine_)
    return "shard " + std::to_string(given_.options.shard)
           + " does not serve yet: its first epoch has to be in its journal and its state, and the disk does "
             "not take it; the log says why";
  const auto names = missed_text(said_of(missed()));
  return "shard " + std::to_string(given_.options.shard)
         + (engine_ ? " cannot commit: too few of its copies are in sync and answer"
                    : " has no node that leads it, as far as node " + std::to_string(given_.options.self.node)
                          + " knows")
         + (names.empty() ? "" : " (missed: " + names + ")");
}

fault replica_actor::not_owner() const {
  const auto& known = replica_.known();
  fault why{fault_code::not_owner, "shard " + std::to_string(given_.options.shard) + " has no leader now",
            retry_after_ms};
  why.shard = given_.options.shard;
  if (known.version == 0 || known.what.primary.node == given_.options.self.node || !nodes_)
    return why;
  const auto leader = nodes_->find(known.what.primary.node);
  if (leader == nodes_->end())
    return why;
  why.message =
      "shard " + std::to_string(given_.options.shard) + " is led by node " + std::to_string(leader->first);
  why.owner_endpoint = leader->second.client_endpoint;
  return why;
}

/// Those whose requests the engine had: an epoch that holds them may be committed yet, by whoever leads next.
void replica_actor::tell_lost(const std::vector<runtime::caller>& who) {
  auto why = not_owner();
  why.code = fault_code::timeout;
  why.message = "this node lost the lead of shard " + std::to_string(given_.options.shard)
                + " before it could answer; the outcome is not known: ask again with the same id";
  for (const auto& each : who)
    refuse(each, why);
}

void replica_actor::refuse(const runtime::caller& who, const fault& why) {
  caf::event_based_actor::send(gateway_, runtime::one_reply(who, actors::fault_body(why)));
}

void replica_actor::let_go(std::vector<runtime::reply> replies, bool timed) {
  if (replies.empty())
    return;
  caf::event_based_actor::send(
      gateway_,
      // By the clock of those who measure it, which is not the one of leases: that counts suspended time too.
      runtime::gateway_replies{std::move(replies), timed ? std::optional{clock().now()} : std::nullopt});
}

// -- other shards --------------------------------------------------------------------------------

/// From a shard that this node leads.
void replica_actor::take(runtime::channel_commands& batch) {
  if (engine_)
    return with_engine([&] { engine_->commands(batch); });
  send_to_leader(channel_batch{std::move(batch)});
}

void replica_actor::take(const runtime::channel_acknowledged& what) {
  if (engine_)
    return with_engine([&] { engine_->acknowledged(what); });
  send_to_leader(channel_receipt{what});
}

/// Lost when there is no leader, or another one: the shard that sends it will send it again.
void replica_actor::send_to_leader(peer_body what) {
  const auto& known = replica_.known();
  if (known.version != 0 && known.what.primary.node != given_.options.self.node)
    send(known.what.primary.node, std::move(what));
}

// -- other nodes ---------------------------------------------------------------------------------

void replica_actor::send(std::uint32_t node, peer_body what) {
  const auto* epochs = std::get_if<cluster::append>(&what);
  if (auto bytes = epochs ? encoded_.find(*epochs) : nullptr)
    return caf::event_based_actor::send(peers_, peer_send{node, std::move(bytes), given_.options.shard});
  const peer_message message{given_.options.shard, given_.options.self, 0, std::move(what)};
  auto bytes = std::make_shared<const std::string>(encode(message));
  check_size(message, bytes->size());
  if (const auto* sent = std::get_if<cluster::append>(&message.body))
    encoded_.keep(*sent, bytes);
  caf::event_based_actor::send(peers_, peer_send{node, std::move(bytes), given_.options.shard});
}

/// Too large is dropped by the peers, each time: no follower gets past it, so a person has to know.
void replica_actor::check_size(const peer_message& message, std::size_t bytes) {
  const auto* sent = std::get_if<cluster::append>(&message.body);
  if (bytes <= limits::peer_frame_bytes_max || !sent || sent->epochs.empty())
    return;
  if (std::exchange(told_too_large_, sent->epochs.front()->number) == sent->epochs.front()->number)
    return;
  runtime::log::error(
      "replica_host", "epoch_too_large",
      {{"shard", given_.options.shard}, {"epoch", told_too_large_}, {"bytes", bytes}},
      "an epoch does not fit a frame between nodes, so no other node can get it and this shard "
      "stops. Nothing is lost: keep this node's disk, and report it as a fault of orderd");
}

void replica_actor::take(const peer_received& what) {
  auto read = decode_peer_message(*what.bytes);
  caf::event_based_actor::send(peers_, peer_taken{what.from_node, what.bytes->size()});
  if (read && read->shard != given_.options.shard)
    read = runtime::fault{runtime::fault_code::malformed,
                          "a message of shard " + std::to_string(read->shard) + " in a frame of this one"};
  if (!read) {
    if (const auto unsaid = refusals_.may_say({what.from_node, read.error().code}, now()))
      runtime::log::warn("replica_host", "message_refused",
                         {{"shard", given_.options.shard}, {"from", what.from_node}, {"unsaid", *unsaid}},
                         read.error().message);
    return;
  }
  const bool for_me = read->to_incarnation == 0 || read->to_incarnation == given_.options.self.incarnation;
  if (!for_me || read->from.node != what.from_node || to_engine(read->body))
    return;
  run([&] { replica_.received(read->from, read->body, now()); });
}

/// Commands of other shards are the engine's; true if it was one.
bool replica_actor::to_engine(const peer_body& what) {
  if (const auto* commands = std::get_if<channel_batch>(&what)) {
    with_engine([&] { engine_->commands(commands->what); });
    return true;
  }
  if (const auto* receipt = std::get_if<channel_receipt>(&what)) {
    with_engine([&] { engine_->acknowledged(receipt->what); });
    return true;
  }
  return false;
}

} // namespace orderd::cluster

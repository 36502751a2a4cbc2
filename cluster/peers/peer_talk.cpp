#include "cluster/peers/peer_talk.hpp"

#include "actors/public/public.pb.h"
#include "cluster/replication/peer.pb.h"
#include "config/limits.hpp"

#include <chrono>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;
using std::chrono::milliseconds;

namespace {

/// What the other side said in its ERROR frame.
fault told(std::string_view payload) {
  v1::fault read;
  if (!read.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return {fault_code::malformed, "the other node sent an ERROR frame that cannot be read"};
  return {fault_code::unavailable, "the other node says: " + read.message()};
}

fault late(const char* what, milliseconds limit) {
  return {fault_code::timeout, std::string{what} + " within " + std::to_string(limit.count()) + " ms"};
}

} // namespace

peer_talk::peer_talk(const peer_identity& own, const known_nodes& known, std::uint32_t shards,
                     steady_time now, const connection_timeouts& timeouts)
    : own_(own), known_(known), shards_(shards), timeouts_(timeouts), opened_at_(now), frame_began_at_(now),
      reader_(limits::unintroduced_bytes_max - frame_header_bytes) {}

peer_talk::peer_talk(const peer_identity& own, const known_nodes& known, std::uint32_t shards,
                     std::uint32_t called, steady_time now, const connection_timeouts& timeouts)
    : peer_talk(own, known, shards, now, timeouts) {
  called_ = called;
  say_hello();
}

void peer_talk::say_hello() {
  peer::v1::hello hello;
  hello.set_protocol_version(protocol_version);
  hello.set_cluster_id(own_.cluster_id);
  hello.set_node(own_.self.node);
  hello.set_incarnation(own_.self.incarnation);
  write_frame(output_, frame_type::peer_hello, 0, hello.SerializeAsString());
}

result<void> peer_talk::check(const frame& what) {
  if (what.type == frame_type::error) {
    told_by_other_ = true;
    return told(what.payload);
  }
  if (!other_)
    return introduce(what);
  if (called_ || what.type != frame_type::peer_message)
    return fault{fault_code::malformed,
                 "a frame of type " + std::to_string(static_cast<int>(what.type)) + " is not expected here"};
  if (what.id >= shards_)
    return fault{fault_code::malformed,
                 "a message for shard " + std::to_string(what.id) + " of " + std::to_string(shards_)};
  return {};
}

result<void> peer_talk::introduce(const frame& what) {
  peer::v1::hello read;
  if (what.type != frame_type::peer_hello
      || !read.ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size())))
    return fault{fault_code::malformed, "the first frame must be a PEER_HELLO"};
  if (read.protocol_version() != protocol_version)
    return fault{fault_code::unsupported_version, "node " + std::to_string(read.node()) + " speaks version "
                                                      + std::to_string(read.protocol_version())
                                                      + ", this one version "
                                                      + std::to_string(protocol_version)};
  if (read.cluster_id() != own_.cluster_id)
    return fault{fault_code::unavailable, "this node is of another cluster, \"" + own_.cluster_id + "\""};
  if (called_ ? read.node() != *called_ : read.node() == own_.self.node)
    return fault{fault_code::unavailable, "this is node " + std::to_string(own_.self.node) + ", and node "
                                              + std::to_string(read.node()) + " is not expected"};
  if (auto known = known_.check({read.node(), read.incarnation()}); !known)
    return known;
  other_ = replica_id{read.node(), read.incarnation()};
  if (called_)
    return {};
  say_hello();
  reader_.limit_payload(limits::peer_frame_bytes_max);
  return {};
}

void peer_talk::check_time(steady_time now, bool reading) {
  if (finished_)
    return;
  if (!reading)
    frame_began_at_ = now;
  if (!other_ && now - opened_at_ > timeouts_.hello)
    fail(late("no PEER_HELLO", timeouts_.hello));
  else if (reader_.mid_frame() && now - frame_began_at_ > timeouts_.frame)
    fail(late("a frame did not end", timeouts_.frame));
}

void peer_talk::check_known() {
  if (!other_)
    return;
  if (const auto known = known_.check(*other_); !known)
    fail(known.error());
}

void peer_talk::fail(const fault& why) {
  if (finished_)
    return;
  finished_ = why;
  if (!told_by_other_)
    write_error(output_, reader_.current_id(), why);
}

} // namespace orderd::cluster

// One connection between two nodes as a plain class: bytes in, messages for replica hosts out.
//
// *Operation*: the node that calls says PEER_HELLO, the called one checks it (it must be of this
// cluster, and a node and disk that are known) and says its own; from then on the caller
// sends PEER_MESSAGE frames, and the called one sends nothing more. Each pair of nodes so has two
// connections, one for each direction. `receive` with what arrives, `check_time` now and then; after either
// send what `take_output` gives. Once `finished()` nothing more is read, an ERROR frame with the reason is in
// the output if the other node can do something about it, and the connection is to be closed.
//
// *Concurrency*: one thread at a time. No I/O, no clock.
//
// *Limitations*: until it is introduced a connection holds at most limits::unintroduced_bytes_max, then one
// frame of limits::peer_frame_bytes_max; for how long, say its timeouts.
#pragma once

#include "cluster/peers/known_nodes.hpp"
#include "cluster/wire/connection_timeouts.hpp"
#include "cluster/wire/frame.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orderd::cluster {

using runtime::replica_id;
using runtime::steady_time;

struct peer_identity {
  std::string cluster_id; ///< at most limits::cluster_id_bytes_max
  replica_id self;
};

class peer_talk {
public:
  /// Of a connection that another node made. The identity and the nodes that are known outlive it.
  peer_talk(const peer_identity& own, const known_nodes& known, std::uint32_t shards,
            runtime::steady_time now, const connection_timeouts& timeouts = {});
  /// Of a connection that this node made to call `called`.
  peer_talk(const peer_identity& own, const known_nodes& known, std::uint32_t shards, std::uint32_t called,
            runtime::steady_time now, const connection_timeouts& timeouts = {});

  /// Calls `visit(shard, payload)` with each message in the bytes; the payload is valid during the visit.
  template <class Visit>
  void receive(std::string_view bytes, runtime::steady_time now, Visit&& visit) {
    if (finished_)
      return;
    if (!reader_.mid_frame())
      frame_began_at_ = now;
    auto read = reader_.read(bytes, [&](const frame& what) -> runtime::result<void> {
      frame_began_at_ = now;
      if (auto checked = check(what); !checked || what.type != frame_type::peer_message)
        return checked;
      visit(static_cast<std::uint32_t>(what.id), what.payload);
      return {};
    });
    if (!read)
      fail(read.error());
  }

  /// Ends the connection when a time limit has passed. A frame under way has none while `reading` is false.
  void check_time(runtime::steady_time now, bool reading);

  /// Ends the connection of a node or disk that is not known any more.
  void check_known();

  /// Ends the connection; the other node is told why.
  void fail(const runtime::fault& why);

  std::string take_output() { return std::exchange(output_, {}); }

  /// The node at the other end, once it has said so.
  const std::optional<replica_id>& other() const noexcept { return other_; }

  bool finished() const noexcept { return finished_.has_value(); }
  /// Pre: finished().
  const runtime::fault& reason() const { return *finished_; }

private:
  runtime::result<void> check(const frame& what);
  runtime::result<void> introduce(const frame& what);
  void say_hello();

  const peer_identity& own_;
  const known_nodes& known_;
  std::uint32_t shards_;
  connection_timeouts timeouts_;
  std::optional<std::uint32_t> called_; ///< none: the other node called
  runtime::steady_time opened_at_;
  runtime::steady_time frame_began_at_;
  frame_reader reader_;
  std::optional<replica_id> other_;
  std::optional<runtime::fault> finished_;
  bool told_by_other_ = false;
  std::string output_;
};

} // namespace orderd::cluster

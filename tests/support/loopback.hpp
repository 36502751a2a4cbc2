// A client of raw bytes over a real socket, and an actor that answers like a shard. For tests of the gateway
// and of the client library.
#pragma once

#include "cluster/wire/frame.hpp"
#include "cluster/wire/socket.hpp"
#include "runtime/entity/request.hpp"

#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace orderd::testing {

/// Blocking reads and writes, each at most ten seconds.
class raw_client {
public:
  explicit raw_client(std::uint16_t port);

  void send(std::string_view bytes);

  /// Reads until `enough(all bytes so far)` or the peer closes; returns all bytes so far.
  std::string read_until(const std::function<bool(std::string_view)>& enough);

  /// Reads until the peer closes.
  std::string read_to_end();

  /// Says that nothing more comes, and waits until the peer has closed too. CAF's multiplexer forgets a
  /// connection whose end it has not seen when it stops: a leak, where a node ends right after its clients.
  void end();

  /// Whether the peer has closed, once everything sent before that is read.
  bool closed() const noexcept { return closed_; }

private:
  cluster::socket socket_;
  std::string seen_;
  bool closed_ = false;
};

/// Whether `bytes` hold `count` whole frames of that type.
bool has_frames(std::string_view bytes, cluster::frame_type type, std::size_t count);

/// Whether `bytes` hold `count` replies in whole frames.
bool has_replies(std::string_view bytes, std::size_t count);

/// Waits until a gateway takes connections: CAF never closes an acceptor that is shut in the moment it opens.
void await_accepting(std::uint16_t port);

/// Answers every request of a shard or of the node with the body it is given.
caf::behavior echo_shard(caf::event_based_actor* self, runtime::reply_outcome outcome,
                         std::shared_ptr<const std::string> body);

} // namespace orderd::testing

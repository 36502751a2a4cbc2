// One connection between the clients of a simulation and a node: the real session at its far end, a client
// of frames at its near end, and bytes in between that arrive in pieces of any size.
//
// *Operation*: `ask`; `carry` as long as `moving`; the node answers through `server()` and calls `answered`
// after. A connection that is destroyed loses what it carries, and the clients do not know what of it
// arrived.
#pragma once

#include "cluster/gateway/session.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/shop.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace orderd::simulation {

class simulated_connection {
public:
  /// Called with each reply that reaches the client, and with what a client would complain about.
  struct client {
    std::function<void(std::uint64_t request, const std::string& body)> replied;
    std::function<void(const std::string& what)> complained;
  };

  /// `context` and `to` must outlive it.
  simulated_connection(std::uint64_t number, const cluster::session_context& context, const client& to,
                       cluster::moment now);

  void ask(const shop_request& what);
  /// Whether bytes are on their way.
  bool moving() const noexcept { return !to_server_.empty() || !to_client_.empty(); }
  /// Lets some bytes arrive, one way or the other; requests among them go into `asked`.
  void carry(chance& random, cluster::moment now, cluster::asked_requests& asked);

  cluster::session& server() noexcept { return server_; }
  /// What the session has written goes on its way.
  void answered();
  /// Requests whose reply has not reached the client.
  const std::set<std::uint64_t>& open() const noexcept { return open_; }

private:
  void read(std::string_view bytes);
  runtime::result<void> take(const cluster::frame& what);

  const client& client_;
  cluster::session server_;
  cluster::frame_reader reader_;
  std::string to_server_;
  std::string to_client_;
  std::set<std::uint64_t> open_;
};

} // namespace orderd::simulation

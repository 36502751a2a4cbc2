// The clients of a simulated cluster: the real client library without its sockets (client_router.hpp), whose
// bytes travel with a delay to the sessions of the nodes, and arrive in pieces.
//
// *Operation*: `submit`; the answer comes exactly once, to `answered`. `pump` now and then, for the clients'
// own time. `node_is_gone` and `lose_connection` break connections; what they carried is lost.
#pragma once

#include "cluster/client/client_router.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"
#include "tests/simulation/shop.hpp"
#include "tests/simulation/simulated_member.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::simulation {

class simulated_clients {
public:
  /// What the clients need of the cluster. References outlive them.
  struct cluster_view {
    world_schedule& time;
    chance& random;
    counters& happened;
    std::function<simulated_member*(std::uint32_t node)> member; ///< null: down
    std::function<void(std::uint32_t node)> wake;                ///< it has something to do
    std::function<void(std::uint64_t request, const std::string& reply)> answered;
  };

  /// They are told of the nodes 1 to `nodes`, some of them of one only.
  simulated_clients(cluster_view cluster, std::uint32_t clients, std::uint32_t nodes);

  static std::string endpoint_of(std::uint32_t node);

  void submit(const shop_request& asked);
  void pump();
  /// A node says something on a connection.
  void said(std::uint64_t connection, std::string bytes);

  void node_is_gone(std::uint32_t node);
  void lose_connection();

private:
  struct client {
    std::unique_ptr<cluster::client_router> router;
    std::map<cluster::client_router::link, std::uint64_t> connections; ///< by link, the open ones
  };
  struct connection {
    std::size_t client = 0;
    cluster::client_router::link link = 0;
    std::uint32_t node = 0;
    std::int64_t to_node_due = 0; ///< when the last bytes on their way are there
    std::int64_t to_client_due = 0;
  };

  void pump(std::size_t number);
  void connect(std::size_t number, cluster::client_router::link link);
  void write(client& of);
  void carry(std::uint64_t number, const std::string& bytes);
  void take_answers(client& of);
  /// A connection ends: the node forgets it at once, the client is told in a while.
  void end(std::uint64_t number, const std::string& why);
  std::int64_t delay();
  cluster::steady_time now() const;

  cluster_view cluster_;
  std::vector<client> clients_;
  std::map<std::uint64_t, connection> connections_;
  std::uint64_t last_connection_ = 0;
};

} // namespace orderd::simulation

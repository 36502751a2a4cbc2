// The thread that sends and answers heartbeats, so that nothing else a node does delays them.
//
//   auto heart = heartbeats::open({.address = "127.0.0.1:7511", .cluster_id = "orders", .board = board,
//   .metrics = numbers});
//   (*heart)->set_peers({{"127.0.0.1", 7512}, {"127.0.0.1", 7513}});
//
// *Operation*: from `open` on it sends what the board says each `timing().heartbeat` to every known peer, and
// answers what it hears at once, to the address it came from. It begins to send when it knows peers. The
// destructor stops it without delay. Datagrams that are no heartbeats of this cluster, or of a node or disk
// that is not known, are ignored and counted.
//
// *Concurrency*: everything from any thread; the board is shared (lease_board.hpp). The thread asks the
// kernel for short slices, so that a busy machine does not keep a heartbeat waiting.
//
// *Limitations*: loopback only. A heartbeat that cannot be sent is lost: the next one follows.
#pragma once

#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/peers/known_nodes.hpp"
#include "cluster/replication/lease_board.hpp"
#include "cluster/wire/socket.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace orderd::cluster {

struct heartbeats_options {
  std::string address; ///< host:port; port 0 takes a free one
  std::string cluster_id;
  lease_board& board;       ///< outlives the thread
  const known_nodes& known; ///< outlives the thread
  cluster_metrics& metrics; ///< outlives the thread
};

class heartbeats {
public:
  /// Binds the port, unless it is bound already and given, and starts the thread. Faults: `malformed` for an
  /// address that is none or not loopback, `unavailable` when the port cannot be bound.
  static runtime::result<std::unique_ptr<heartbeats>> open(const heartbeats_options& options,
                                                           std::optional<socket> bound = std::nullopt);

  ~heartbeats();
  heartbeats(const heartbeats&) = delete;
  heartbeats& operator=(const heartbeats&) = delete;

  /// Where heartbeats are sent from now on.
  void set_peers(std::vector<endpoint> peers);

  std::uint16_t port() const noexcept { return port_; }

private:
  heartbeats(const heartbeats_options& options, socket bound, socket stop, std::uint16_t port);

  steady_time time_now() const { return board_.now(std::chrono::steady_clock::now()); }
  void run();
  void send_all(steady_time now);
  void receive_all();
  void answer(std::string_view datagram, const native_address& from);
  void send(const heartbeat& what, const native_address& to);

  lease_board& board_;
  const known_nodes& known_;
  std::uint64_t seed_;
  runtime::counter& sent_;
  runtime::counter& heard_;
  runtime::counter& ignored_;
  socket bound_;
  socket stop_; ///< an eventfd
  std::uint16_t port_;
  std::mutex mutex_;
  std::vector<native_address> peers_; ///< guarded by the mutex
  std::thread thread_;                ///< last: it uses the others
};

} // namespace orderd::cluster

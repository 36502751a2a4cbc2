// The gRPC door of a node: the services of service.proto, with reflection and the health service.
//
//   auto door = grpc_door::start(system, {.address = "127.0.0.1:7412", .endpoint = "127.0.0.1:7411"});
//   (*door)->port();
//
// *Operation*: it asks through a client of its own (cluster/api/asker.hpp), which takes each request to the
// leader of its shard. Start it when the gateway serves, and stop it before anything else: `stop` tells
// everybody who waits SHUTTING_DOWN. grpc.health.v1 says SERVING while the node answers what it is asked,
// looked at each second, and NOT_SERVING before and after.
//
// *Concurrency*: started, stopped and destroyed by one thread. Calls run on threads of the library, two on a
// machine of two cores, and are answered on one of the door's own.
//
// *Limitations*: loopback only. config/grpc_limits.hpp has the limits. The library of this version has none
// of its connections: silent ones go after some seconds, and all of them together may have
// `grpc_memory_bytes_max`.
#pragma once

#include "cluster/grpc/grpc_metrics.hpp"
#include "config/grpc_limits.hpp"
#include "runtime/base/result.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace orderd::cluster {

struct grpc_options {
  std::string address = "127.0.0.1:7412"; ///< host:port; port 0 takes a free one
  std::string endpoint = {};              ///< host:port of the gateway of this node
  std::size_t units_max = limits::grpc_units_max;
  std::size_t streams_max = limits::grpc_streams_max;
};

class grpc_door {
public:
  /// `malformed` for an address that is none or not loopback, `unavailable` when it cannot be listened on.
  /// Pre: the system, which outlives the door, has the module caf::io::middleman, and the types of messages
  /// of the asker and the client library are registered.
  static runtime::result<std::unique_ptr<grpc_door>> start(caf::actor_system& system,
                                                           const grpc_options& options);
  ~grpc_door();
  grpc_door(const grpc_door&) = delete;
  grpc_door& operator=(const grpc_door&) = delete;

  void stop();

  std::uint16_t port() const noexcept { return port_; }
  std::shared_ptr<grpc_metrics> metrics() const;
  /// What calls hold now, in units of config/grpc_limits.hpp.
  std::size_t units_held() const;

private:
  struct parts;
  explicit grpc_door(std::unique_ptr<parts> made);

  std::unique_ptr<parts> parts_;
  std::uint16_t port_ = 0;
};

} // namespace orderd::cluster

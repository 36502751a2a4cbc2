// What grpc.health.v1 says: SERVING while the node answers.
#pragma once

#include "cluster/grpc/door_context.hpp"

#include <grpcpp/health_check_service_interface.h>

#include <memory>
#include <mutex>

namespace orderd::cluster {

/// *Concurrency*: any thread.
class door_health : public std::enable_shared_from_this<door_health> {
public:
  /// NOT_SERVING from here on, until the node has answered. `service` lives until `stop`.
  void watch(::grpc::HealthCheckServiceInterface* service);

  /// Asks the node, unless an answer is still to come. A node that does not answer within
  /// limits::grpc_health_ms_max is not serving.
  void look(door_context& door);

  /// NOT_SERVING for ever.
  void stop();

private:
  class status_question;
  void show(bool serving);

  std::mutex mutex_;
  ::grpc::HealthCheckServiceInterface* service_ = nullptr; ///< null: it says no more
  bool asking_ = false;
};

} // namespace orderd::cluster

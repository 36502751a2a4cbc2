#include "cluster/grpc/grpc_door.hpp"

#include "cluster/grpc/door_health.hpp"
#include "cluster/grpc/services.hpp"
#include "cluster/wire/socket.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/open_files.hpp"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <mutex>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

struct grpc_door::parts {
  std::shared_ptr<door_health> health = std::make_shared<door_health>();
  std::shared_ptr<door_context> door;
  std::unique_ptr<orders_service> orders;
  std::unique_ptr<operators_service> operators;
  std::unique_ptr<::grpc::Server> server;
};

namespace {

constexpr std::chrono::milliseconds tick_every{1'000};

/// What the library says of connections that break is of their clients: for who looks for something.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args* line) {
      runtime::log::debug("grpc", "library", {{"severity", gpr_log_severity_string(line->severity)}},
                          line->message);
    });
    ::grpc::EnableDefaultHealthCheckService(true);
    services_file();
    ::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

void bound(::grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits::client_frame_bytes_max));
  ::grpc::ResourceQuota quota{"orderd"};
  quota.Resize(limits::grpc_memory_bytes_max).SetMaxThreads(limits::grpc_threads_max);
  builder.SetResourceQuota(quota);
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, limits::grpc_calls_per_connection_max},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, limits::grpc_handshake_ms_max},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits::grpc_idle_ms_max},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, limits::grpc_age_ms_max},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, limits::grpc_age_grace_ms},
      {GRPC_ARG_KEEPALIVE_TIME_MS, limits::grpc_probe_ms},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits::grpc_probe_answer_ms_max},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits::grpc_client_probe_ms_min},
      {GRPC_ARG_ALLOW_REUSEPORT, 0}, // else two nodes would share a port, and each get half of the calls
  };
  for (const auto& [name, value] : arguments)
    builder.AddChannelArgument(name, value);
}

} // namespace

result<std::unique_ptr<grpc_door>> grpc_door::start(caf::actor_system& system, const grpc_options& options) {
  const auto at = parse_loopback_endpoint(options.address);
  if (!at)
    return at.error();
  set_up_library();
  runtime::allow_more_files(limits::grpc_files);
  auto door = std::unique_ptr<grpc_door>(new grpc_door(std::make_unique<parts>()));
  auto& all = *door->parts_;
  // A refusal goes to the caller at once, who knows how long to wait; nothing of it waits here.
  all.door = std::make_shared<door_context>(
      system, client_options{.endpoint = options.endpoint, .retry_refused = false, .is_operator = true},
      options.units_max, options.streams_max);
  all.orders = std::make_unique<orders_service>(all.door);
  all.operators = std::make_unique<operators_service>(all.door);
  ::grpc::ServerBuilder builder;
  bound(builder);
  int port = 0;
  builder.AddListeningPort(config::to_string(*at), ::grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(all.orders.get());
  builder.RegisterService(all.operators.get());
  all.server = builder.BuildAndStart();
  if (!all.server || port == 0)
    return fault{
        fault_code::unavailable,
        "cannot listen on " + options.address
            + " for gRPC: the port is in use or not allowed; choose another with --grpc HOST:PORT, or "
              "none with --grpc \"\""};
  door->port_ = static_cast<std::uint16_t>(port);
  all.health->watch(all.server->GetHealthCheckService());
  all.door->answers.start(tick_every, [health = all.health, context = all.door.get()] {
    health->look(*context);
    context->unread.cancel_before(std::chrono::steady_clock::now()
                                  - std::chrono::milliseconds{limits::grpc_unread_ms_max});
  });
  return door;
}

grpc_door::grpc_door(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

grpc_door::~grpc_door() {
  stop();
}

void grpc_door::stop() {
  auto& all = *parts_;
  all.health->stop();
  if (all.door)
    all.door->ask.stop();
  if (all.server) {
    all.server->Shutdown(std::chrono::system_clock::now()
                         + std::chrono::milliseconds{limits::grpc_stop_ms_max});
    all.server->Wait();
    all.server.reset();
  }
  if (all.door)
    all.door->answers.stop();
}

std::shared_ptr<grpc_metrics> grpc_door::metrics() const {
  return parts_->door->metrics;
}

std::size_t grpc_door::units_held() const {
  return parts_->door->budget.used();
}

} // namespace orderd::cluster

#include "cluster/configuration/etcd_channel.hpp"

#include "config/limits.hpp"

#include <grpcpp/create_channel.h>

#include <string>

namespace orderd::cluster {

std::shared_ptr<grpc::Channel> open_channel(const config::endpoint& to) {
  grpc::ChannelArguments arguments;
  // Despite its name this is how long one try to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, limits::etcd_call_ms_max);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, limits::etcd_probe_ms);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits::etcd_probe_answer_ms_max);
  // What was sent once is never sent again behind our back, and never through a proxy.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A connection of its own, not one that gRPC shares between channels with the same address.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const bool six = to.address.find(':') != std::string::npos;
  return grpc::CreateCustomChannel((six ? "ipv6:" : "ipv4:") + config::to_string(to),
                                   grpc::InsecureChannelCredentials(), arguments);
}

bool connect(grpc::Channel& channel, std::chrono::system_clock::time_point ends_at) {
  for (auto state = channel.GetState(true); state != GRPC_CHANNEL_READY; state = channel.GetState(true))
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN
        || !channel.WaitForStateChange(state, ends_at))
      return false;
  return true;
}

} // namespace orderd::cluster

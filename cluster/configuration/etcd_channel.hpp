// Connections to the endpoints of an etcd.
#pragma once

#include "config/loopback.hpp"

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>

namespace orderd::cluster {

/// A connection that is made when it is first used. It is for one life: once it failed, open another, because
/// gRPC would only connect it again while some call waits for that.
std::shared_ptr<grpc::Channel> open_channel(const config::endpoint& to);

/// Whether the channel is connected by then. False at once when its endpoint refuses.
bool connect(grpc::Channel& channel, std::chrono::system_clock::time_point ends_at);

} // namespace orderd::cluster

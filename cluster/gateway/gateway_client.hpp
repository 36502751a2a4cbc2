// One connection of the gateway: its socket, its session, and what the gateway notes of it.
#pragma once

#include "cluster/gateway/read_room.hpp"
#include "cluster/gateway/session.hpp"
#include "runtime/base/metrics.hpp"

#include <caf/io/connection_handle.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace orderd::cluster {

struct gateway_client {
  gateway_client(std::uint64_t id, caf::io::connection_handle at, const session_context& context)
      : socket(at), talk(id, context) {}

  caf::io::connection_handle socket;
  session talk;
  read_room room;
  std::size_t unread = 0; ///< bytes of replies that its socket had left when last looked
  std::chrono::steady_clock::time_point refused_at; ///< when the session finished
  runtime::counter* refusals = nullptr;             ///< of its address; null: it was never refused anything
};

} // namespace orderd::cluster

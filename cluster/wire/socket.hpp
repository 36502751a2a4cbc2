// A socket that is closed with its owner, connected or bound to this machine only.
#pragma once

#include "config/loopback.hpp"
#include "runtime/base/result.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace orderd::cluster {

/// Owns the descriptor of a socket. Movable; not thread-safe.
class socket {
public:
  explicit socket(int descriptor) noexcept : descriptor_(descriptor) {}
  ~socket();
  socket(socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  socket& operator=(socket&& other) noexcept;
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  /// Gives the descriptor away; its new owner closes it.
  int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_; ///< -1: none
};

using config::endpoint;

/// An address in the operating system's form.
struct native_address {
  sockaddr_storage content{};
  socklen_t size = 0;
};
native_address native(const endpoint& from);

/// As config::parse_loopback, with a fault that names the text: `malformed`.
runtime::result<endpoint> parse_loopback_endpoint(std::string_view text);

/// Connects, without blocking for longer than `limit`. `unavailable` with the reason when it cannot.
runtime::result<socket> connect_socket(const endpoint& to, std::chrono::milliseconds limit);

/// A socket for datagrams, bound to that address. `unavailable` with the reason when it cannot be.
runtime::result<socket> bind_datagrams(const endpoint& at);

/// The port that a socket is bound to. Pre: it is bound.
std::uint16_t port_of(const socket& bound);

} // namespace orderd::cluster

// A socket that is closed with its owner, and the addresses that are on this machine only.
#pragma once

#include "runtime/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
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

struct endpoint {
  std::string address; ///< numeric
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:7411", "[::1]:7411" or "localhost:7411". `malformed` for anything else, and for addresses
/// that are not loopback: until connections are encrypted orderd speaks to its own machine only.
runtime::result<endpoint> parse_loopback_endpoint(std::string_view text);

/// Connects, without blocking for longer than `limit`. `unavailable` with the reason when it cannot.
runtime::result<socket> connect_socket(const endpoint& to, std::chrono::milliseconds limit);

} // namespace orderd::cluster

// Addresses of this machine only: until connections are encrypted orderd listens on and connects to no other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::config {

struct endpoint {
  std::string address; ///< numeric
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:7411", "[::1]:7411" or "localhost:7411"; any address of 127.0.0.0/8 will do. Nothing for
/// what is no HOST:PORT with a port from 0 to 65535, or not loopback.
std::optional<endpoint> parse_loopback(std::string_view text);

/// As `parse_loopback` reads it: "[::1]:7411".
std::string to_string(const endpoint& what);

/// What `parse_loopback` takes, for messages: "it must be " + this.
inline constexpr const char* loopback_form =
    "a loopback address (127.0.0.1:PORT, [::1]:PORT or localhost:PORT), "
    "PORT 0 to 65535";

} // namespace orderd::config

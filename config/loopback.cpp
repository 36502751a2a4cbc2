#include "config/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <system_error>

namespace orderd::config {

namespace {

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1)
    return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc{} || stopped != end)
    return std::nullopt;
  return port;
}

} // namespace

std::optional<endpoint> parse_loopback(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string address{host == "localhost" ? "127.0.0.1" : host};
  if (!port || !is_loopback(address))
    return std::nullopt;
  return endpoint{address, *port};
}

std::string to_string(const endpoint& what) {
  const bool six = what.address.find(':') != std::string::npos;
  return (six ? "[" + what.address + "]" : what.address) + ":" + std::to_string(what.port);
}

} // namespace orderd::config

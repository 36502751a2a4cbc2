#include "cluster/wire/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

fault refused(const char* what, const endpoint& at, int error) {
  return {fault_code::unavailable, std::string{"cannot "} + what + " " + config::to_string(at) + ": "
                                       + std::generic_category().message(error)};
}

/// Waits for the end of a connect under way; its errno, 0 for success.
int finish_connect(int descriptor, std::chrono::milliseconds limit) {
  pollfd waited{descriptor, POLLOUT, 0};
  const auto ready = ::poll(&waited, 1, static_cast<int>(limit.count()));
  if (ready == 0)
    return ETIMEDOUT;
  if (ready < 0)
    return errno;
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

native_address native(const endpoint& from) {
  native_address made;
  auto* four = reinterpret_cast<sockaddr_in*>(&made.content);
  if (inet_pton(AF_INET, from.address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(from.port);
    made.size = sizeof(sockaddr_in);
    return made;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&made.content);
  runtime::require(inet_pton(AF_INET6, from.address.c_str(), &six->sin6_addr) == 1, "not a numeric address");
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(from.port);
  made.size = sizeof(sockaddr_in6);
  return made;
}

socket::~socket() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

socket& socket::operator=(socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

result<endpoint> parse_loopback_endpoint(std::string_view text) {
  auto read = config::parse_loopback(text);
  if (!read)
    return fault{fault_code::malformed, "\"" + std::string{text} + "\" is no address of a node; it must be "
                                            + config::loopback_form
                                            + ": connections are not encrypted, so orderd speaks to its own "
                                              "machine only"};
  return *std::move(read);
}

result<socket> connect_socket(const endpoint& to, std::chrono::milliseconds limit) {
  const auto address = native(to);
  socket made{::socket(address.content.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (made.descriptor() < 0)
    return refused("connect to", to, errno);
  const auto* raw = reinterpret_cast<const sockaddr*>(&address.content);
  auto error = ::connect(made.descriptor(), raw, address.size) == 0 ? 0 : errno;
  if (error == EINPROGRESS)
    error = finish_connect(made.descriptor(), limit);
  if (error != 0)
    return refused("connect to", to, error);
  return made;
}

result<socket> bind_datagrams(const endpoint& at) {
  const auto address = native(at);
  socket made{::socket(address.content.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (made.descriptor() < 0
      || ::bind(made.descriptor(), reinterpret_cast<const sockaddr*>(&address.content), address.size) != 0)
    return refused("receive datagrams at", at, errno);
  return made;
}

std::uint16_t port_of(const socket& bound) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  runtime::require(::getsockname(bound.descriptor(), reinterpret_cast<sockaddr*>(&at), &size) == 0,
                   "a socket without an address");
  return ntohs(at.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&at)->sin6_port
                                        : reinterpret_cast<sockaddr_in*>(&at)->sin_port);
}

} // namespace orderd::cluster

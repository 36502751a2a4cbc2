#include "cluster/gateway/gateway.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/wire/socket.hpp"

#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <google/protobuf/stubs/logging.h>

#include <sys/resource.h>

#include <algorithm>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

/// Files that the rest of the node may have open beside the connections: other nodes' connections first.
constexpr std::size_t other_files_max = 512;

} // namespace

result<void> allow_open_files(const connection_places& places) {
  const rlim_t needed = places.all() + other_files_max;
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur >= needed)
    return {};
  rlimit raised{std::min(needed, now.rlim_max), now.rlim_max};
  if (raised.rlim_cur < needed || ::setrlimit(RLIMIT_NOFILE, &raised) != 0)
    return fault{fault_code::unavailable, "the limit of open files is " + std::to_string(now.rlim_max)
                                              + ", but " + std::to_string(places.all()) + " connections need "
                                              + std::to_string(needed) + "; raise it with ulimit -n"};
  return {};
}

result<caf::io::doorman_ptr> listen_for_clients(caf::actor_system& system, const std::string& address) {
  auto at = parse_loopback_endpoint(address);
  if (!at)
    return at.error();
  auto acceptor = system.middleman().backend().new_tcp_doorman(at->port, at->address.c_str(), true);
  if (!acceptor)
    return fault{fault_code::unavailable, "cannot listen on " + address
                                              + ": the port is in use or not "
                                                "allowed; choose another with --listen HOST:PORT"};
  return std::move(*acceptor);
}

} // namespace orderd::cluster

#include "cluster/wire/connector.hpp"

#include "cluster/wire/socket.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::chrono::milliseconds connect_limit{2'000};

} // namespace

caf::behavior connector(caf::event_based_actor*) {
  return {
      [](const connect_to& what) -> connect_done {
        const auto to = parse_loopback_endpoint(what.endpoint);
        if (!to)
          return {what.link, nullptr, to.error().message};
        auto made = connect_socket(*to, connect_limit);
        if (!made)
          return {what.link, nullptr, made.error().message};
        return {what.link, std::make_shared<socket>(std::move(*made)), {}};
      },
  };
}

} // namespace orderd::cluster

#include "cluster/wire/connector.hpp"

#include "cluster/wire/socket.hpp"

#include <memory>
#include <utility>

namespace orderd::cluster {

caf::behavior connector(caf::event_based_actor*, std::chrono::milliseconds limit) {
  return {
      [limit](const connect_to& what) -> connect_done {
        const auto to = parse_loopback_endpoint(what.endpoint);
        if (!to)
          return {what.link, nullptr, to.error().message};
        auto made = connect_socket(*to, limit);
        if (!made)
          return {what.link, nullptr, made.error().message};
        return {what.link, std::make_shared<socket>(std::move(*made)), {}};
      },
  };
}

} // namespace orderd::cluster

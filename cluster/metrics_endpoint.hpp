// The page that Prometheus reads: http://HOST:PORT/metrics.
//
// *Concurrency*: started and destroyed by the node's main thread; pages are served by two threads of its own.
#pragma once

#include "runtime/result.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

class metrics_endpoint {
public:
  /// Serves `source` at `address` (host:port; port 0 takes a free one) until it is destroyed. An empty
  /// address serves nothing. `unavailable` when the address cannot be listened on.
  static runtime::result<metrics_endpoint> start(const std::string& address,
                                                 std::shared_ptr<prometheus::Collectable> source);

  /// Serves another source on the same page.
  void add(std::shared_ptr<prometheus::Collectable> source);

  /// The port it listens on, 0 when it serves nothing.
  std::uint16_t port() const;

private:
  std::vector<std::shared_ptr<prometheus::Collectable>> sources_; ///< the exposer holds them weakly
  std::unique_ptr<prometheus::Exposer> exposer_;
};

} // namespace orderd::cluster

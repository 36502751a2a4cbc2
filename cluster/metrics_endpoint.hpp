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

namespace orderd::cluster {

class metrics_endpoint {
public:
  /// Serves `source` at `address` (host:port; port 0 takes a free one) until it is destroyed. An empty
  /// address serves nothing. `unavailable` when the address cannot be listened on.
  static runtime::result<metrics_endpoint> start(const std::string& address,
                                                 std::shared_ptr<prometheus::Collectable> source);

  /// The port it listens on, 0 when it serves nothing.
  std::uint16_t port() const;

private:
  std::shared_ptr<prometheus::Collectable> source_; ///< the exposer holds it weakly
  std::unique_ptr<prometheus::Exposer> exposer_;
};

} // namespace orderd::cluster

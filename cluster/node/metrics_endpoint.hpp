// The page that Prometheus reads: http://HOST:PORT/metrics.
//
// *Concurrency*: started and destroyed by the node's main thread; pages are served by one thread of its own,
// which waits for nobody: a request that does not end, or a reader that does not read, holds a place, not the
// thread.
//
// *Limitations*: loopback only. `page_limits` says how many connections there are at once; when one more
// comes the one goes that came first. So however many send half a request, whoever sends a whole one has it
// answered. One request a connection.
//
// *Why no library*: prometheus-cpp's server gives each connection a thread, and so many half requests as
// there are threads silence it; libmicrohttpd refuses new connections at its limit, and counts its time-out
// from the last byte, so one byte a second holds a place. What is needed of HTTP is one page
// (page_request.hpp).
#pragma once

#include "runtime/base/result.hpp"

#include <prometheus/collectable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace orderd::cluster {

struct page_limits {
  std::size_t connections_max = 64; ///< many more than there are scrapers
  std::chrono::milliseconds read_ms_max{2'000};
  std::chrono::milliseconds write_ms_max{5'000};
};

class metrics_endpoint {
public:
  /// Serves `source` at `address` (host:port; port 0 takes a free one) until it is destroyed. An empty
  /// address serves nothing. `unavailable` when the address cannot be listened on, `malformed` when it is
  /// none or not loopback.
  static runtime::result<metrics_endpoint> start(const std::string& address,
                                                 std::shared_ptr<prometheus::Collectable> source,
                                                 const page_limits& limits = {});

  metrics_endpoint(metrics_endpoint&&) noexcept;
  metrics_endpoint& operator=(metrics_endpoint&&) noexcept;
  ~metrics_endpoint();

  /// Serves another source on the same page.
  void add(std::shared_ptr<prometheus::Collectable> source);

  /// The port it listens on, 0 when it serves nothing.
  std::uint16_t port() const;

private:
  class server;
  metrics_endpoint();
  std::unique_ptr<server> server_;
};

} // namespace orderd::cluster

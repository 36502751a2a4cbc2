// HTTP of a node, assembled: the server, the thread for long answers, and the door between them and the
// cluster.
//
//   auto http = http_service::start(settings.http, {});   // metrics and /healthz are there
//   http->add(metrics);
//   http->open(asker, "127.0.0.1:7411");                  // the API too
//   http->stop();                                         // before what it asks goes away
//
// *Concurrency*: of the node's main thread.
#pragma once

#include "cluster/api/asker.hpp"
#include "cluster/http/http_door.hpp"
#include "cluster/http/http_server.hpp"
#include "cluster/http/work_thread.hpp"
#include "runtime/base/result.hpp"

#include <prometheus/collectable.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

struct http_service_options {
  http_limits limits = {};
  std::string own_name = {};
  std::function<std::optional<served_file>(std::string_view path)> find_file = {};
};

class http_service {
public:
  /// As http_server::start. An empty address serves nothing.
  static runtime::result<std::unique_ptr<http_service>> start(const std::string& address,
                                                              http_service_options options);

  /// Before the last reference to its threads goes, which one of their tasks may hold.
  ~http_service() { stop(); }
  http_service(const http_service&) = delete;
  http_service& operator=(const http_service&) = delete;

  void add(std::shared_ptr<prometheus::Collectable> source);
  /// `ask` must outlive it, or `stop`.
  void open(asker& ask, std::string endpoint);
  void stop();

  /// 0 when it serves nothing.
  std::uint16_t port() const { return server_ ? server_->port() : 0; }

private:
  http_service() = default;

  // In the order in which they must go away, last first.
  std::shared_ptr<work_thread> long_ones_; ///< shared with answers that are on the way
  std::shared_ptr<http_door> door_;
  std::optional<http_server> server_;
};

} // namespace orderd::cluster

// From requests over HTTP to questions to the cluster, and back: finds the route, runs its steps, and
// compresses.
//
// *Operation*: `answer` is the server's handler. Metrics and /healthz are answered from the first moment on,
// everything else once `open` was told how to ask; after `close` nothing is asked any more. A route that is
// heavy (router.hpp) goes on a thread of its own.
//
// *Concurrency*: `answer` on the server's thread; `add`, `open` and `close` on any. What a request needs is
// kept by its answers that are on the way, the door included.
//
// *Limits*: `questions_max` questions under way of all requests together; and `long_ones_max` requests whose
// answers are large; beyond that a request is told 503.
#pragma once

#include "cluster/http/http_server.hpp"
#include "cluster/http/http_values.hpp"
#include "cluster/http/router.hpp"

#include <prometheus/collectable.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// How a door asks: cluster/api/asker.hpp, or what a test has in its place.
class question_port {
public:
  virtual ~question_port() = default;
  /// `then` is called exactly once, on any thread.
  virtual void ask(const question& what, std::function<void(const reply_ptr&)> then) = 0;
  /// Of the cluster; 0 until it is known.
  virtual std::uint32_t shards() const = 0;
};

/// A file of the page, as long as the process lives.
struct served_file {
  std::string_view content_type;
  std::string_view bytes;
  std::string_view etag; ///< as the header has it: quoted
};

struct http_door_options {
  std::string own_name = {}; ///< of this machine, beside its addresses and localhost, in a Host header
  std::function<std::int64_t()> now_ms;
  std::function<std::uint64_t()> random; ///< on the server's thread
  /// Where functions run: on the server's thread, and on one for long ones. Any thread.
  std::function<void(std::function<void()>)> light;
  std::function<void(std::function<void()>)> heavy;
  /// Files of the page by their paths: "/", "/page/...". Empty: there is no page.
  std::function<std::optional<served_file>(std::string_view path)> find_file = {};
  /// Fewer than connections: who asks the cluster nothing (/healthz, /metrics) always finds a place.
  std::size_t questions_max = 3'584;
  std::size_t long_ones_max = 24; ///< requests under way whose answers are large: lists, overviews
};

class http_door : public std::enable_shared_from_this<http_door> {
public:
  explicit http_door(http_door_options options);

  /// Shows another source at /metrics.
  void add(std::shared_ptr<prometheus::Collectable> source);
  /// From now on the API is served; `endpoint`: of the node itself, for clients.
  void open(std::shared_ptr<question_port> port, std::string endpoint);
  void close();

  void answer(http_request what, const http_reply& then);

private:
  friend class dialogue;

  http_response answer_itself(const route& at, const http_request& what);
  http_response page(const http_request& what) const;
  http_response metrics_page();
  std::shared_ptr<question_port> port();

  http_door_options options_;
  std::atomic<std::size_t> questions_{0};
  std::atomic<std::size_t> long_ones_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<prometheus::Collectable>> sources_; ///< by `mutex_`, as the rest
  std::shared_ptr<question_port> port_;
  std::string endpoint_; ///< read only by who has seen `port_`
};

} // namespace orderd::cluster

// Serves HTTP/1.1 to this machine: reads requests, hands each to a function, writes what comes back.
//
//   auto box = std::make_shared<task_box>();
//   auto server = http_server::start("127.0.0.1:9464", {}, box, metrics,
//                                    [](http_request what, const http_reply& then) { then({.body = "{}"});
//                                    });
//
// *Operation*: connections stay open; requests that a client sends ahead are read one after another, each
// when the response before it is written. A response after which the connection ends is followed by a short
// time in which the rest of what the client sends is thrown away, so that it can read the response.
//
// *Concurrency*: one thread of its own runs everything, the function included, which must be short. What it
// returns may come later and from any thread (`http_reply`). `start` and `stop` are the main thread's.
//
// *Limits*: http_limits.hpp. Each kind of waiting has a total time, and when one more connection comes than
// there are places, the one goes that rests longest: so however many send half a request, whoever sends a
// whole one has it answered.
//
// *Limitations*: loopback only, without encryption; http_stream.hpp is the one place where that is to change.
// No upgrade, no trailers.
#pragma once

#include "cluster/http/http_limits.hpp"
#include "cluster/http/http_metrics.hpp"
#include "cluster/http/http_values.hpp"
#include "cluster/http/task_box.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace orderd::cluster {

/// Answers the request that it came with, once. Any thread; of a connection that is gone it does nothing.
using http_reply = std::function<void(http_response)>;
using http_handler = std::function<void(http_request, const http_reply&)>;

class http_server {
public:
  /// Listens at `address` (host:port; port 0 takes a free one). `unavailable` when it cannot be listened on,
  /// `malformed` when it is none of loopback; each names the address. Tasks of `tasks` run on its thread.
  static runtime::result<http_server> start(const std::string& address, const http_limits& limits,
                                            std::shared_ptr<task_box> tasks,
                                            std::shared_ptr<http_metrics> metrics, http_handler handler);

  http_server(http_server&&) noexcept;
  http_server& operator=(http_server&&) noexcept;
  ~http_server();

  /// Takes no more requests, waits for the responses under way (at most stop_ms_max), and ends.
  void stop();

  std::uint16_t port() const;

private:
  class loop;
  explicit http_server(std::unique_ptr<loop> made);
  std::unique_ptr<loop> loop_;
};

} // namespace orderd::cluster

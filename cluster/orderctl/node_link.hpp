// How the commands of orderctl talk to a node: one request at a time, or many with a window. A port, so
// that the commands can be tested without a node.
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace orderd::cluster {

/// The answer to the request with this index. `what` lives for the time of the call.
struct link_answer {
  std::uint64_t index = 0;
  const v1::reply& what;
  std::chrono::nanoseconds latency{};
};

/// *Operation*: every request gets exactly one answer; a node that cannot be reached answers with the
/// fault UNAVAILABLE. *Concurrency*: none; one call at a time.
class node_link {
public:
  using request_maker = std::function<std::shared_ptr<v1::request>(std::uint64_t index)>;
  /// Returns false to send nothing more; what is unanswered by then is still waited for.
  using answer_taker = std::function<bool(const link_answer&)>;

  node_link() = default;
  node_link(const node_link&) = delete;
  node_link& operator=(const node_link&) = delete;
  virtual ~node_link() = default;

  /// Shards of the node; waits for the connection. A fault when the node cannot be reached.
  virtual runtime::result<std::uint32_t> shards() = 0;

  /// Sends the requests 0 to `count - 1` in this order, at most `window` unanswered, and returns when
  /// each that was sent is answered. Answers come in any order.
  virtual void run(std::uint64_t count, std::uint32_t window, const request_maker& make,
                   const answer_taker& take) = 0;

  v1::reply call(v1::request what) {
    v1::reply answered;
    run(
        1, 1, [&what](std::uint64_t) { return std::make_shared<v1::request>(std::move(what)); },
        [&answered](const link_answer& answer) {
          answered = answer.what;
          return true;
        });
    return answered;
  }
};

} // namespace orderd::cluster

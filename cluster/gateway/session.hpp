// One client connection as a plain class: bytes in, requests for the shards out; reply bodies in, bytes out.
//
// *Operation*: `open` once; then `receive` with what arrives, `reply` with each answer, `check_time` every
// some hundred milliseconds. After any of these send `output()` and call `output_sent()`. Once `finished()`,
// an ERROR frame has been written or is in the output: no further input is read, answers that still come are
// dropped, and the connection is closed as soon as its peer has had the time to read.
//
// A frame is accepted whole or not at all; an accepted request gets exactly one reply, unless the connection
// ends first. A request that cannot be read gets a fault as its reply; a frame that cannot be read ends the
// connection.
//
// *Concurrency*: one thread at a time. No I/O, no clock: the gateway (gateway.hpp) and the simulation drive
// it.
#pragma once

#include "actors/requests/request_decoder.hpp"
#include "cluster/gateway/byte_budget.hpp"
#include "cluster/gateway/request_window.hpp"
#include "cluster/wire/connection_timeouts.hpp"
#include "cluster/wire/frame.hpp"
#include "config/limits.hpp"
#include "runtime/entity/request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// One point in time, on the actor system's clock for durations here, and on the node's for deadlines that
/// others judge.
struct moment {
  std::chrono::steady_clock::time_point steady;
  std::int64_t monotone_ms = 0; ///< of runtime::node_clock
};

/// A request for the node itself and who waits for its answer.
struct node_question {
  runtime::caller from;
  actors::node_request what = actors::node_request::get_status;
  std::int64_t deadline_at = 0; ///< as runtime::request::deadline_at
  std::shared_ptr<const v1::request> asked = {};
};

/// What clients asked for, sorted by who answers it. Reused from read to read.
struct asked_requests {
  explicit asked_requests(std::uint32_t shards) : by_shard(shards) {}

  std::vector<std::vector<runtime::request>> by_shard;
  std::vector<node_question> for_node;

  /// Forgets what is in it.
  void clear() {
    for (auto& each : by_shard)
      each.clear();
    for_node.clear();
  }
};

/// Told about each request when its reply is written.
class session_observer {
public:
  virtual ~session_observer() = default;
  virtual void answered(std::string_view type, runtime::reply_outcome outcome,
                        std::chrono::nanoseconds took) = 0;
};

/// What all sessions of a node share; outlives them.
struct session_context {
  const runtime::business& rules;
  session_observer& observer;
  std::uint32_t shards = 1;
  std::string version;               ///< of this program, for HELLO
  byte_budget* unanswered = nullptr; ///< of the requests of all sessions; null: only each session's own
  connection_timeouts timeouts = {};
};

class session {
public:
  /// `connection`: its number, never used again by this node.
  session(std::uint64_t connection, const session_context& context);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session();

  /// Writes HELLO. Time limits count from `now`.
  void open(moment now);

  /// Reads what arrived and adds the requests in it to `asked`.
  void receive(std::string_view bytes, moment now, asked_requests& asked);

  /// Writes the answer to the request of that number (runtime::caller::request_id). A number that is not
  /// open, or no longer, is ignored.
  void reply(std::uint64_t number, runtime::reply_outcome outcome, std::string_view body, moment now);

  /// Ends the connection when a time limit has passed: HELLO not in time, or a frame that does not end.
  void check_time(moment now);

  /// Ends the connection from this side, with the reason for the peer.
  void end(const runtime::fault& why) { fail(why, 0); }

  /// What is to be sent, in whole frames; a view until the next call of anything else.
  std::string_view output();
  void output_sent();

  /// Gives back the memory that is kept for the next frames: nothing has come for a while.
  void rest();

  /// Whether HELLO has come: until then the peer is unknown and its limits are tight.
  bool introduced() const noexcept { return introduced_; }
  /// Whether HELLO said that it is an operator's.
  bool is_operator() const noexcept { return is_operator_; }
  bool finished() const noexcept { return finished_; }
  std::size_t unanswered() const noexcept { return window_.size(); }
  /// Bytes of the frame that has begun and not ended, as its header says, and when it began.
  std::size_t unfinished_bytes() const noexcept { return reader_.unfinished_bytes(); }
  std::chrono::steady_clock::time_point frame_began_at() const noexcept { return frame_began_at_; }
  /// Requests that came so far.
  std::uint64_t asked() const noexcept { return asked_; }
  /// Of them, those for which the node had no room.
  std::uint64_t refused() const noexcept { return refused_; }

private:
  runtime::result<void> handle(const frame& what, moment now, asked_requests& asked);
  runtime::result<void> introduce(const frame& what);
  runtime::result<void> accept(const frame& what, moment now, asked_requests& asked);
  void refuse(std::uint64_t first_id, moment now);
  runtime::result<void> check_credit(std::size_t requests, std::size_t bytes) const;
  void ask(std::uint64_t client_id, std::string_view bytes, google::protobuf::Arena& arena, moment now,
           asked_requests& asked);
  void fail(const runtime::fault& why, std::uint64_t frame_id);

  std::uint64_t connection_;
  const session_context& context_;
  frame_reader reader_;
  replies_writer replies_;
  request_window window_;
  std::vector<std::string_view> batch_; ///< of the frame being accepted
  std::string output_;
  std::chrono::steady_clock::time_point opened_at_;
  std::chrono::steady_clock::time_point frame_began_at_; ///< of the unfinished frame, if there is one
  std::uint64_t asked_ = 0;
  std::uint64_t refused_ = 0;
  bool introduced_ = false;
  bool is_operator_ = false;
  bool finished_ = false;
};

} // namespace orderd::cluster

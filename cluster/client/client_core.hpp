// One connection of the client library, without its socket: which requests go out when, and what their
// callers are told.
//
// *Operation*: `submit` requests at any time. When there is no connection and `connect_at()` has come,
// connect, then call `connected`, or `disconnected` with the reason. Give `receive` what arrives; a fault
// means that the connection is of no use: close it and call `disconnected` with its message and
// `retry_after_ms`. After every call, and at `wake_at()` after `advance`: send what `write` gives, and
// deliver `take_answers()`.
//
// Every submitted request gets exactly one answer, at its deadline at the latest. What cannot be answered by
// then, as answers come now (answer_pace.hpp), is refused at once as OVERLOADED, and is not sent. Requests
// that were under way when a connection broke go out again, first, on the next one. Who has several
// connections (client_router.hpp) moves requests between them: `take_moved` gives those that another node
// answers, `take_back` any others; both have their answer from elsewhere then, and only the server's credit
// is held until it replies.
//
// *Concurrency*: one thread at a time; no I/O, no clock.
//
// *Limitations*: requests that wait are bounded by their deadlines alone; their callers bound what they have
// under way.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/client/answer_pace.hpp"
#include "cluster/wire/frame.hpp"
#include "runtime/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// A fault as an answer to a caller.
std::shared_ptr<const v1::reply> fault_reply(const runtime::fault& why);

class client_core {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct options {
    std::chrono::milliseconds timeout{30'000}; ///< of a request that names none
    std::uint32_t window = 0;                  ///< most unanswered requests; 0: the server's credit window
    bool retry_refused = true;                 ///< send again what was overloaded or unavailable
    std::chrono::milliseconds patience{5'000}; ///< since UNAVAILABLE was said first; of what nobody began
    std::string version;                       ///< of this program, for HELLO
    bool is_operator = false;                  ///< says so in HELLO: places are kept for those
  };

  /// The answer to one request, with the names its caller gave.
  struct answer {
    std::uint64_t caller = 0;
    std::uint64_t tag = 0;
    std::shared_ptr<const v1::reply> what;
  };

  /// A request on its way to another connection.
  struct unanswered_request {
    std::uint64_t caller = 0;
    std::uint64_t tag = 0;
    std::shared_ptr<const v1::request> what;
    time_point deadline;
    bool sent = false; ///< to a server that may have begun it, so that what came of it is not known
    std::optional<time_point> give_up_at = {}; ///< its shard is known to take nothing: when patience ends
  };

  /// A request that the server does not answer because it does not lead the shard, or not any more.
  struct moved_request {
    unanswered_request request;
    std::shared_ptr<const v1::reply> said; ///< the fault: its shard, and who leads it if the server knows
  };

  /// What is known of the connection.
  struct state {
    bool connected = false; ///< HELLO has come
    std::uint32_t shards = 0;
    std::string server_version;
    std::string last_error; ///< why the last connection ended, or could not be made
    friend bool operator==(const state&, const state&) = default;
  };

  client_core(options chosen, time_point now);

  void submit(std::uint64_t caller, std::uint64_t tag, std::shared_ptr<const v1::request> what,
              time_point now);
  void submit(unanswered_request one, time_point now);
  /// When a request that comes now is to be answered.
  time_point deadline_of(const v1::request& what, time_point now) const;

  // -- the connection --------------------------------------------------------
  void connected(time_point now);
  runtime::result<void> receive(std::string_view bytes, time_point now);
  /// Connects again after a wait that grows until a connection brings replies, and not before `retry_after`.
  void disconnected(std::string why, time_point now, std::chrono::milliseconds retry_after = {});

  /// Appends frames with what may be sent now, until `out` has `bytes_max` or a little more.
  void write(std::string& out, std::size_t bytes_max, time_point now);

  // -- time and answers ------------------------------------------------------
  /// Answers what is past its deadline, and takes up what is to be sent again. A fault, as of `receive`: the
  /// server did not say HELLO in time.
  runtime::result<void> advance(time_point now);

  // -- requests to other connections -------------------------------------------
  std::vector<moved_request> take_moved() { return std::exchange(moved_, {}); }
  /// Every unanswered request that `which` wants, in the order in which they are to be sent.
  std::vector<unanswered_request> take_back(const std::function<bool(const v1::request&)>& which);

  /// Whether the server has said UNAVAILABLE since the last call: it may be another's shard by now.
  bool take_unavailable() noexcept { return std::exchange(unavailable_, false); }
  /// When patience ends with a request that nobody began and that is known now to have to wait.
  time_point patience_ends(time_point now) const { return now + options_.patience; }

  /// Answers everything that is unanswered, because the client ends.
  void stop();

  std::vector<answer> take_answers() { return std::exchange(answers_, {}); }

  /// When to connect; nothing while connecting or connected.
  std::optional<time_point> connect_at() const noexcept { return connect_at_; }
  /// The caller began to connect.
  void connecting() noexcept { connect_at_.reset(); }
  /// The server is known to be back: no wait before the next connection.
  void connect_soon(time_point now);

  /// When `advance` has something to do, `connect_at` aside; nothing: not before another call.
  std::optional<time_point> wake_at() const;

  const state& connection() const noexcept { return state_; }
  std::size_t unanswered() const noexcept { return deadlines_.size(); }
  /// Requests that the server has not answered, whatever their callers have.
  std::size_t in_flight() const noexcept { return in_flight_count_; }

private:
  struct entry;
  using entries = std::list<entry>;
  using schedule = std::multimap<time_point, entry*>;

  /// Where a request is: `pending_` to be sent, `in_flight_` sent, `waiting_` to be sent again later.
  enum class place : std::uint8_t { pending, in_flight, waiting };

  struct entry {
    std::uint64_t caller = 0;
    std::uint64_t tag = 0;
    std::shared_ptr<const v1::request> what;
    bool answered = false; ///< the caller has its answer; only the server's credit is still held
    place at = place::pending;
    std::uint32_t bytes = 0; ///< of its encoded form, once sent
    unsigned attempts = 0;
    bool unknown = false; ///< an earlier try may have been carried out
    std::optional<time_point> give_up_at;
    time_point sent_at;
    std::uint64_t wire_id = 0;
    entries::iterator self;
    schedule::iterator deadline; ///< while not answered
    schedule::iterator retry;    ///< while waiting
  };

  runtime::result<void> handle(const frame& what, time_point now);
  runtime::result<void> greet(const frame& what);
  runtime::result<void> take_replies(const frame& what, time_point now);
  void take_reply(std::shared_ptr<const v1::reply> what, time_point now);
  bool retry_later(entry& one, const v1::fault& why, time_point now);

  void write_frame_of_pending(std::string& out, std::size_t bytes_max, time_point now);
  bool has_credit(std::size_t bytes) const noexcept;
  void encode(std::string& out, entry& one, std::size_t bytes, std::uint32_t timeout_ms);
  entry*& slot(std::uint64_t wire_id) { return in_flight_by_id_[wire_id & (in_flight_by_id_.size() - 1)]; }

  void move(entry& one, place to);
  entries& entries_at(place where);
  void finish(entry& one, std::shared_ptr<const v1::reply> what);
  bool too_late(time_point deadline, std::size_t ahead, time_point now) const;
  void finish_with_fault(entry& one, runtime::fault_code code, std::string message);
  static bool may_take_effect(const entry& one) noexcept;
  void expire(entry& one);
  unanswered_request release(entry& one, bool begun);
  void forget_unless_sent(entry& one);
  void forget(entry& one);

  options options_;
  state state_;
  frame_reader reader_;
  v1::hello server_;                       ///< its limits; valid while connected
  bool greeting_ = false;                  ///< our HELLO is still to be written
  std::optional<time_point> hello_due_at_; ///< of the server, while it is awaited
  std::optional<time_point> connect_at_;
  std::chrono::milliseconds reconnect_pause_;

  entries pending_;
  entries in_flight_;
  entries waiting_;
  schedule deadlines_;
  schedule retries_;
  std::vector<entry*> in_flight_by_id_; ///< a power of two, so that a frame's ids are places in a row
  std::size_t in_flight_count_ = 0;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t next_wire_id_ = 1;
  answer_pace pace_;
  std::vector<answer> answers_;
  std::vector<moved_request> moved_;
  bool unavailable_ = false;
};

} // namespace orderd::cluster

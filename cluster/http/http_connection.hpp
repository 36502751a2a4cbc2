// One connection of the HTTP server: reading, answering, writing, and again.
//
// *Concurrency*: of the server's thread.
#pragma once

#include "cluster/http/http_server.hpp"
#include "cluster/http/http_stream.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace orderd::cluster {

class http_connection;

/// What all connections of a server share.
struct http_floor {
  using connections = std::list<std::shared_ptr<http_connection>>;

  http_limits limits;
  http_handler handler;
  std::shared_ptr<task_box> tasks;
  std::shared_ptr<http_metrics> metrics;
  std::thread::id thread = {};
  connections resting; ///< those that may go for a new one: who rests longest stands first
  connections busy;    ///< those with a request under way
  std::size_t bodies_bytes = 0;
  std::size_t responses_bytes = 0;
  std::string date = {}; ///< as in a Date header
  bool stopping = false; ///< no response is followed by another request
  std::function<void()> ended = {};
};

class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  using clock = std::chrono::steady_clock;

  http_connection(http_stream stream, http_floor& floor);

  /// Pre: it stands in `floor.resting` at `at`.
  void begin(http_floor::connections::iterator at);
  /// Answers what is under way, or what nobody asked: then the connection ends.
  void respond(http_response what);
  /// Ends it if its time is over.
  void look_at(clock::time_point now);
  /// Ends it at once: a reset, so that the kernel keeps nothing of it.
  void abandon();
  bool is_idle() const noexcept { return state_ == state::reading && !begun_; }

private:
  enum class state : std::uint8_t { reading, answering, writing, draining, closed };
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void read();
  void came(const boost::system::error_code& why, std::size_t bytes);
  void feed();
  bool head_came();
  void make_room();
  bool may_send_body();
  void handle();
  void refuse(unsigned status, const char* code, const char* sentence);
  void refuse(const boost::system::error_code& why);
  void write_head(const http_response& what);
  void wrote(const boost::system::error_code& why);
  void next();
  void drain();
  void close();
  void rest(bool rests);
  void wait_for(std::chrono::milliseconds limit) { ends_at_ = clock::now() + limit; }

  http_stream stream_;
  http_floor& floor_;
  http_floor::connections::iterator place_{};
  state state_ = state::reading;
  bool rests_ = true;           ///< where it stands
  bool begun_ = false;          ///< a byte of the request has come
  bool head_done_ = false;      ///< its header was looked at
  bool keep_alive_ = false;     ///< after the response
  bool is_head_ = false;        ///< the request is HEAD: no body is sent
  clock::time_point head_at_{}; ///< when its header was there
  clock::time_point ends_at_{};
  clock::time_point began_at_{}; ///< when the whole request was there
  std::optional<parser> parser_;
  std::string in_; ///< what came, from begin_ to end_
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t body_counted_ = 0; ///< of floor_.bodies_bytes
  std::size_t drained_ = 0;
  std::string head_;
  std::string body_;
};

} // namespace orderd::cluster

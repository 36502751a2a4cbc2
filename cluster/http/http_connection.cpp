#include "cluster/http/http_connection.hpp"

#include "cluster/http/problem.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace orderd::cluster {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

/// What a resting connection holds to read into: most requests.
constexpr std::size_t in_bytes_first = 4u << 10;
/// The same while a longer one comes.
constexpr std::size_t in_bytes_max = 32u << 10;
/// What is thrown away of a client that does not stop sending.
constexpr std::size_t drained_max = 4u << 20;

constexpr std::string_view security_headers = "X-Content-Type-Options: nosniff\r\n"
                                              "X-Frame-Options: DENY\r\n"
                                              "Content-Security-Policy: default-src 'self'; base-uri 'none'; "
                                              "form-action 'none'; frame-ancestors 'none'; "
                                              "object-src 'none'\r\n"
                                              "Referrer-Policy: no-referrer\r\n"
                                              "Cross-Origin-Resource-Policy: same-origin\r\n";

std::string text_of(boost::beast::string_view from) {
  return {from.data(), from.size()};
}

http_method method_of(http::verb verb) {
  switch (verb) {
  case http::verb::get:
  case http::verb::head:
    return http_method::get;
  case http::verb::post:
    return http_method::post;
  case http::verb::put:
    return http_method::put;
  default:
    return http_method::other;
  }
}

http_request request_of(http::request<http::string_body>& from) {
  return {.method = method_of(from.method()),
          .target = text_of(from.target()),
          .body = std::move(from.body()),
          .host = text_of(from[http::field::host]),
          .origin = text_of(from[http::field::origin]),
          .content_type = text_of(from[http::field::content_type]),
          .accept_encoding = text_of(from[http::field::accept_encoding]),
          .idempotency_key = text_of(from["Idempotency-Key"]),
          // Two of them are one that is invalid.
          .traceparent = from.count("traceparent") == 1 ? text_of(from["traceparent"]) : std::string{},
          .prefer = text_of(from["Prefer"]),
          .if_none_match = text_of(from[http::field::if_none_match])};
}

} // namespace

http_connection::http_connection(http_stream stream, http_floor& floor)
    : stream_(std::move(stream)), floor_(floor) {}

void http_connection::begin(http_floor::connections::iterator at) {
  place_ = at;
  boost::system::error_code ignored;
  stream_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  next();
}

// -- reading -------------------------------------------------------------------------------------

void http_connection::next() {
  state_ = state::reading;
  begun_ = false;
  head_done_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(floor_.limits.header_bytes_max));
  parser_->body_limit(floor_.limits.body_bytes_max);
  parser_->eager(true);
  wait_for(floor_.limits.idle_ms_max);
  if (begin_ != end_)
    return feed();
  begin_ = end_ = 0;
  if (in_.size() > in_bytes_first) {
    in_.resize(in_bytes_first);
    in_.shrink_to_fit();
  }
  read();
}

void http_connection::read() {
  if (begin_ == end_)
    begin_ = end_ = 0;
  if (in_.size() - end_ < in_bytes_first / 4) {
    in_.erase(0, begin_); // what was parsed
    end_ -= std::exchange(begin_, 0);
    in_.resize(std::clamp(2 * end_, in_bytes_first, in_bytes_max));
  }
  stream_.async_read_some(
      asio::buffer(in_.data() + end_, in_.size() - end_),
      [self = shared_from_this()](const auto& why, std::size_t bytes) { self->came(why, bytes); });
}

void http_connection::came(const boost::system::error_code& why, std::size_t bytes) {
  if (state_ == state::draining) {
    drained_ += bytes;
    begin_ = end_ = 0;
    return why || drained_ > drained_max ? close() : read();
  }
  if (state_ != state::reading) // its time was over
    return;
  if (why) // Nobody waits for an answer.
    return close();
  end_ += bytes;
  feed();
}

void http_connection::feed() {
  if (!begun_) {
    begun_ = true;
    wait_for(floor_.limits.header_ms_max);
  }
  while (begin_ != end_) {
    boost::system::error_code why;
    const auto taken = parser_->put(asio::const_buffer{in_.data() + begin_, end_ - begin_}, why);
    begin_ += taken;
    if (why && why != http::error::need_more)
      return refuse(why);
    if (parser_->is_header_done() && !head_done_ && !head_came())
      return;
    if (parser_->is_done())
      return handle();
    if (why || taken == 0)
      break;
  }
  if (end_ - begin_ >= in_bytes_max)
    return refuse(http::error::header_limit);
  read();
}

/// One whose body has not come in half a second gives up its room, and its connection.
void http_connection::make_room() {
  const auto slow = std::find_if(floor_.resting.begin(), floor_.resting.end(), [](const auto& each) {
    return each->body_counted_ > 0 && clock::now() - each->head_at_ > std::chrono::milliseconds{500};
  });
  if (slow == floor_.resting.end())
    return;
  floor_.metrics->refusals.at("evicted").Increment();
  const auto victim = *slow; // outlives its place in the list
  victim->abandon();
}

/// Whether the request goes on to be read.
bool http_connection::head_came() {
  head_done_ = true;
  head_at_ = clock::now();
  const auto& head = parser_->get();
  wait_for(floor_.limits.request_ms_max);
  if (head.version() == 11 ? head.count(http::field::host) != 1 : head.version() != 10) {
    refuse(400, "malformed", "the request has to be HTTP/1.1 with one header Host, or HTTP/1.0");
    return false;
  }
  // The parser takes any other coding for no body at all.
  if (head.count(http::field::transfer_encoding) != 0 && (!parser_->chunked() || head.version() != 11)) {
    refuse(400, "malformed", "the only Transfer-Encoding is chunked, of HTTP/1.1");
    return false;
  }
  if (const auto length = parser_->content_length(); length || parser_->chunked()) {
    const std::size_t comes = length ? *length : floor_.limits.body_bytes_max;
    if (comes > floor_.limits.small_body_bytes_max) {
      if (floor_.bodies_bytes + comes > floor_.limits.bodies_bytes_max)
        make_room();
      if (floor_.bodies_bytes + comes > floor_.limits.bodies_bytes_max) {
        refuse(503, "overloaded", "other long requests are being read: try again");
        return false;
      }
      body_counted_ = comes;
      floor_.bodies_bytes += comes;
    }
  }
  return parser_->is_done() || may_send_body();
}

/// A client that asks first is told to go on; false: reading goes on after that.
bool http_connection::may_send_body() {
  if (!boost::beast::iequals(parser_->get()[http::field::expect], "100-continue"))
    return true;
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(head_), [self = shared_from_this()](const auto& why, std::size_t) {
    if (self->state_ != state::reading)
      return;
    if (why)
      return self->close();
    return self->begin_ != self->end_ ? self->feed() : self->read();
  });
  return false;
}

void http_connection::refuse(const boost::system::error_code& why) {
  if (why == http::error::header_limit)
    return refuse(431, "header_too_large", "the header is longer than 16 KiB");
  if (why == http::error::body_limit)
    return refuse(413, "body_too_large", "the body is longer than 1 MiB");
  refuse(400, "malformed", "this is no request of HTTP/1.1");
}

void http_connection::refuse(unsigned status, const char* code, const char* sentence) {
  keep_alive_ = false;
  is_head_ = false;
  began_at_ = clock::now();
  auto out = cluster::respond(problem{
      .status = status, .code = code, .detail = sentence, .retry_after_ms = status == 503 ? 1'000u : 0u});
  out.refusal = code;
  rest(false);
  respond(std::move(out));
}

// -- answering -----------------------------------------------------------------------------------

void http_connection::handle() {
  // From here on it holds what came, not what might have come.
  const auto came = parser_->get().body().size();
  const auto keeps = came > floor_.limits.small_body_bytes_max ? std::min(came, body_counted_) : 0;
  floor_.bodies_bytes -= std::exchange(body_counted_, keeps) - keeps;
  state_ = state::answering;
  began_at_ = clock::now();
  ends_at_ = began_at_ + floor_.limits.answer_ms_max;
  rest(false);
  auto request = parser_->release();
  keep_alive_ = request.keep_alive();
  is_head_ = request.method() == http::verb::head;
  floor_.handler(request_of(request),
                 [weak = weak_from_this(), tasks = floor_.tasks, thread = floor_.thread](http_response what) {
                   if (std::this_thread::get_id() != thread)
                     return tasks->put([weak, what = std::move(what)]() mutable {
                       if (const auto self = weak.lock())
                         self->respond(std::move(what));
                     });
                   if (const auto self = weak.lock())
                     self->respond(std::move(what));
                 });
}

void http_connection::respond(http_response what) {
  if (state_ == state::closed || state_ == state::writing || state_ == state::draining)
    return;
  // Short ones always go, or an order that was placed would be told as refused; connections bound them.
  if (what.body.size() > floor_.limits.small_body_bytes_max
      && floor_.responses_bytes + what.body.size() > floor_.limits.responses_bytes_max) {
    const auto route = what.route;
    what = cluster::respond(problem{.status = 503,
                                    .code = "overloaded",
                                    .detail = "too many long responses are not read: try again",
                                    .retry_after_ms = 1'000});
    what.route = route;
    what.refusal = "overloaded";
  }
  state_ = state::writing;
  wait_for(floor_.limits.write_ms_max);
  floor_.bodies_bytes -= std::exchange(body_counted_, 0);
  keep_alive_ = keep_alive_ && !floor_.stopping;
  floor_.metrics->requests.at(what.route, std::to_string(what.status)).Increment();
  floor_.metrics->duration.observe(clock::now() - began_at_);
  if (!what.refusal.empty())
    floor_.metrics->refusals.at(what.refusal).Increment();
  write_head(what);
  body_ = std::move(what.body);
  floor_.responses_bytes += body_.size();
  const std::array<asio::const_buffer, 2> all{
      asio::buffer(head_), is_head_ ? asio::const_buffer{} : asio::const_buffer{body_.data(), body_.size()}};
  asio::async_write(stream_, all,
                    [self = shared_from_this()](const auto& why, std::size_t) { self->wrote(why); });
}

void http_connection::write_head(const http_response& what) {
  head_.clear();
  head_.append("HTTP/1.1 ").append(std::to_string(what.status)).append(" ");
  head_.append(status_title(what.status)).append("\r\nDate: ").append(floor_.date);
  if (what.status != 304) {
    head_.append("\r\nContent-Type: ").append(what.content_type);
    head_.append("\r\nContent-Length: ").append(std::to_string(what.body.size()));
  }
  head_.append("\r\n");
  bool cached = false;
  for (const auto& [name, value] : what.headers) {
    cached = cached || name == "Cache-Control";
    head_.append(name).append(": ").append(value).append("\r\n");
  }
  if (!cached)
    head_.append("Cache-Control: no-store\r\n");
  head_.append(security_headers);
  head_.append(keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

void http_connection::wrote(const boost::system::error_code& why) {
  if (state_ == state::closed)
    return;
  floor_.responses_bytes -= body_.size();
  body_ = {};
  if (why)
    return close();
  if (!keep_alive_)
    return drain();
  rest(true);
  next();
}

// -- the end -------------------------------------------------------------------------------------

void http_connection::drain() {
  boost::system::error_code why;
  stream_.shutdown(http_stream::shutdown_send, why);
  if (why)
    return close();
  state_ = state::draining;
  wait_for(floor_.limits.drain_ms_max);
  rest(true);
  begin_ = end_ = 0;
  read();
}

void http_connection::look_at(clock::time_point now) {
  if (now < ends_at_)
    return;
  if (state_ != state::reading || !begun_)
    return abandon();
  boost::system::error_code ignored;
  stream_.cancel(ignored);
  refuse(408, "timed_out", "the request did not end in time");
}

void http_connection::abandon() {
  boost::system::error_code ignored;
  stream_.set_option(asio::socket_base::linger{true, 0}, ignored);
  close();
}

void http_connection::close() {
  if (state_ == state::closed)
    return;
  const auto self = shared_from_this();
  boost::system::error_code ignored;
  stream_.close(ignored);
  floor_.bodies_bytes -= std::exchange(body_counted_, 0);
  if (state_ == state::writing)
    floor_.responses_bytes -= body_.size();
  rest(true);
  state_ = state::closed;
  floor_.resting.erase(place_);
  floor_.metrics->connections.Decrement();
  floor_.ended();
}

/// To the end of the list of those that rest, or of those that do not.
void http_connection::rest(bool rests) {
  auto& from = rests_ ? floor_.resting : floor_.busy;
  auto& to = rests ? floor_.resting : floor_.busy;
  to.splice(to.end(), from, place_);
  rests_ = rests;
}

} // namespace orderd::cluster

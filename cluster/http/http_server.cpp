#include "cluster/http/http_server.hpp"

#include "cluster/http/http_connection.hpp"
#include "cluster/wire/socket.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <ctime>
#include <iterator>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How often time limits are looked at.
constexpr std::chrono::milliseconds look_every{250};
/// Connections that the kernel keeps for us.
constexpr int backlog = 1'024;

using executor = asio::io_context::executor_type;
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

runtime::fault cannot_listen(const std::string& address, const error_code& why) {
  return {runtime::fault_code::unavailable,
          "cannot listen on " + address + " for HTTP (metrics, page and API): " + why.message()
              + "; choose another with --http HOST:PORT, or none with --http \"\""};
}

} // namespace

class http_server::loop {
public:
  loop(const http_limits& limits, std::shared_ptr<task_box> tasks, std::shared_ptr<http_metrics> metrics,
       http_handler handler)
      : acceptor_(context_), look_(context_), stop_(context_) {
    floor_.limits = limits;
    floor_.handler = std::move(handler);
    floor_.tasks = std::move(tasks);
    floor_.metrics = std::move(metrics);
    floor_.date = http_date();
    floor_.ended = [this] { look_for_end(); };
  }
  ~loop() { end(false); }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  error_code listen(const config::endpoint& at) {
    error_code why;
    const tcp::endpoint where{asio::ip::make_address(at.address, why), at.port};
    if (!why)
      acceptor_.open(where.protocol(), why);
    if (!why) // a port that this node had a moment ago is free
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, why);
    if (!why)
      acceptor_.bind(where, why);
    if (!why)
      acceptor_.listen(backlog, why);
    if (!why)
      port_ = acceptor_.local_endpoint(why).port();
    return why;
  }

  void run() {
    thread_ = std::thread{[this] {
      floor_.thread = std::this_thread::get_id();
      floor_.tasks->open([this] { asio::post(context_, [this] { run_tasks(); }); });
      accept();
      look_again();
      context_.run();
      floor_.tasks->close();
    }};
  }

  void end(bool wait) {
    if (!thread_.joinable())
      return;
    if (wait)
      asio::post(context_, [this] { begin_end(); });
    else
      context_.stop();
    thread_.join();
    floor_.ended = [] {};
    floor_.resting.clear();
    floor_.busy.clear();
    error_code ignored;
    acceptor_.close(ignored);
    floor_.metrics->connections.Set(0);
  }

  std::uint16_t port() const noexcept { return port_; }

private:
  void run_tasks() {
    for (auto& each : floor_.tasks->take())
      each();
  }

  void accept() {
    acceptor_.async_accept(context_.get_executor(), [this](const error_code& why, http_stream stream) {
      if (floor_.stopping)
        return;
      if (!why)
        take(std::move(stream));
      else if (why.value() != ECONNABORTED) {
        // No file is left. Who rests longest makes room; if nobody does, who waits on arrival stays there,
        // and would be asked at once again.
        if (floor_.resting.empty()) {
          accept_rests_ = true;
          return;
        }
        floor_.metrics->refusals.at("evicted").Increment();
        const auto victim = floor_.resting.front();
        victim->abandon();
      }
      accept();
    });
  }

  void take(http_stream stream) {
    floor_.resting.push_back(std::make_shared<http_connection>(std::move(stream), floor_));
    floor_.metrics->connections.Increment();
    const auto one = std::prev(floor_.resting.end());
    (*one)->begin(one);
    if (floor_.resting.size() + floor_.busy.size() <= floor_.limits.connections_max)
      return;
    // The one that rests longest: itself, when all others have a request under way.
    const auto victim = floor_.resting.empty() ? nullptr : floor_.resting.front();
    if (!victim)
      return;
    floor_.metrics->refusals.at(floor_.resting.size() == 1 ? "full" : "evicted").Increment();
    victim->abandon();
  }

  void look_again() {
    look_.expires_after(look_every);
    look_.async_wait([this](const error_code& why) {
      if (why)
        return;
      floor_.date = http_date();
      const auto now = http_connection::clock::now();
      std::vector<std::shared_ptr<http_connection>> all{floor_.resting.begin(), floor_.resting.end()};
      all.insert(all.end(), floor_.busy.begin(), floor_.busy.end());
      for (const auto& each : all)
        each->look_at(now);
      if (std::exchange(accept_rests_, false))
        accept();
      look_again();
    });
  }

  void begin_end() {
    floor_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    const std::vector<std::shared_ptr<http_connection>> all{floor_.resting.begin(), floor_.resting.end()};
    for (const auto& each : all)
      if (each->is_idle())
        each->abandon();
    stop_.expires_after(floor_.limits.stop_ms_max);
    stop_.async_wait([this](const error_code&) { context_.stop(); });
    look_for_end();
  }

  void look_for_end() {
    if (floor_.stopping && floor_.busy.empty() && floor_.resting.empty())
      context_.stop();
  }

  asio::io_context context_{1};
  asio::basic_socket_acceptor<tcp, executor> acceptor_;
  timer look_;
  timer stop_;
  http_floor floor_;
  bool accept_rests_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_; // last: it uses all of them
};

runtime::result<http_server> http_server::start(const std::string& address, const http_limits& limits,
                                                std::shared_ptr<task_box> tasks,
                                                std::shared_ptr<http_metrics> metrics, http_handler handler) {
  const auto at = parse_loopback_endpoint(address);
  if (!at)
    return at.error();
  auto made = std::make_unique<loop>(limits, std::move(tasks), std::move(metrics), std::move(handler));
  if (const auto why = made->listen(*at))
    return cannot_listen(address, why);
  made->run();
  return http_server{std::move(made)};
}

http_server::http_server(std::unique_ptr<loop> made) : loop_(std::move(made)) {}
http_server::http_server(http_server&&) noexcept = default;
http_server& http_server::operator=(http_server&&) noexcept = default;
http_server::~http_server() = default;

void http_server::stop() {
  loop_->end(true);
}

std::uint16_t http_server::port() const {
  return loop_->port();
}

} // namespace orderd::cluster

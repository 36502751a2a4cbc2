#include "cluster/node/metrics_endpoint.hpp"

#include "cluster/node/page_request.hpp"
#include "cluster/wire/socket.hpp"

#include <prometheus/text_serializer.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace orderd::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// How often time limits are looked at while nothing else happens.
constexpr milliseconds look_every{250};

/// Connections that the kernel keeps for us.
constexpr int backlog = 128;

struct visitor {
  socket connection;
  steady_clock::time_point ends_at; ///< of the reading, then of the writing
  std::string in = {};
  std::string out = {}; ///< empty while it is being read
  std::size_t written = 0;
};

/// Its end is a reset: the kernel does not keep what it did not read.
void abandon(const visitor& one) {
  const linger at_once{1, 0};
  ::setsockopt(one.connection.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// What a read or a write of a socket that does not block came to.
enum class step : std::uint8_t { waits, done, over };

} // namespace

class metrics_endpoint::server {
public:
  server(socket acceptor, const page_limits& limits, std::shared_ptr<prometheus::Collectable> source)
      : acceptor_(std::move(acceptor)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        limits_(limits), sources_{std::move(source)}, thread_([this] { run(); }) {}

  ~server() {
    ::eventfd_write(wake_.descriptor(), 1);
    thread_.join();
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  void add(std::shared_ptr<prometheus::Collectable> source) {
    const std::lock_guard lock{mutex_};
    sources_.push_back(std::move(source));
  }
  std::uint16_t port() const { return port_of(acceptor_); }

private:
  void run();
  void take_visitors();
  bool serve(visitor& one);
  step read(visitor& one);
  step write(visitor& one);
  std::string page();

  socket acceptor_;
  socket wake_;
  page_limits limits_;
  std::deque<visitor> visitors_;                    ///< of its thread; who came first stands first
  steady_clock::time_point acceptor_rests_until_{}; ///< likewise
  std::mutex mutex_;
  std::vector<std::shared_ptr<prometheus::Collectable>> sources_; ///< by `mutex_`
  std::thread thread_;                                            // last: it uses all of them
};

void metrics_endpoint::server::run() {
  std::vector<pollfd> waited;
  while (true) {
    const bool rests = steady_clock::now() < acceptor_rests_until_;
    waited.assign({{wake_.descriptor(), POLLIN, 0}, {rests ? -1 : acceptor_.descriptor(), POLLIN, 0}});
    for (const auto& one : visitors_)
      waited.push_back(
          {one.connection.descriptor(), static_cast<short>(one.out.empty() ? POLLIN : POLLOUT), 0});
    ::poll(waited.data(), waited.size(), static_cast<int>(look_every.count()));
    if (waited[0].revents != 0)
      return;
    const auto now = steady_clock::now();
    std::deque<visitor> kept;
    for (std::size_t i = 0; i < visitors_.size(); ++i) {
      auto& one = visitors_[i];
      if (now >= one.ends_at)
        abandon(one);
      else if (waited[i + 2].revents == 0 || serve(one))
        kept.push_back(std::move(one));
    }
    visitors_ = std::move(kept);
    if (waited[1].revents != 0)
      take_visitors();
  }
}

void metrics_endpoint::server::take_visitors() {
  // No more at once than there are places: those that just came are to be read before they have to go.
  for (std::size_t taken = 0; taken < limits_.connections_max; ++taken) {
    socket one{::accept4(acceptor_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (one.descriptor() < 0) {
      // Who waits on arrival stays there while the process has no file left: it would be asked at once
      // again.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        acceptor_rests_until_ = steady_clock::now() + look_every;
      break;
    }
    visitors_.push_back({std::move(one), steady_clock::now() + limits_.read_ms_max});
  }
  while (visitors_.size() > limits_.connections_max) {
    abandon(visitors_.front());
    visitors_.pop_front();
  }
}

/// Whether the visitor stays.
bool metrics_endpoint::server::serve(visitor& one) {
  if (one.out.empty()) {
    const auto came = read(one);
    if (came != step::done)
      return came == step::waits;
  }
  return write(one) == step::waits;
}

step metrics_endpoint::server::read(visitor& one) {
  char bytes[2048];
  const auto got = ::recv(one.connection.descriptor(), bytes, sizeof bytes, 0);
  if (got <= 0)
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? step::waits : step::over;
  one.in.append(bytes, static_cast<std::size_t>(got));
  const auto asked = judge_page_request(one.in);
  if (asked == page_request::unfinished)
    return step::waits;
  const bool wanted = asked == page_request::page || asked == page_request::page_head;
  one.out = page_response(asked, wanted ? page() : std::string{});
  one.ends_at = steady_clock::now() + limits_.write_ms_max;
  return step::done;
}

step metrics_endpoint::server::write(visitor& one) {
  const auto sent = ::send(one.connection.descriptor(), one.out.data() + one.written,
                           one.out.size() - one.written, MSG_NOSIGNAL);
  if (sent < 0)
    return errno == EAGAIN || errno == EINTR ? step::waits : step::over;
  one.written += static_cast<std::size_t>(sent);
  return one.written == one.out.size() ? step::over : step::waits;
}

std::string metrics_endpoint::server::page() {
  std::vector<prometheus::MetricFamily> all;
  const std::lock_guard lock{mutex_};
  for (const auto& source : sources_) {
    auto of_one = source->Collect();
    std::move(of_one.begin(), of_one.end(), std::back_inserter(all));
  }
  return prometheus::TextSerializer{}.prometheus::Serializer::Serialize(all);
}

// -- the endpoint --------------------------------------------------------------------------------

metrics_endpoint::metrics_endpoint() = default;
metrics_endpoint::metrics_endpoint(metrics_endpoint&&) noexcept = default;
metrics_endpoint& metrics_endpoint::operator=(metrics_endpoint&&) noexcept = default;
metrics_endpoint::~metrics_endpoint() = default;

namespace {

runtime::fault cannot_listen(const std::string& address, int error) {
  return {runtime::fault_code::unavailable,
          "cannot listen on " + address + " for metrics: " + std::generic_category().message(error)
              + "; choose another with --metrics HOST:PORT, or none with --metrics \"\""};
}

} // namespace

runtime::result<metrics_endpoint> metrics_endpoint::start(const std::string& address,
                                                          std::shared_ptr<prometheus::Collectable> source,
                                                          const page_limits& limits) {
  metrics_endpoint made;
  if (address.empty())
    return made;
  auto at = parse_loopback_endpoint(address);
  if (!at)
    return at.error();
  const auto to = native(*at);
  socket acceptor{::socket(to.content.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (acceptor.descriptor() < 0)
    return cannot_listen(address, errno);
  const int on = 1; // a port that this node had a moment ago is free
  ::setsockopt(acceptor.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(acceptor.descriptor(), reinterpret_cast<const sockaddr*>(&to.content), to.size) != 0
      || ::listen(acceptor.descriptor(), backlog) != 0)
    return cannot_listen(address, errno);
  made.server_ = std::make_unique<server>(std::move(acceptor), limits, std::move(source));
  return made;
}

void metrics_endpoint::add(std::shared_ptr<prometheus::Collectable> source) {
  if (server_)
    server_->add(std::move(source));
}

std::uint16_t metrics_endpoint::port() const {
  return server_ ? server_->port() : 0;
}

} // namespace orderd::cluster

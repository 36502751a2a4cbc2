#include "cluster/peers/heartbeats.hpp"

#include "cluster/peers/heartbeat_form.hpp"
#include "runtime/base/short_slices.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace orderd::cluster {

using runtime::result;
using std::chrono::milliseconds;

namespace {

/// Datagrams that are taken before the next heartbeats are sent, so that a flood of them cannot keep these
/// back.
constexpr int datagrams_per_turn = 256;

} // namespace

result<std::unique_ptr<heartbeats>> heartbeats::open(const heartbeats_options& options,
                                                     std::optional<socket> bound) {
  if (!bound) {
    const auto at = parse_loopback_endpoint(options.address);
    if (!at)
      return at.error();
    auto made = bind_datagrams(*at);
    if (!made)
      return made.error();
    bound.emplace(std::move(*made));
  }
  socket stop{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (stop.descriptor() < 0)
    return runtime::fault{runtime::fault_code::unavailable, "no descriptor is left for the heartbeats"};
  const auto port = port_of(*bound);
  return std::unique_ptr<heartbeats>{new heartbeats{options, std::move(*bound), std::move(stop), port}};
}

heartbeats::heartbeats(const heartbeats_options& options, socket bound, socket stop, std::uint16_t port)
    : board_(options.board), known_(options.known), seed_(heartbeat_seed(options.cluster_id)),
      sent_(options.metrics.heartbeats.at("sent")), heard_(options.metrics.heartbeats.at("heard")),
      ignored_(options.metrics.heartbeats.at("ignored")), bound_(std::move(bound)), stop_(std::move(stop)),
      port_(port), thread_([this] { run(); }) {}

heartbeats::~heartbeats() {
  const std::uint64_t now = 1;
  runtime::require(::write(stop_.descriptor(), &now, sizeof now) == sizeof now, "an eventfd that is full");
  thread_.join();
}

void heartbeats::set_peers(std::vector<endpoint> peers) {
  std::vector<native_address> found;
  found.reserve(peers.size());
  std::transform(peers.begin(), peers.end(), std::back_inserter(found), native);
  const std::lock_guard lock{mutex_};
  peers_ = std::move(found);
}

void heartbeats::run() {
  runtime::request_short_slices();
  auto next_at = time_now();
  for (;;) {
    const auto now = time_now();
    if (now >= next_at) {
      send_all(now);
      next_at = now + board_.timing().heartbeat;
    }
    const auto wait = std::chrono::ceil<milliseconds>(next_at - time_now());
    pollfd waited[] = {{bound_.descriptor(), POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}};
    ::poll(waited, std::size(waited), static_cast<int>(std::max(wait.count(), milliseconds::rep{0})));
    if (waited[1].revents != 0)
      return;
    if (waited[0].revents != 0)
      receive_all();
  }
}

void heartbeats::send_all(steady_time now) {
  const auto what = board_.next(now);
  const std::lock_guard lock{mutex_};
  for (const auto& peer : peers_)
    send(what, peer);
}

void heartbeats::receive_all() {
  char bytes[2'048]; // above heartbeat_bytes_max: a longer datagram is cut, and refused for its size
  for (int i = 0; i < datagrams_per_turn; ++i) {
    native_address from;
    from.size = sizeof from.content;
    const auto count = ::recvfrom(bound_.descriptor(), bytes, sizeof bytes, MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&from.content), &from.size);
    if (count < 0)
      return; // nothing is left, or a peer's port is closed
    answer({bytes, static_cast<std::size_t>(count)}, from);
  }
}

void heartbeats::answer(std::string_view datagram, const native_address& from) {
  const auto heard = decode_heartbeat(datagram, seed_);
  if (!heard)
    return ignored_.Increment();
  if (!known_.check(heard->from))
    return ignored_.Increment();
  heard_.Increment();
  if (const auto acknowledgement = board_.take(*heard, time_now()))
    send(*acknowledgement, from);
}

void heartbeats::send(const heartbeat& what, const native_address& to) {
  const auto bytes = encode_heartbeat(what, seed_);
  const auto* raw = reinterpret_cast<const sockaddr*>(&to.content);
  if (::sendto(bound_.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT, raw, to.size) >= 0)
    sent_.Increment();
}

} // namespace orderd::cluster

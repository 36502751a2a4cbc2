// How peers_actor.hpp takes what other nodes send.
#include "cluster/peers_links.hpp"
#include "runtime/log.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace orderd::cluster {

using caf::io::connection_handle;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace log = runtime::log;

namespace {

/// What one read of a connection takes at most, once the other node is known.
constexpr std::size_t read_bytes_max = 64u << 10;

/// A read that was asked for and brought nothing is asked for once more after this.
constexpr milliseconds ask_again_after{200};

} // namespace

// A connection is read by tokens, one for each read: when no new one is given CAF stops reading at once, and
// not only after some more reads.

void peers_actor::welcome(connection_handle socket) {
  if (incoming_.size() >= limits::peer_connections_max)
    return cut(socket);
  incoming_.try_emplace(socket, own_, shards_, steady_clock::now());
  configure_read(socket, caf::io::receive_policy::at_most(limits::unintroduced_bytes_max));
  trigger(socket, 1);
}

void peers_actor::read_messages(connection_handle socket, incoming_link& from, std::string_view bytes) {
  const auto now = steady_clock::now();
  from.asked_at.reset();
  from.talk.receive(bytes, now, [&](std::uint32_t shard, std::string_view payload) {
    deliver(from.talk.other()->node, shard, payload);
  });
  if (!from.wide_open && from.talk.other())
    introduced(socket, from);
  if (!say_output(socket, from, now))
    return;
  from.paused = untaken(from) > untaken_bytes_max_;
  if (!from.paused)
    trigger(socket, 1);
}

void peers_actor::deliver(std::uint32_t node, std::uint32_t shard, std::string_view payload) {
  const auto label = std::to_string(node);
  numbers_.messages.at("in", label).Increment();
  numbers_.bytes.at("in", label).Increment(static_cast<double>(payload.size()));
  untaken_[node] += payload.size();
  send(seats_[shard], peer_received{node, std::make_shared<const std::string>(payload)});
}

/// A node has one connection to this one: an older one is a rest, and nothing that it still brings may come
/// after what the new one brings.
void peers_actor::introduced(connection_handle socket, incoming_link& from) {
  from.wide_open = true;
  configure_read(socket, caf::io::receive_policy::at_most(read_bytes_max));
  const auto node = from.talk.other()->node;
  std::vector<connection_handle> older;
  for (const auto& [other, one] : incoming_)
    if (other != socket && one.talk.other() && one.talk.other()->node == node)
      older.push_back(other);
  for (const auto& each : older) {
    incoming_.erase(each);
    cut(each);
  }
}

/// False: nothing more is read of that connection.
bool peers_actor::say_output(connection_handle socket, incoming_link& to, steady_time now) {
  const auto bytes = to.talk.take_output();
  if (!bytes.empty()) {
    caf::io::abstract_broker::write(socket, bytes.size(), bytes.data());
    flush(socket);
  }
  if (!to.talk.finished())
    return true;
  if (!to.ended_at) {
    to.ended_at = now;
    log::warn("peers", "connection_refused", {}, to.talk.reason().message);
    trigger(socket, 1); // so that it is seen when the other side closes
  }
  return false;
}

bool peers_actor::check(connection_handle socket, incoming_link& one, steady_time now) {
  if (one.ended_at && now - *one.ended_at > milliseconds{limits::refused_ms_max})
    return false;
  one.talk.check_time(now, !one.paused);
  if (!say_output(socket, one, now))
    return true;
  if (one.paused && untaken(one) <= untaken_bytes_max_) {
    one.paused = false;
    one.asked_at = now;
    trigger(socket, 1);
  } else if (one.asked_at && now - *one.asked_at > ask_again_after) {
    // CAF forgets to read on when it is asked in the same round of its loop in which it was to stop.
    one.asked_at.reset();
    trigger(socket, 1);
  }
  return true;
}

void peers_actor::taken(const peer_taken& what) {
  auto& left = untaken_[what.node];
  left -= std::min(left, what.bytes);
}

std::size_t peers_actor::untaken(const incoming_link& from) const {
  if (!from.talk.other())
    return 0;
  const auto found = untaken_.find(from.talk.other()->node);
  return found == untaken_.end() ? 0 : found->second;
}

} // namespace orderd::cluster

// How peers_actor.hpp takes what other nodes send.
#include "cluster/peers/peers_links.hpp"
#include "runtime/base/log.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

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

/// How long a connection may say nothing until the kernel asks whether the other end is there, and between
/// its questions, in seconds; and how many may have no answer.
constexpr int idle_s = 1;
constexpr int questions = 2;

/// A connection whose other end is gone without a word is closed by the kernel three seconds later at most.
void ask_when_idle(int descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &idle_s, sizeof idle_s);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &questions, sizeof questions);
}

} // namespace

// A connection is read by tokens, one for each read: when no new one is given CAF stops reading at once, and
// not only after some more reads.

void peers_actor::welcome(connection_handle socket) {
  ask_when_idle(static_cast<int>(socket.id()));
  const auto number = ++accepted_;
  incoming_.try_emplace(socket, own_, known_, shards_, number, steady_clock::now(), timeouts_);
  sockets_.emplace(number, socket);
  configure_read(socket, caf::io::receive_policy::at_most(limits::unintroduced_bytes_max));
  if (const auto goes = table_.arrive(number, remote_addr(socket)))
    refuse(incoming_.at(sockets_.at(*goes)), "no_hello_place",
           "too many connections have not said PEER_HELLO, and this one came first");
  trigger(socket, 1);
  cut_overdue();
}

void peers_actor::read_messages(connection_handle socket, incoming_link& from, std::string_view bytes) {
  const auto now = steady_clock::now();
  from.asked_at.reset();
  bool early = false;
  from.talk.receive(bytes, now, [&](std::uint32_t shard, std::string_view payload) {
    if (!from.wide_open)
      introduced(socket, from);
    early = early || !from.stands();
    if (!early)
      deliver(from.talk.other()->node, shard, payload);
  });
  if (!from.wide_open && from.talk.other())
    introduced(socket, from);
  if (early)
    from.talk.fail({runtime::fault_code::malformed, "a message before the answer to PEER_HELLO"});
  const bool goes_on = say_output(socket, from, now);
  cut_overdue();
  if (!goes_on || from.waits)
    return;
  from.paused = too_much_untaken(from);
  if (!from.paused)
    trigger(socket, 1);
}

void peers_actor::deliver(std::uint32_t node, std::uint32_t shard, std::string_view payload) {
  const auto label = std::to_string(node);
  metrics_.messages.at("in", label).Increment();
  metrics_.bytes.at("in", label).Increment(static_cast<double>(payload.size()));
  untaken_[node] += payload.size();
  untaken_total_ += payload.size();
  send(hosts_[shard], peer_received{node, std::make_shared<const std::string>(payload)});
}

/// A node has one connection to this one: nothing that an older one still brings may come after what the new
/// one brings, and an older one that lives is not cut because somebody says the node's number.
void peers_actor::introduced(connection_handle socket, incoming_link& from) {
  from.wide_open = true;
  configure_read(socket, caf::io::receive_policy::at_most(read_bytes_max));
  const auto nobody_is_idle = [](connection_table::number) { return false; };
  if (table_.introduce(from.number, false, nobody_is_idle).what != connection_table::verdict::taken)
    return refuse(from, "full",
                  "this node has " + std::to_string(limits::peer_connections_max) + " connections of others");
  std::size_t waiting = 0;
  for (const auto& [other, one] : incoming_) {
    if (other == socket || !one.talk.other() || one.talk.other()->node != from.talk.other()->node)
      continue;
    from.waits = from.waits || one.stands();
    waiting += one.waits ? 1 : 0;
  }
  if (from.waits && waiting >= limits::peer_connections_waiting_max)
    from.talk.fail({runtime::fault_code::overloaded, "node " + std::to_string(from.talk.other()->node)
                                                         + " has a connection already, and others wait"});
}

/// The oldest that waits, once no other of that node stands.
void peers_actor::let_next_stand(std::uint32_t node) {
  std::pair<connection_handle, incoming_link*> next{};
  for (auto& [socket, one] : incoming_) {
    if (!one.talk.other() || one.talk.other()->node != node || one.talk.finished())
      continue;
    if (!one.waits)
      return;
    if (!next.second || one.number < next.second->number)
      next = {socket, &one};
  }
  if (!next.second)
    return;
  next.second->waits = false;
  next.second->asked_at = steady_clock::now();
  trigger(next.first, 1);
}

/// The connection is closed, or is about to be.
void peers_actor::end(connection_handle socket) {
  const auto found = incoming_.find(socket);
  if (found == incoming_.end())
    return;
  const auto who = found->second.talk.other();
  table_.leave(found->second.number);
  sockets_.erase(found->second.number);
  incoming_.erase(found);
  if (who)
    let_next_stand(who->node);
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
    part(to, now);
    trigger(socket, 1); // so that it is seen when the other side closes
    if (to.talk.other())
      let_next_stand(to.talk.other()->node);
  }
  return false;
}

/// Ends a connection for want of a place.
void peers_actor::refuse(incoming_link& one, const char* reason, const std::string& sentence) {
  metrics_.refusals.at(reason).Increment();
  one.talk.fail({runtime::fault_code::overloaded, sentence});
  say_output(sockets_.at(one.number), one, steady_clock::now());
}

/// It is being told why it ends, and has a moment to read that.
void peers_actor::part(incoming_link& one, steady_time now) {
  one.ended_at = now;
  const auto& why = one.talk.reason();
  const auto node = one.talk.other() ? one.talk.other()->node : 0;
  if (const auto unsaid = refusals_.may_say({node, why.code}, now))
    log::warn("peers", "connection_refused", {{"node", node}, {"unsaid", *unsaid}}, why.message);
  if (const auto cut_now = table_.part(one.number))
    overdue_.push_back(sockets_.at(*cut_now));
}

void peers_actor::cut_overdue() {
  for (const auto& socket : std::exchange(overdue_, {})) {
    if (!incoming_.contains(socket))
      continue; // twice in the list
    end(socket);
    cut(socket);
  }
}

bool peers_actor::check(connection_handle socket, incoming_link& one, steady_time now) {
  if (one.ended_at && now - *one.ended_at > timeouts_.parting)
    return false;
  one.talk.check_known();
  one.talk.check_time(now, !one.paused && !one.waits);
  if (!say_output(socket, one, now))
    return true;
  if (one.paused && !too_much_untaken(one)) {
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
  const auto found = untaken_.find(what.node);
  if (found == untaken_.end())
    return;
  const auto bytes = std::min(found->second, what.bytes);
  untaken_total_ -= bytes;
  found->second -= bytes;
  if (found->second == 0)
    untaken_.erase(found);
}

bool peers_actor::too_much_untaken(const incoming_link& from) const {
  if (!from.talk.other())
    return false;
  const auto found = untaken_.find(from.talk.other()->node);
  return found != untaken_.end()
         && (found->second > untaken_bytes_max_ || untaken_total_ > untaken_total_max_);
}

} // namespace orderd::cluster

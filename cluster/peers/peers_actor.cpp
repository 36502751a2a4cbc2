#include "cluster/peers/peers_actor.hpp"

#include "cluster/peers/peers_links.hpp"
#include "cluster/wire/connector.hpp"
#include "cluster/wire/socket.hpp"
#include "runtime/base/log.hpp"

#include <caf/io/network/multiplexer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace orderd::cluster {

using caf::io::connection_handle;
using runtime::fault;
using runtime::fault_code;
using runtime::result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace log = runtime::log;

namespace {

/// How often links are tried again and time limits are looked at: the shortest pause before a new try.
constexpr milliseconds tick_interval = reconnect_pause::pauses.first;

} // namespace

caf::behavior peers_actor::make_behavior() {
  delayed_send(this, tick_interval, caf::tick_atom_v);
  return {
      [this](const peer_send& what) { send_message(what); },
      [this](const peer_taken& what) { taken(what); },
      [this](const peers_know& what) { serve(what); },
      [this](const peer_endpoints& what) { know(what); },
      [this](const connect_done& what) { connected(what); },
      [this](const caf::io::new_connection_msg& what) { welcome(what.handle); },
      [this](const caf::io::new_data_msg& what) { read(what); },
      [this](const caf::io::data_transferred_msg& what) { sent(what); },
      [this](const caf::io::connection_closed_msg& what) { closed(what.handle); },
      [](const caf::io::connection_passivated_msg&) {}, // `read_messages` wanted it so
      [this](const caf::io::acceptor_closed_msg&) { quit(caf::exit_reason::unreachable); },
      [this](caf::tick_atom) { tick(); },
  };
}

void peers_actor::on_exit() {
  for (const auto& [node, link] : outgoing_)
    send_exit(link.connector, caf::exit_reason::user_shutdown);
  for (const auto& [socket, node] : nodes_of_sockets_)
    cut(socket);
  for (const auto& [socket, one] : incoming_)
    cut(socket);
  outgoing_.clear();
  hosts_.clear(); // replica hosts that nobody else holds can end now
}

void peers_actor::serve(const peers_know& what) {
  runtime::require(what.hosts.size() == shards_, "the peers need the replica host of every shard");
  hosts_ = what.hosts;
  if (acceptor_)
    add_doorman(std::exchange(acceptor_, nullptr));
}

void peers_actor::read(const caf::io::new_data_msg& what) {
  const std::string_view bytes{reinterpret_cast<const char*>(what.buf.data()), what.buf.size()};
  if (const auto known = nodes_of_sockets_.find(what.handle); known != nodes_of_sockets_.end())
    return read_answer(known->second, bytes);
  if (const auto known = incoming_.find(what.handle); known != incoming_.end())
    read_messages(what.handle, known->second, bytes);
}

void peers_actor::closed(connection_handle socket) {
  end(socket);
  const auto known = nodes_of_sockets_.find(socket);
  if (known == nodes_of_sockets_.end())
    return;
  auto& link = outgoing_.at(known->second);
  link.socket = {};
  lose(known->second, link, "the other node closed the connection");
}

void peers_actor::tick() {
  delayed_send(this, tick_interval, caf::tick_atom_v);
  const auto now = steady_clock::now();
  for (auto& [node, link] : outgoing_) {
    connect_if_due(node, link, now);
    if (link.talk)
      link.talk->check_time(now, true);
    if (link.talk && link.talk->finished())
      lose(node, link, link.talk->reason().message);
  }
  for (auto& [socket, one] : incoming_)
    if (!check(socket, one, now))
      overdue_.push_back(socket);
  cut_overdue();
  publish_metrics();
}

void peers_actor::publish_metrics() {
  std::size_t unsent = 0;
  for (const auto& [node, link] : outgoing_)
    unsent += link.unsent;
  metrics_.in_flight.at("sending").Set(static_cast<double>(unsent));
  metrics_.in_flight_max.at("sending").Set(static_cast<double>(unsent_bytes_max_ * outgoing_.size()));
  metrics_.in_flight.at("received").Set(static_cast<double>(untaken_total_));
  metrics_.in_flight_max.at("received").Set(static_cast<double>(untaken_total_max_));
}

// -- sending -------------------------------------------------------------------------------------

void peers_actor::know(const peer_endpoints& what) {
  std::vector<std::uint32_t> gone;
  for (const auto& [node, link] : outgoing_)
    if (const auto found = what.nodes.find(node); found == what.nodes.end() || found->second != link.endpoint)
      gone.push_back(node);
  for (const auto node : gone)
    forget(node);
  for (const auto& [node, endpoint] : what.nodes) {
    if (node == own_.self.node || outgoing_.contains(node))
      continue;
    auto& made = outgoing_[node];
    made.endpoint = endpoint;
    made.connector = system().spawn<caf::detached>(connector, timeouts_.connect);
    connect_if_due(node, made, steady_clock::now());
  }
}

void peers_actor::forget(std::uint32_t node) {
  auto& link = outgoing_.at(node);
  lose(node, link, "its endpoint changed");
  send_exit(link.connector, caf::exit_reason::user_shutdown);
  outgoing_.erase(node);
}

void peers_actor::send_message(const peer_send& what) {
  const auto found = outgoing_.find(what.node);
  if (found == outgoing_.end() || !found->second.up)
    return drop_message(what.node, "no_link");
  if (what.bytes->size() > limits::peer_frame_bytes_max)
    return drop_message(what.node, "too_large");
  auto& link = found->second;
  if (link.unsent + what.bytes->size() > unsent_bytes_max_)
    return drop_message(what.node, "full");
  std::string header;
  write_header(header,
               {static_cast<std::uint32_t>(what.bytes->size()), frame_type::peer_message, what.shard});
  write(link, header);
  write(link, *what.bytes);
  flush(link.socket);
  const auto label = std::to_string(what.node);
  metrics_.messages.at("out", label).Increment();
  metrics_.bytes.at("out", label).Increment(static_cast<double>(what.bytes->size()));
}

void peers_actor::drop_message(std::uint32_t node, const char* reason) {
  if (outgoing_.contains(node)) // Else it is no node, or one that left.
    metrics_.drops.at(std::to_string(node), reason).Increment();
}

void peers_actor::connect_if_due(std::uint32_t node, outgoing_link& link, steady_time now) {
  if (hosts_.empty() || link.connecting || link.talk || !link.pause.due(now))
    return;
  log::debug("peers", "connecting", {{"node", node}, {"endpoint", link.endpoint}});
  link.connecting = true;
  send(link.connector, connect_to{node, link.endpoint});
}

void peers_actor::connected(const connect_done& what) {
  const auto found = std::find_if(outgoing_.begin(), outgoing_.end(),
                                  [&](const auto& one) { return one.second.connector == current_sender(); });
  if (found == outgoing_.end())
    return; // forgotten meanwhile; the socket closes itself
  auto& [node, link] = *found;
  link.connecting = false;
  if (!what.connected)
    return lose(node, link, what.error);
  link.socket = add_scribe(what.connected->release());
  nodes_of_sockets_.emplace(link.socket, node);
  configure_read(link.socket, caf::io::receive_policy::at_most(limits::unintroduced_bytes_max));
  ack_writes(link.socket, true);
  link.talk.emplace(own_, known_, shards_, node, steady_clock::now(), timeouts_);
  write(link, link.talk->take_output());
  flush(link.socket);
}

void peers_actor::read_answer(std::uint32_t node, std::string_view bytes) {
  auto& link = outgoing_.at(node);
  link.talk->receive(bytes, steady_clock::now(), [](std::uint32_t, std::string_view) {});
  if (link.talk->finished())
    return lose(node, link, link.talk->reason().message);
  if (link.up || !link.talk->other())
    return;
  link.up = true;
  link.pause.succeeded();
  metrics_.link_up.at(node).Set(1);
  if (const auto unsaid = link_changes_.may_say({node, true}, steady_clock::now()))
    log::info("peers", "link_up", {{"node", node}, {"unsaid", *unsaid}});
  send_to_replicas(link_up{node});
}

/// Ends what there is of a connection; a new one is made after the pause.
void peers_actor::lose(std::uint32_t node, outgoing_link& link, const std::string& why) {
  if (link.socket != caf::io::invalid_connection_handle) {
    nodes_of_sockets_.erase(link.socket);
    cut(link.socket);
  }
  std::erase_if(nodes_of_sockets_, [node = node](const auto& one) { return one.second == node; });
  link.socket = {};
  link.talk.reset();
  link.unsent = 0;
  link.pause.failed(steady_clock::now());
  if (!std::exchange(link.up, false)) {
    log::debug("peers", "no_link", {{"node", node}}, why);
    return;
  }
  metrics_.link_up.at(node).Set(0);
  if (const auto unsaid = link_changes_.may_say({node, false}, steady_clock::now()))
    log::warn("peers", "link_down", {{"node", node}, {"unsaid", *unsaid}}, why);
  send_to_replicas(link_down{node});
}

void peers_actor::write(outgoing_link& link, std::string_view bytes) {
  const auto* first = reinterpret_cast<const caf::byte*>(bytes.data());
  auto& unsent = wr_buf(link.socket);
  unsent.insert(unsent.end(), first, first + bytes.size());
  link.unsent += bytes.size();
}

void peers_actor::sent(const caf::io::data_transferred_msg& what) {
  if (const auto known = nodes_of_sockets_.find(what.handle); known != nodes_of_sockets_.end())
    outgoing_.at(known->second).unsent = what.remaining;
}

result<caf::io::doorman_ptr> listen_for_peers(caf::actor_system& system, const std::string& address) {
  auto at = parse_loopback_endpoint(address);
  if (!at)
    return at.error();
  auto acceptor = system.middleman().backend().new_tcp_doorman(at->port, at->address.c_str(), true);
  if (!acceptor)
    return fault{fault_code::unavailable,
                 "cannot listen on " + address
                     + ": the port is in use or not allowed; choose another with --peer-listen HOST:PORT"};
  return std::move(*acceptor);
}

result<peers_handle> spawn_peers(caf::actor_system& system, peers_options options,
                                 caf::io::doorman_ptr acceptor) {
  if (!acceptor) {
    auto bound = listen_for_peers(system, options.address);
    if (!bound)
      return bound.error();
    acceptor = *std::move(bound);
  }
  const auto port = acceptor->port();
  caf::actor_config config{&system.middleman().backend()};
  auto made = system.spawn_class<peers_actor, caf::no_spawn_options>(config, options, std::move(acceptor));
  return peers_handle{std::move(made), port};
}

} // namespace orderd::cluster

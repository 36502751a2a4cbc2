// The actor of peers_actor.hpp: its class, for the two files that it is written in. peers_actor.cpp sends,
// peers_receiving.cpp receives.
#pragma once

#include "cluster/peers/messages.hpp"
#include "cluster/peers/peers_actor.hpp"
#include "cluster/wire/connection_table.hpp"
#include "cluster/wire/connector.hpp"
#include "cluster/wire/reconnect_pause.hpp"
#include "cluster/wire/tidy_broker.hpp"
#include "runtime/base/log_pace.hpp"

#include <caf/io/middleman.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

/// The connection by which this node sends to another.
struct outgoing_link {
  std::string endpoint;
  caf::actor connector;
  caf::io::connection_handle socket; ///< invalid: none
  std::optional<peer_talk> talk;
  reconnect_pause pause;
  bool connecting = false;
  bool up = false;
  std::size_t unsent = 0; ///< bytes
};

/// A connection by which another node sends to this one.
struct incoming_link {
  incoming_link(const peer_identity& own, const known_nodes& known, std::uint32_t shards,
                connection_table::number its_number, steady_time now, const connection_timeouts& timeouts)
      : talk(own, known, shards, now, timeouts), number(its_number) {}

  /// Whether messages of its node come by it.
  bool stands() const { return talk.other() && !waits && !talk.finished(); }

  peer_talk talk;
  connection_table::number number;     ///< in the order they were accepted
  bool wide_open = false;              ///< reads are as large as a known node's may be
  bool waits = false;                  ///< not read until the node's older one is gone
  bool paused = false;                 ///< not read until the replica hosts have taken some
  std::optional<steady_time> asked_at; ///< when reading went on, until something is read
  std::optional<steady_time> ended_at; ///< when the talk was finished
};

/// Of those who connect to this node: the nodes are as clients of a gateway.
inline constexpr connection_places places_of_peers{
    .clients = limits::peer_connections_max,
    .per_address = limits::peer_connections_max,
    .operators = 0,
    .unintroduced = limits::peer_unintroduced_max,
    .parting = limits::peer_connections_refused_max,
};

class peers_actor : public tidy_broker {
public:
  peers_actor(caf::actor_config& config, const peers_options& options, caf::io::doorman_ptr acceptor)
      : tidy_broker(config), own_(options.own), shards_(options.shards), known_(options.known),
        metrics_(options.metrics), unsent_bytes_max_(options.unsent_bytes_max),
        untaken_bytes_max_(options.untaken_bytes_max), untaken_total_max_(options.untaken_total_max),
        timeouts_(options.timeouts), acceptor_(std::move(acceptor)) {
    publish_metrics();
  }

  const char* name() const override { return "orderd.peers"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void serve(const peers_know& what);
  void read(const caf::io::new_data_msg& what);
  void closed(caf::io::connection_handle socket);
  void tick();
  void publish_metrics();

  // -- sending ---------------------------------------------------------------
  void know(const peer_endpoints& what);
  void forget(std::uint32_t node);
  void send_message(const peer_send& what);
  void drop_message(std::uint32_t node, const char* reason);
  void connect_if_due(std::uint32_t node, outgoing_link& link, steady_time now);
  void connected(const connect_done& what);
  void read_answer(std::uint32_t node, std::string_view bytes);
  void lose(std::uint32_t node, outgoing_link& link, const std::string& why);
  void write(outgoing_link& link, std::string_view bytes);
  void sent(const caf::io::data_transferred_msg& what);

  // -- receiving -------------------------------------------------------------
  void welcome(caf::io::connection_handle socket);
  void read_messages(caf::io::connection_handle socket, incoming_link& from, std::string_view bytes);
  void deliver(std::uint32_t node, std::uint32_t shard, std::string_view payload);
  void introduced(caf::io::connection_handle socket, incoming_link& from);
  void let_next_stand(std::uint32_t node);
  void end(caf::io::connection_handle socket);
  void refuse(incoming_link& one, const char* reason, const std::string& sentence);
  void part(incoming_link& one, steady_time now);
  void cut_overdue();
  bool say_output(caf::io::connection_handle socket, incoming_link& to, steady_time now);
  bool check(caf::io::connection_handle socket, incoming_link& one, steady_time now);
  void taken(const peer_taken& what);
  bool too_much_untaken(const incoming_link& from) const;

  template <class Message>
  void send_to_replicas(const Message& what) {
    for (const auto& host : hosts_)
      send(host, what);
  }

  const peer_identity own_;
  std::uint32_t shards_;
  const known_nodes& known_;
  cluster_metrics& metrics_;
  std::size_t unsent_bytes_max_;
  std::size_t untaken_bytes_max_;
  std::size_t untaken_total_max_;
  connection_timeouts timeouts_;
  caf::io::doorman_ptr acceptor_;
  std::vector<caf::actor> hosts_;
  std::map<std::uint32_t, outgoing_link> outgoing_; ///< by node
  std::unordered_map<caf::io::connection_handle, std::uint32_t> nodes_of_sockets_;
  std::unordered_map<caf::io::connection_handle, incoming_link> incoming_;
  std::unordered_map<connection_table::number, caf::io::connection_handle> sockets_; ///< of incoming_
  connection_table table_{places_of_peers};
  std::vector<caf::io::connection_handle> overdue_; ///< to be cut at the end of the message being handled
  connection_table::number accepted_ = 0;           ///< connections
  std::map<std::uint32_t, std::size_t> untaken_;    ///< bytes, by node; of a node without any nothing
  std::size_t untaken_total_ = 0;                   ///< bytes
  runtime::log_pace<std::pair<std::uint32_t, runtime::fault_code>> refusals_; ///< by node, of strangers 0
  runtime::log_pace<std::pair<std::uint32_t, bool>> link_changes_;            ///< by node: it came, it went
};

} // namespace orderd::cluster

// The client library without its sockets: which node each request goes to, over one client_core a node.
//
// *Operation*: nodes are *links*, numbered as they become known, never forgotten. `submit` requests at any
// time. After every call, and at `wake_at()`: `advance`, which gives links to leave; `due_connections`, to be
// connected; then send what `write` gives for each link, and deliver `take_answers()`. Of a link tell
// `connected`, `receive` and `disconnected` as of client_core.
//
// It starts with the endpoints it is given, asks a node for the map (`get_cluster`), and sends each request
// to the leader of its shard. When a node denies a shard, a connection breaks, or a node under way is silent,
// it asks the nodes that it reaches for the map, about every 50 ms, until it knows better. A request waits
// meanwhile, and goes to the new leader with the time it has left: what an old leader has not answered is
// sent again, and what it answers later is ignored. Every request gets exactly one answer, at its deadline
// at the latest.
//
// With one endpoint requests go there as soon as it is connected, map or not. A node by itself names itself,
// and then nothing is ever looked up.
//
// *Concurrency*: one thread at a time; no I/O, no clock.
//
// *Limitations*: requests that wait are not bounded here; their callers bound what they have under way.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/client/client_core.hpp"
#include "cluster/client/leader_table.hpp"
#include "cluster/client/parked_requests.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orderd::cluster {

class client_router {
public:
  using time_point = client_core::time_point;
  using link = leader_table::link;

  struct options {
    client_core::options connection;
    std::vector<std::string> endpoints; ///< at least one
    bool follow = true;                 ///< false: ask the first endpoint alone; the caller gets `not_owner`
    std::uint64_t seed = 0;             ///< of the jitter
  };

  client_router(options chosen, time_point now);

  void submit(std::uint64_t caller, std::uint64_t tag, std::shared_ptr<const v1::request> what,
              time_point now);

  // -- connections ---------------------------------------------------------------------------------
  std::size_t links() const noexcept { return links_.size(); }
  const std::string& endpoint(link which) const { return links_[which]->endpoint; }
  /// The links to connect now; each counts as connecting from here on.
  std::vector<link> due_connections(time_point now);
  void connected(link which, time_point now);
  /// A fault: the connection is of no use, as in client_core.hpp.
  runtime::result<void> receive(link which, std::string_view bytes, time_point now);
  void disconnected(link which, std::string why, time_point now, std::chrono::milliseconds retry_after = {});
  void write(link which, std::string& out, std::size_t bytes_max, time_point now);

  // -- time and answers ----------------------------------------------------------------------------
  struct useless_link {
    link which = 0;
    runtime::fault why;
  };
  /// Links to leave, each to be told `disconnected`.
  [[nodiscard]] std::vector<useless_link> advance(time_point now);
  std::optional<time_point> wake_at() const;
  std::vector<client_core::answer> take_answers() { return std::exchange(answers_, {}); }
  /// Answers everything that is unanswered, because the client ends.
  void stop();

  /// `connected`: to any node. `last_error`: of every endpoint, once each has failed.
  const client_core::state& connection() const noexcept { return state_; }

private:
  /// The caller of the router's own questions.
  static constexpr auto router_itself = std::numeric_limits<std::uint64_t>::max();

  struct known_node {
    known_node(std::string at, const client_core::options& chosen, time_point now)
        : endpoint(std::move(at)), core(chosen, now) {}

    std::string endpoint;
    client_core core;
    bool given = false;    ///< one of the endpoints the client was started with
    bool alive = false;    ///< HELLO has come
    time_point heard_at{}; ///< or when it first had something to answer
    bool suspected(time_point now) const;
  };

  // -- requests ------------------------------------------------------------------------------------
  void send_parked(time_point now);
  void send_or_park(client_core::unanswered_request what, time_point now);
  std::optional<link> target(const v1::request& what, time_point now);
  void collect(link which, time_point now);
  void take_denial(link by, client_core::moved_request what, time_point now);
  void expire_parked(time_point now);
  runtime::fault unreached(const client_core::unanswered_request& what) const;

  // -- the map -------------------------------------------------------------------------------------
  void greet(link which, time_point now);
  void doubt_map(time_point now);
  bool in_trouble(time_point now) const;
  void look_for_trouble(time_point now);
  void ask_for_map(time_point now);
  void ask_for_map(link which, time_point now);
  void take_map(const client_core::answer& what, time_point now);
  void name_nodes(const v1::cluster_status& map, link from, time_point now);
  void follow_map(const v1::cluster_status& map, link from, time_point now);
  void take_back_moved();
  void take_refusal(const v1::shard_view& shard);
  const std::string* refusal_of(const v1::request& what) const;
  link link_to(const std::string& endpoint, time_point now);
  std::chrono::milliseconds around(std::chrono::milliseconds middle);

  bool wanted(const known_node& which) const;
  /// A node that any request may go to that any node answers.
  std::optional<link> any_alive() const;
  void refresh_sole(time_point now);
  void describe_state();

  options options_;
  std::vector<std::unique_ptr<known_node>> links_;
  std::map<std::uint32_t, link> links_of_nodes_; ///< by what the nodes say who they are
  leader_table leaders_;
  std::map<std::uint32_t, std::string> refusing_; ///< shards that take nothing, and why
  std::optional<link> sole_;                      ///< alive, and where every request goes
  parked_requests parked_;
  bool routes_changed_ = false;               ///< parked requests may have somewhere to go
  std::optional<time_point> parked_ready_at_; ///< when some have, if nothing happens before

  std::string cluster_id_;
  std::size_t nodes_ = 1;
  bool map_known_ = false;
  bool map_doubted_ = false; ///< until the next answer
  time_point doubt_again_at_{};
  std::optional<time_point> trouble_since_;
  std::optional<time_point> map_due_at_;
  link asked_last_ = 0;
  std::uint64_t next_question_ = 0;
  std::map<std::uint64_t, link> questions_; ///< under way, by tag
  std::uint64_t random_;

  client_core::state state_;
  std::vector<client_core::answer> answers_;
};

} // namespace orderd::cluster

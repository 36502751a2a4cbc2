// The node_link of the orderctl program: the client actor, driven by one blocking thread.
//
// *Operation*: a node that refuses the connection is told at once, one that does not answer after
// `patience.connect`; a connection that is lost later is given `patience.reconnect` to come back, and
// the client sends what is unanswered again. After that everything unanswered gets the fault
// FAULT_UNKNOWN, for it may have been carried out; UNAVAILABLE when there never was a connection.
//
// *Concurrency*: one thread, the one that made it.
#pragma once

#include "cluster/client/client.hpp"
#include "cluster/orderctl/node_link.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace orderd::cluster {

struct session_patience {
  std::chrono::milliseconds connect{3'000};
  std::chrono::milliseconds reconnect{15'000};
};

class ctl_session : public node_link {
public:
  /// Of a command that a person waits for: with it the answer comes within a second. A takeover that takes no
  /// longer than it should is ridden out all the same, since nobody says UNAVAILABLE before that.
  static constexpr std::chrono::milliseconds unavailable_patience{700};

  /// `system` must outlive it.
  ctl_session(caf::actor_system& system, const client_options& options, session_patience patience = {});
  ~ctl_session() override;

  runtime::result<std::uint32_t> shards() override;
  void run(std::uint64_t count, std::uint32_t window, const request_maker& make,
           const answer_taker& take) override;

private:
  using clock = std::chrono::steady_clock;
  struct unanswered {
    std::uint64_t index = 0;
    clock::time_point sent_at;
  };

  /// Waits for one message, at most a tick; hands replies to `take`.
  void receive_some(const answer_taker& take);
  void on_reply(const client_reply& reply, const answer_taker& take);
  void on_state(const client_state& state);
  void send(std::uint64_t first, std::uint64_t last, const request_maker& make);
  void give_up(const answer_taker& take);
  bool lost() const;
  v1::reply unreachable() const;

  caf::scoped_actor self_;
  std::string endpoint_;
  std::uint32_t timeout_ms_;
  session_patience patience_;
  caf::actor client_;
  client_state state_;
  clock::time_point disconnected_at_;
  bool was_connected_ = false;
  bool stopped_ = false; ///< the taker wants no more
  std::uint64_t next_tag_ = 0;
  std::unordered_map<std::uint64_t, unanswered> unanswered_; ///< by tag
};

} // namespace orderd::cluster

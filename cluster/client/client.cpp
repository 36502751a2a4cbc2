#include "cluster/client/client.hpp"

#include "cluster/client/client_router.hpp"
#include "cluster/wire/connection_timeouts.hpp"
#include "cluster/wire/connector.hpp"
#include "cluster/wire/socket.hpp"
#include "cluster/wire/tidy_broker.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace {

using std::chrono::steady_clock;

/// What one read of the connection takes at most.
constexpr std::size_t read_bytes_max = 256u << 10;

/// Requests are encoded while fewer bytes than this wait for the socket: enough to keep it busy, and what
/// comes later goes together into the next frames.
constexpr std::size_t unsent_bytes_max = 256u << 10;

/// The longest time between ticks while there is something to wait for. A tick that is no longer needed
/// cannot be taken back; none of them is far away.
constexpr std::chrono::milliseconds tick_max{250};

client_router::options router_options(const client_options& chosen) {
  auto endpoints = split_endpoints(chosen.endpoint);
  if (endpoints.empty())
    endpoints.emplace_back(); // nothing is at an empty endpoint: callers are told so
  return {{chosen.timeout, chosen.window, chosen.retry_refused, chosen.patience, "orderd client library",
           chosen.is_operator},
          std::move(endpoints),
          chosen.follow,
          std::random_device{}()};
}

class client_actor : public tidy_broker {
public:
  client_actor(caf::actor_config& config, const client_options& options)
      : tidy_broker(config), router_(router_options(options), steady_clock::now()) {}

  const char* name() const override { return "orderd.client"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  // -- callers ---------------------------------------------------------------
  void submit(std::span<client_request> requests);
  void deliver_answers();
  void subscribe(const caf::strong_actor_ptr& who);
  void publish();

  // -- the connections -------------------------------------------------------
  using link = client_router::link;
  void connect_if_due(steady_clock::time_point now);
  void connected(const connect_done& what);
  void read(const caf::io::new_data_msg& what);
  void closed(const caf::io::connection_closed_msg& what);
  void give_up(link which, const runtime::fault& why);
  void lost(link which, const std::string& why, std::chrono::milliseconds retry_after = {});
  std::optional<link> link_of(caf::io::connection_handle which) const;
  void stop(const caf::error& reason);

  void settle_soon();
  void settle();
  void write(link which, steady_clock::time_point now);
  void wake_later(steady_clock::time_point now);

  /// Who waits for answers, held weakly, and for how many.
  struct caller {
    caf::actor_addr address;
    std::size_t unanswered = 0;
  };

  /// The socket of a link, and who connects it: a thread each, so that no dead host delays another.
  struct connection {
    caf::actor connector;
    caf::io::connection_handle socket; ///< invalid: none
  };

  client_router router_;
  std::vector<connection> connections_; ///< by link
  std::unordered_map<std::uint64_t, caller> waiters_;
  std::vector<caf::actor_addr> subscribers_;
  client_core::state published_;
  std::string encoded_; ///< scratch
  bool settling_ = false;
  std::optional<steady_clock::time_point> wake_at_; ///< of the tick that is on its way
};

caf::behavior client_actor::make_behavior() {
  set_exit_handler([this](const caf::exit_msg& why) { stop(why.reason); });
  settle_soon();
  return {
      [this](client_requests& requests) { submit(requests); },
      [this](client_request& one) {
        submit(std::span{&one, 1});
      },
      [this](caf::subscribe_atom) { subscribe(current_sender()); },
      [this](const connect_done& what) { connected(what); },
      [this](const caf::io::new_data_msg& what) { read(what); },
      [this](const caf::io::connection_closed_msg& what) { closed(what); },
      [this](const caf::io::data_transferred_msg&) { settle(); },
      [this](caf::flush_atom) {
        settling_ = false;
        settle();
      },
      [this](caf::tick_atom) {
        wake_at_.reset();
        settle();
      },
  };
}

void client_actor::on_exit() {
  connections_.clear();
}

// -- callers -------------------------------------------------------------------------------------

void client_actor::submit(std::span<client_request> requests) {
  const auto& from = current_sender();
  if (!from)
    return; // nobody would get the answers
  const auto number = from->id();
  auto& known = waiters_[number];
  if (known.unanswered == 0)
    known.address = caf::actor_cast<caf::actor_addr>(from);
  known.unanswered += requests.size();
  const auto now = steady_clock::now();
  for (auto& one : requests)
    router_.submit(number, one.tag, std::move(one.what), now);
  settle_soon();
}

void client_actor::deliver_answers() {
  std::map<std::uint64_t, client_replies> by_caller;
  client_replies* last = nullptr;
  std::uint64_t last_caller = 0;
  for (auto& one : router_.take_answers()) {
    if (!last || one.caller != last_caller) {
      last = &by_caller[one.caller];
      last_caller = one.caller;
    }
    last->push_back({one.tag, std::move(one.what)});
  }
  for (auto& [number, replies] : by_caller) {
    const auto known = waiters_.find(number);
    known->second.unanswered -= replies.size();
    const auto to = caf::actor_cast<caf::actor>(known->second.address);
    if (known->second.unanswered == 0)
      waiters_.erase(known);
    if (to)
      send(to, std::move(replies));
  }
}

void client_actor::subscribe(const caf::strong_actor_ptr& who) {
  if (!who)
    return;
  subscribers_.push_back(caf::actor_cast<caf::actor_addr>(who));
  const auto& now = router_.connection();
  send(caf::actor_cast<caf::actor>(who),
       client_state{now.connected, now.shards, now.server_version, now.last_error});
}

void client_actor::publish() {
  const auto& now = router_.connection();
  if (now == published_)
    return;
  published_ = now;
  std::erase_if(subscribers_, [&](const caf::actor_addr& one) {
    const auto to = caf::actor_cast<caf::actor>(one);
    if (to)
      send(to, client_state{now.connected, now.shards, now.server_version, now.last_error});
    return !to;
  });
}

// -- the connections -----------------------------------------------------------------------------

void client_actor::connect_if_due(steady_clock::time_point now) {
  for (const auto which : router_.due_connections(now)) {
    connections_.resize(std::max(connections_.size(), router_.links()));
    auto& connector_of_link = connections_[which].connector;
    if (!connector_of_link)
      connector_of_link = system().spawn<caf::detached>(connector, connection_timeouts{}.connect);
    send(connector_of_link, connect_to{which, router_.endpoint(which)});
  }
}

void client_actor::connected(const connect_done& what) {
  if (!what.connected)
    return lost(what.link, what.error);
  const auto socket = add_scribe(what.connected->release());
  connections_[what.link].socket = socket;
  configure_read(socket, caf::io::receive_policy::at_most(read_bytes_max));
  ack_writes(socket, true);
  router_.connected(what.link, steady_clock::now());
  settle();
}

std::optional<client_router::link> client_actor::link_of(caf::io::connection_handle which) const {
  for (link at = 0; at < connections_.size(); ++at)
    if (connections_[at].socket == which)
      return at;
  return std::nullopt;
}

void client_actor::read(const caf::io::new_data_msg& what) {
  const auto from = link_of(what.handle);
  if (!from)
    return; // it was given up
  const std::string_view bytes{reinterpret_cast<const char*>(what.buf.data()), what.buf.size()};
  if (const auto taken = router_.receive(*from, bytes, steady_clock::now()); !taken)
    return give_up(*from, taken.error());
  settle();
}

void client_actor::closed(const caf::io::connection_closed_msg& what) {
  if (const auto from = link_of(what.handle))
    lost(*from, "the server closed the connection");
}

/// Leaves a connection that is of no use.
void client_actor::give_up(link which, const runtime::fault& why) {
  cut(connections_[which].socket);
  lost(which, why.message, std::chrono::milliseconds{why.retry_after_ms});
}

void client_actor::lost(link which, const std::string& why, std::chrono::milliseconds retry_after) {
  connections_[which].socket = caf::io::connection_handle{};
  router_.disconnected(which, why, steady_clock::now(), retry_after);
  settle();
}

void client_actor::stop(const caf::error& reason) {
  router_.stop();
  deliver_answers();
  for (const auto& each : connections_) {
    if (each.socket != caf::io::invalid_connection_handle)
      cut(each.socket);
    if (each.connector)
      send_exit(each.connector, caf::exit_reason::user_shutdown);
  }
  quit(reason);
}

// -- after every event ---------------------------------------------------------------------------

/// Settles once what is already in the mailbox has been taken: requests that came as many messages go out
/// in one frame.
void client_actor::settle_soon() {
  if (!std::exchange(settling_, true))
    send(this, caf::flush_atom_v);
}

void client_actor::settle() {
  const auto now = steady_clock::now();
  const auto useless = router_.advance(now);
  if (!useless.empty()) // settles again, without it
    return give_up(useless.front().which, useless.front().why);
  connect_if_due(now);
  for (link which = 0; which < connections_.size(); ++which)
    write(which, now);
  deliver_answers();
  publish();
  wake_later(now);
}

void client_actor::write(link which, steady_clock::time_point now) {
  const auto socket = connections_[which].socket;
  if (socket == caf::io::invalid_connection_handle)
    return;
  auto& unsent = wr_buf(socket);
  if (unsent.size() >= unsent_bytes_max)
    return;
  encoded_.clear();
  router_.write(which, encoded_, unsent_bytes_max - unsent.size(), now);
  if (encoded_.empty())
    return;
  const auto* first = reinterpret_cast<const caf::byte*>(encoded_.data());
  unsent.insert(unsent.end(), first, first + encoded_.size());
  flush(socket);
}

void client_actor::wake_later(steady_clock::time_point now) {
  const auto next = router_.wake_at();
  if (!next || (wake_at_ && *wake_at_ <= *next))
    return;
  const auto wait = std::clamp<steady_clock::duration>(*next - now, {}, tick_max);
  wake_at_ = now + wait;
  delayed_send(this, wait, caf::tick_atom_v);
}

} // namespace

std::vector<std::string> split_endpoints(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0)
      found.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return found;
}

void init_client_types() {
  caf::core::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::orderd_connector>();
  caf::init_global_meta_objects<caf::id_block::orderd_client>();
}

caf::actor connect(caf::actor_system& system, client_options options) {
  caf::actor_config config{&system.middleman().backend()};
  return system.spawn_class<client_actor, caf::no_spawn_options>(config, options);
}

} // namespace orderd::cluster

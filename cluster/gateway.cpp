#include "cluster/gateway.hpp"

#include "cluster/messages.hpp"
#include "cluster/session.hpp"
#include "cluster/socket.hpp"
#include "cluster/tidy_broker.hpp"
#include "runtime/log.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <google/protobuf/stubs/logging.h>

#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

using caf::io::connection_handle;
using runtime::fault;
using runtime::fault_code;
using runtime::result;
namespace log = runtime::log;

namespace {

/// How often the time limits of connections are looked at.
constexpr std::chrono::milliseconds check_interval{250};

/// How long clients have to read SHUTTING_DOWN.
constexpr std::chrono::milliseconds farewell{100};

/// What one read of a connection takes at most, once its peer is known.
constexpr std::size_t read_bytes_max = 64u << 10;

/// Files that the rest of the node may have open beside the connections.
constexpr std::size_t other_files_max = 256;

class counting_observer : public session_observer {
public:
  explicit counting_observer(runtime::metrics& numbers) : numbers_(numbers) {}
  void answered(std::string_view type, std::string_view outcome, std::chrono::nanoseconds took) override {
    numbers_.requests.at(type, outcome).Increment();
    numbers_.request_duration.observe(took);
  }

private:
  runtime::metrics& numbers_;
};

/// One connection of the gateway.
struct client {
  client(std::uint64_t id, connection_handle at, const session_context& context)
      : socket(at), talk(id, context) {}

  connection_handle socket;
  session talk;
  bool wide_open = false;                           ///< reads are as large as a known peer's may be
  std::chrono::steady_clock::time_point refused_at; ///< when the session finished
};

class gateway : public tidy_broker {
public:
  gateway(caf::actor_config& config, const gateway_options& options, caf::io::doorman_ptr door)
      : tidy_broker(config), numbers_(options.numbers), clock_(options.clock),
        observer_(options.numbers), context_{options.rules, observer_, options.shards, options.version},
        connections_max_(options.connections_max), door_(std::move(door)), asked_(options.shards) {}

  const char* name() const override { return "orderd.gateway"; }
  caf::behavior make_behavior() override;
  void on_exit() override { peers_ = {}; } // shards that nobody else holds can end now

private:
  // -- connections -----------------------------------------------------------
  void serve(const gateway_peers& peers);
  void welcome(connection_handle socket);
  void read(const caf::io::new_data_msg& what);
  void forget(connection_handle socket);
  void drop(std::uint64_t id);
  bool send_output(client& to, moment now);
  void check_all();
  bool check(client& one, moment now);
  void stop(const caf::error& reason);

  // -- requests and replies --------------------------------------------------
  void hand_on(moment now);
  void answer(const runtime::gateway_replies& what);
  client* find(std::uint64_t id);
  moment moment_now() const { return {std::chrono::steady_clock::now(), clock_.now().monotone_ms}; }

  runtime::metrics& numbers_;
  const runtime::node_clock& clock_;
  counting_observer observer_;
  session_context context_;
  std::size_t connections_max_;
  caf::io::doorman_ptr door_;
  gateway_peers peers_;
  std::unordered_map<std::uint64_t, client> clients_; ///< by connection number
  std::unordered_map<connection_handle, std::uint64_t> numbers_of_sockets_;
  std::uint64_t last_connection_ = 0;
  asked_requests asked_; ///< of the read being handled
  std::vector<client*> written_;
  bool stopping_ = false;
};

caf::behavior gateway::make_behavior() {
  set_exit_handler([this](const caf::exit_msg& why) { stop(why.reason); });
  delayed_send(this, check_interval, caf::tick_atom_v);
  return {
      [this](const gateway_peers& peers) { serve(peers); },
      [this](const caf::io::new_connection_msg& what) { welcome(what.handle); },
      [this](const caf::io::new_data_msg& what) { read(what); },
      [this](const caf::io::connection_closed_msg& what) { forget(what.handle); },
      [this](const caf::io::acceptor_closed_msg&) { stop(caf::exit_reason::unreachable); },
      [this](const runtime::gateway_replies& what) { answer(what); },
      [this](caf::tick_atom) {
        delayed_send(this, check_interval, caf::tick_atom_v);
        check_all();
      },
      [this](caf::close_atom, const caf::error& reason) {
        while (!clients_.empty())
          drop(clients_.begin()->first);
        quit(reason);
      },
  };
}

// -- connections ---------------------------------------------------------------------------------

void gateway::serve(const gateway_peers& peers) {
  runtime::require(peers.shards.size() == context_.shards, "the gateway needs every shard of the node");
  peers_ = peers;
  if (door_)
    add_doorman(std::exchange(door_, nullptr));
}

void gateway::welcome(connection_handle socket) {
  if (stopping_ || clients_.size() >= connections_max_ + limits::connections_refused_max)
    return cut(socket);
  const auto now = moment_now();
  const auto id = ++last_connection_;
  auto& made = clients_.try_emplace(id, id, socket, context_).first->second;
  numbers_of_sockets_.emplace(socket, id);
  numbers_.connections.Set(static_cast<double>(clients_.size()));
  made.talk.open(now);
  if (clients_.size() > connections_max_)
    made.talk.end({fault_code::overloaded,
                   "the node has " + std::to_string(connections_max_) + " connections and takes no more",
                   1'000});
  configure_read(socket, caf::io::receive_policy::at_most(limits::unintroduced_bytes_max));
  if (!send_output(made, now))
    drop(id);
}

void gateway::read(const caf::io::new_data_msg& what) {
  const auto known = numbers_of_sockets_.find(what.handle);
  if (known == numbers_of_sockets_.end())
    return;
  auto& from = clients_.at(known->second);
  const auto now = moment_now();
  from.talk.receive({reinterpret_cast<const char*>(what.buf.data()), what.buf.size()}, now, asked_);
  if (!from.wide_open && from.talk.introduced()) {
    from.wide_open = true;
    configure_read(what.handle, caf::io::receive_policy::at_most(read_bytes_max));
  }
  hand_on(now);
  if (!send_output(from, now))
    drop(known->second);
}

void gateway::forget(connection_handle socket) {
  const auto known = numbers_of_sockets_.find(socket);
  if (known == numbers_of_sockets_.end())
    return;
  clients_.erase(known->second);
  numbers_of_sockets_.erase(known);
  numbers_.connections.Set(static_cast<double>(clients_.size()));
}

void gateway::drop(std::uint64_t id) {
  const auto socket = clients_.at(id).socket;
  forget(socket);
  cut(socket);
}

/// Gives the session's output to the socket. False: the peer does not read, the connection must be dropped.
/// Only what was left from before counts: of this output it could not have read a byte yet.
bool gateway::send_output(client& to, moment now) {
  if (to.talk.finished() && to.refused_at == std::chrono::steady_clock::time_point{})
    to.refused_at = now.steady;
  const auto bytes = to.talk.output();
  if (bytes.empty())
    return true;
  auto& unsent = wr_buf(to.socket);
  if (unsent.size() > limits::unsent_reply_bytes_max) {
    log::debug("gateway", "slow_reader", {{"unsent_bytes", unsent.size()}});
    return false;
  }
  const auto* first = reinterpret_cast<const caf::byte*>(bytes.data());
  unsent.insert(unsent.end(), first, first + bytes.size());
  to.talk.output_sent();
  flush(to.socket);
  return true;
}

void gateway::check_all() {
  const auto now = moment_now();
  std::vector<std::uint64_t> ended;
  for (auto& [id, one] : clients_)
    if (!check(one, now))
      ended.push_back(id);
  for (auto id : ended)
    drop(id);
}

bool gateway::check(client& one, moment now) {
  if (one.talk.finished() && now.steady - one.refused_at > std::chrono::milliseconds{limits::refused_ms_max})
    return false;
  one.talk.check_time(now);
  return send_output(one, now);
}

void gateway::stop(const caf::error& reason) {
  if (std::exchange(stopping_, true))
    return;
  const auto now = moment_now();
  for (auto& [id, one] : clients_) {
    one.talk.end({fault_code::shutting_down, "the node is stopping"});
    send_output(one, now);
  }
  delayed_send(this, clients_.empty() ? std::chrono::milliseconds{0} : farewell, caf::close_atom_v, reason);
}

// -- requests and replies ------------------------------------------------------------------------

void gateway::hand_on(moment now) {
  for (std::size_t i = 0; i < asked_.by_shard.size(); ++i) {
    auto& batch = asked_.by_shard[i];
    if (batch.empty())
      continue;
    auto taken = std::make_shared<std::vector<runtime::request>>(std::exchange(batch, {}));
    send(peers_.shards[i], runtime::shard_requests{std::move(taken), now.steady});
  }
  for (const auto& question : asked_.for_node)
    send(peers_.node, question);
  asked_.for_node.clear();
}

void gateway::answer(const runtime::gateway_replies& what) {
  const auto now = moment_now();
  written_.clear();
  for (const auto& one : what.replies) {
    auto* to = find(one.to.connection);
    if (!to)
      continue;
    to->talk.reply(one.to.request_id, *one.body, now);
    if (written_.empty() || written_.back() != to)
      written_.push_back(to);
  }
  std::vector<connection_handle> ended;
  for (auto* to : written_)
    if (!send_output(*to, now))
      ended.push_back(to->socket);
  if (what.released_at)
    numbers_.reply_stage.observe(moment_now().steady - *what.released_at, what.replies.size());
  for (auto socket : ended)
    if (auto known = numbers_of_sockets_.find(socket); known != numbers_of_sockets_.end())
      drop(known->second);
}

client* gateway::find(std::uint64_t id) {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : &found->second;
}

// -- starting ------------------------------------------------------------------------------------

/// Raises the limit of open files to what the connections need, as far as it may.
result<void> allow_open_files(std::size_t connections_max) {
  const rlim_t needed = connections_max + limits::connections_refused_max + other_files_max;
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur >= needed)
    return {};
  rlimit raised{std::min(needed, now.rlim_max), now.rlim_max};
  if (raised.rlim_cur < needed || ::setrlimit(RLIMIT_NOFILE, &raised) != 0)
    return fault{fault_code::unavailable, "the limit of open files is " + std::to_string(now.rlim_max)
                                              + ", but " + std::to_string(connections_max)
                                              + " connections need " + std::to_string(needed)
                                              + "; raise it with ulimit -n"};
  return {};
}

} // namespace

result<caf::io::doorman_ptr> listen_for_clients(caf::actor_system& system, const std::string& address) {
  auto at = parse_loopback_endpoint(address);
  if (!at)
    return at.error();
  auto door = system.middleman().backend().new_tcp_doorman(at->port, at->address.c_str(), true);
  if (!door)
    return fault{fault_code::unavailable, "cannot listen on " + address
                                              + ": the port is in use or not "
                                                "allowed; choose another with --listen HOST:PORT"};
  return std::move(*door);
}

result<gateway_handle> spawn_gateway(caf::actor_system& system, gateway_options options,
                                     caf::io::doorman_ptr door) {
  if (auto allowed = allow_open_files(options.connections_max); !allowed)
    return allowed.error();
  if (!door) {
    auto bound = listen_for_clients(system, options.address);
    if (!bound)
      return bound.error();
    door = *std::move(bound);
  }
  const auto port = door->port();
  caf::actor_config config{&system.middleman().backend()};
  auto made = system.spawn_class<gateway, caf::no_spawn_options>(config, options, std::move(door));
  return gateway_handle{std::move(made), port};
}

void init_node_types() {
  // It would write a line for every message that is not what it should be; whoever sent it is told instead.
  google::protobuf::SetLogHandler(nullptr);
  caf::core::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::orderd_runtime>();
  caf::init_global_meta_objects<caf::id_block::orderd_cluster>();
}

} // namespace orderd::cluster

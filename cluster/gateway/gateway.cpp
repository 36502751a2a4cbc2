#include "cluster/gateway/gateway.hpp"

#include "cluster/gateway/budgets_shown.hpp"
#include "cluster/gateway/byte_budget.hpp"
#include "cluster/gateway/client_refusals.hpp"
#include "cluster/gateway/gateway_client.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/gateway/request_counts.hpp"
#include "cluster/wire/connection_table.hpp"
#include "cluster/wire/tidy_broker.hpp"
#include "runtime/base/log.hpp"

#include <caf/io/middleman.hpp>

#include <chrono>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

using caf::io::connection_handle;
using runtime::fault_code;

namespace {

/// How often the time limits of connections are looked at.
constexpr std::chrono::milliseconds check_interval{250};

/// How long clients have to read SHUTTING_DOWN.
constexpr std::chrono::milliseconds farewell{100};

using client = gateway_client;

class gateway : public tidy_broker {
public:
  gateway(caf::actor_config& config, const gateway_options& options, caf::io::doorman_ptr acceptor)
      : tidy_broker(config), metrics_(options.metrics), clock_(options.clock),
        observer_(options.metrics), context_{options.rules,   observer_,    options.shards,
                                             options.version, &unanswered_, options.timeouts},
        connection_metrics_(options.connection_metrics), refusals_(options.metrics.client_refusals),
        shown_(options.metrics, *connection_metrics_, options.places.clients), table_(options.places),
        acceptor_(std::move(acceptor)), asked_(options.shards) {}

  const char* name() const override { return "orderd.gateway"; }
  caf::behavior make_behavior() override;
  void on_exit() override { peers_ = {}; } // shards that nobody else holds can end now

private:
  // -- connections -----------------------------------------------------------
  void serve(const gateway_handles& peers);
  void welcome(connection_handle socket);
  void read(const caf::io::new_data_msg& what);
  bool admit(client& one, moment now);
  void refuse(client& one, runtime::counter& why, const std::string& sentence, moment now);
  void forget(connection_handle socket);
  void drop(std::uint64_t id);
  bool send_output(client& to, moment now);
  void part(client& one, moment now);
  void let_rest(client& one);
  void budget_frame(std::uint64_t id, client& from, moment now);
  void count_unread(client& one);
  void count_refusals(client& one, std::uint64_t count);
  void cut_overdue();
  void check_all();
  bool check(client& one, moment now);
  void stop(const caf::error& reason);

  // -- requests and replies --------------------------------------------------
  void hand_on(moment now);
  void answer(const runtime::gateway_replies& what);
  client* find(std::uint64_t id);
  moment moment_now() const { return {std::chrono::steady_clock::now(), clock_.now().monotone_ms}; }

  runtime::metrics& metrics_;
  const runtime::node_clock& clock_;
  counting_observer observer_;
  byte_budget unanswered_{limits::unanswered_bytes_max}; // before the sessions, which use it
  byte_budget unread_{limits::unread_bytes_max};
  frame_budget frames_{limits::unfinished_bytes_max, std::chrono::milliseconds{limits::unfinished_ms_kept}};
  session_context context_;
  std::shared_ptr<connection_metrics> connection_metrics_;
  client_refusals refusals_;
  budgets_shown shown_;
  connection_table table_;
  std::vector<std::uint64_t> overdue_; ///< to be cut at the end of the message being handled
  caf::io::doorman_ptr acceptor_;
  gateway_handles peers_;
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
      [this](const gateway_handles& peers) { serve(peers); },
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

void gateway::serve(const gateway_handles& peers) {
  runtime::require(peers.shards.size() == context_.shards, "the gateway needs every shard of the node");
  peers_ = peers;
  if (acceptor_)
    add_doorman(std::exchange(acceptor_, nullptr));
}

void gateway::welcome(connection_handle socket) {
  if (stopping_)
    return cut(socket);
  const auto now = moment_now();
  const auto id = ++last_connection_;
  auto& made = clients_.try_emplace(id, id, socket, context_).first->second;
  numbers_of_sockets_.emplace(socket, id);
  metrics_.connections.Set(static_cast<double>(clients_.size()));
  made.talk.open(now);
  configure_read(socket, caf::io::receive_policy::at_most(made.room.bytes()));
  const auto goes = table_.arrive(id, remote_addr(socket));
  if (!send_output(made, now))
    overdue_.push_back(id);
  if (goes)
    refuse(clients_.at(*goes), connection_metrics_->no_hello_place,
           "too many connections have not said HELLO, and this one came first", now);
  cut_overdue();
}

void gateway::read(const caf::io::new_data_msg& what) {
  const auto known = numbers_of_sockets_.find(what.handle);
  if (known == numbers_of_sockets_.end())
    return;
  auto& from = clients_.at(known->second);
  const auto now = moment_now();
  const bool was_introduced = from.talk.introduced();
  const auto was_asked = from.talk.asked();
  const auto were_refused = from.talk.refused();
  from.talk.receive({reinterpret_cast<const char*>(what.buf.data()), what.buf.size()}, now, asked_);
  count_refusals(from, from.talk.refused() - were_refused);
  if (from.talk.introduced() && !was_introduced && !admit(from, now))
    asked_.clear();
  table_.heard(known->second, from.talk.asked() != was_asked);
  budget_frame(known->second, from, now);
  if (from.room.took(what.buf.size()))
    configure_read(what.handle, caf::io::receive_policy::at_most(from.room.bytes()));
  hand_on(now);
  if (!send_output(from, now))
    overdue_.push_back(known->second);
  cut_overdue();
}

/// A place for who has just said HELLO. False: there is none, and it has been told.
bool gateway::admit(client& one, moment now) {
  const auto id = numbers_of_sockets_.at(one.socket);
  const auto given = table_.introduce(id, one.talk.is_operator(), [this](std::uint64_t each) {
    return clients_.at(each).talk.unanswered() == 0;
  });
  if (given.goes)
    refuse(clients_.at(*given.goes), connection_metrics_->idle,
           "this connection was idle, and another needs its place; connect again when there is something to "
           "ask",
           now);
  if (given.what == connection_table::verdict::node_full)
    refuse(one, connection_metrics_->node_full,
           "the node has " + std::to_string(table_.places().clients)
               + " connections that wait for answers, and takes no more",
           now);
  if (given.what == connection_table::verdict::address_full)
    refuse(one, connection_metrics_->address_full,
           "the node has " + std::to_string(table_.places().per_address)
               + " connections of this address that wait for answers, and takes no more of it",
           now);
  return given.what == connection_table::verdict::taken;
}

/// Ends a connection for want of a place.
void gateway::refuse(client& one, runtime::counter& why, const std::string& sentence, moment now) {
  why.Increment();
  count_refusals(one, 1);
  one.refused_at = now.steady; // before its session counts itself as the one that refuses
  part(one, now);
  one.talk.end({fault_code::overloaded, sentence, 1'000});
  if (!send_output(one, now))
    overdue_.push_back(numbers_of_sockets_.at(one.socket));
}

void gateway::forget(connection_handle socket) {
  const auto known = numbers_of_sockets_.find(socket);
  if (known == numbers_of_sockets_.end())
    return;
  table_.leave(known->second);
  frames_.release(known->second);
  unread_.change(clients_.at(known->second).unread, 0);
  if (clients_.at(known->second).talk.introduced())
    for (const auto& shard : peers_.shards)
      send(shard, runtime::connection_gone{known->second});
  clients_.erase(known->second);
  numbers_of_sockets_.erase(known);
  metrics_.connections.Set(static_cast<double>(clients_.size()));
}

void gateway::drop(std::uint64_t id) {
  const auto socket = clients_.at(id).socket;
  forget(socket);
  cut(socket);
}

/// Gives the session's output to the socket. False: the peer does not read, the connection must be dropped.
/// Only what was left from before counts: of this output it could not have read a byte yet.
bool gateway::send_output(client& to, moment now) {
  if (to.talk.finished() && to.refused_at == std::chrono::steady_clock::time_point{}) {
    connection_metrics_->refused.Increment();
    part(to, now);
  }
  const auto bytes = to.talk.output();
  if (bytes.empty())
    return true;
  auto& unsent = wr_buf(to.socket);
  count_unread(to);
  if (unsent.size() > unread_.share(limits::unread_bytes_granted, limits::unsent_reply_bytes_max)) {
    runtime::log::debug("gateway", "slow_reader", {{"unsent_bytes", unsent.size()}});
    connection_metrics_->slow_reader.Increment();
    return false;
  }
  const auto* first = reinterpret_cast<const caf::byte*>(bytes.data());
  unsent.insert(unsent.end(), first, first + bytes.size());
  to.talk.output_sent();
  count_unread(to);
  flush(to.socket);
  return true;
}

/// What a frame that has begun takes of the node's memory. Small ones need no leave: they are bounded by the
/// number of connections.
void gateway::budget_frame(std::uint64_t id, client& from, moment now) {
  const auto bytes = from.talk.unfinished_bytes();
  const auto held = frames_.hold(id, bytes > limits::small_frame_bytes_max ? bytes : 0,
                                 from.talk.frame_began_at(), now.steady);
  for (const auto goes : held.goes)
    refuse(clients_.at(goes), connection_metrics_->slow_frame,
           "others need the memory that its frame holds, which did not end within "
               + std::to_string(limits::unfinished_ms_kept) + " ms",
           now);
  if (!held.granted)
    refuse(from, connection_metrics_->no_frame_room,
           "the frames that are on their way fill the memory for them", now);
}

void gateway::count_unread(client& one) {
  const auto before = std::exchange(one.unread, wr_buf(one.socket).size());
  unread_.change(before, one.unread);
}

void gateway::count_refusals(client& one, std::uint64_t count) {
  if (count == 0)
    return;
  if (one.refusals == nullptr)
    one.refusals = &refusals_.of(remote_addr(one.socket));
  one.refusals->Increment(static_cast<double>(count));
}

/// It is being told why it ends, and has a moment to read that.
void gateway::part(client& one, moment now) {
  one.refused_at = now.steady;
  const auto cut_now = table_.part(numbers_of_sockets_.at(one.socket));
  if (!cut_now)
    return;
  connection_metrics_->unread_refusal.Increment();
  overdue_.push_back(*cut_now);
}

/// What was needed while much came and went is given back.
void gateway::let_rest(client& one) {
  one.talk.rest();
  configure_read(one.socket, caf::io::receive_policy::at_most(one.room.bytes()));
  // No read is under way: what the next one takes is what this buffer has room for.
  if (auto scribe = by_id(one.socket))
    scribe->rd_buf() = caf::byte_buffer(one.room.bytes());
  if (wr_buf(one.socket).empty())
    wr_buf(one.socket).shrink_to_fit();
}

void gateway::cut_overdue() {
  for (const auto id : std::exchange(overdue_, {}))
    if (clients_.contains(id))
      drop(id);
}

void gateway::check_all() {
  const auto now = moment_now();
  for (auto& [id, one] : clients_)
    if (!check(one, now))
      overdue_.push_back(id);
  cut_overdue();
  shown_.show({clients_.size(), frames_.used(), unanswered_.used(), unread_.used()});
}

bool gateway::check(client& one, moment now) {
  if (one.talk.finished() && now.steady - one.refused_at > context_.timeouts.parting)
    return false;
  one.talk.check_time(now);
  count_unread(one);
  if (one.room.rested())
    let_rest(one);
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
  overdue_.clear(); // all have the same moment to read it
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
    to->talk.reply(one.to.request_id, one.outcome, *one.body, now);
    count_refusals(*to, refusals_.is_one(one) ? 1 : 0);
    if (written_.empty() || written_.back() != to)
      written_.push_back(to);
  }
  for (auto* to : written_)
    if (!send_output(*to, now))
      overdue_.push_back(numbers_of_sockets_.at(to->socket));
  if (what.released_at)
    metrics_.reply_stage.observe(moment_now().steady - *what.released_at, what.replies.size());
  cut_overdue();
}

client* gateway::find(std::uint64_t id) {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : &found->second;
}

} // namespace

runtime::result<gateway_handle> spawn_gateway(caf::actor_system& system, gateway_options options,
                                              caf::io::doorman_ptr acceptor) {
  if (auto allowed = allow_open_files(options.places); !allowed)
    return allowed.error();
  if (!acceptor) {
    auto bound = listen_for_clients(system, options.address);
    if (!bound)
      return bound.error();
    acceptor = *std::move(bound);
  }
  const auto port = acceptor->port();
  if (!options.connection_metrics)
    options.connection_metrics = std::make_shared<connection_metrics>();
  caf::actor_config config{&system.middleman().backend()};
  auto made = system.spawn_class<gateway, caf::no_spawn_options>(config, options, std::move(acceptor));
  return gateway_handle{std::move(made), port, options.connection_metrics};
}

} // namespace orderd::cluster

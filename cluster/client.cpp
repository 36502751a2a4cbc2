#include "cluster/client.hpp"

#include "cluster/client_core.hpp"
#include "cluster/messages.hpp"
#include "cluster/socket.hpp"
#include "cluster/tidy_broker.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orderd::cluster {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds connect_limit{2'000};

/// What one read of the connection takes at most.
constexpr std::size_t read_bytes_max = 256u << 10;

/// Requests are encoded while fewer bytes than this wait for the socket: enough to keep it busy, and what
/// comes later goes together into the next frames.
constexpr std::size_t unsent_bytes_max = 256u << 10;

/// The longest time between ticks while there is something to wait for. A tick that is no longer needed
/// cannot be taken back; none of them is far away.
constexpr std::chrono::milliseconds tick_max{250};

/// Connects on a thread of its own: a host that does not answer must not delay the multiplexer.
caf::behavior connector(caf::event_based_actor*) {
  return {
      [](const connect_to& what) -> connect_done {
        const auto to = parse_loopback_endpoint(what.endpoint);
        if (!to)
          return {nullptr, to.error().message};
        auto made = connect_socket(*to, connect_limit);
        if (!made)
          return {nullptr, made.error().message};
        return {std::make_shared<socket>(std::move(*made)), {}};
      },
  };
}

client_core::options core_options(const client_options& chosen) {
  return {chosen.timeout, chosen.window, chosen.retry_refused, "orderd client library"};
}

class client_actor : public tidy_broker {
public:
  client_actor(caf::actor_config& config, const client_options& options)
      : tidy_broker(config), endpoint_(options.endpoint), core_(core_options(options), steady_clock::now()) {}

  const char* name() const override { return "orderd.client"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  // -- callers ---------------------------------------------------------------
  void submit(std::span<client_request> requests);
  void deliver_answers();
  void subscribe(const caf::strong_actor_ptr& who);
  void publish();

  // -- the connection --------------------------------------------------------
  void connect_if_due(steady_clock::time_point now);
  void connected(const connect_done& what);
  void read(const caf::io::new_data_msg& what);
  void give_up(const runtime::fault& why);
  void lost(const std::string& why, std::chrono::milliseconds retry_after = {});
  void stop(const caf::error& reason);

  void settle_soon();
  void settle();
  void write(steady_clock::time_point now);
  void wake_later(steady_clock::time_point now);

  /// Who waits for answers, held weakly, and for how many.
  struct caller {
    caf::actor_addr address;
    std::size_t unanswered = 0;
  };

  std::string endpoint_;
  client_core core_;
  caf::actor connector_;
  caf::io::connection_handle connection_; ///< invalid: none
  std::unordered_map<std::uint64_t, caller> callers_;
  std::vector<caf::actor_addr> subscribers_;
  client_core::state published_;
  std::string encoded_; ///< scratch
  bool settling_ = false;
  std::optional<steady_clock::time_point> wake_at_; ///< of the tick that is on its way
};

caf::behavior client_actor::make_behavior() {
  set_exit_handler([this](const caf::exit_msg& why) { stop(why.reason); });
  connector_ = system().spawn<caf::detached>(connector);
  settle_soon();
  return {
      [this](client_requests& requests) { submit(requests); },
      [this](client_request& one) {
        submit(std::span{&one, 1});
      },
      [this](caf::subscribe_atom) { subscribe(current_sender()); },
      [this](const connect_done& what) { connected(what); },
      [this](const caf::io::new_data_msg& what) { read(what); },
      [this](const caf::io::connection_closed_msg&) { lost("the server closed the connection"); },
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
  connector_ = nullptr;
}

// -- callers -------------------------------------------------------------------------------------

void client_actor::submit(std::span<client_request> requests) {
  const auto& from = current_sender();
  if (!from)
    return; // nobody would get the answers
  const auto number = from->id();
  auto& known = callers_[number];
  if (known.unanswered == 0)
    known.address = caf::actor_cast<caf::actor_addr>(from);
  known.unanswered += requests.size();
  const auto now = steady_clock::now();
  for (auto& one : requests)
    core_.submit(number, one.tag, std::move(one.what), now);
  settle_soon();
}

void client_actor::deliver_answers() {
  std::map<std::uint64_t, client_replies> by_caller;
  client_replies* last = nullptr;
  std::uint64_t last_caller = 0;
  for (auto& one : core_.take_answers()) {
    if (!last || one.caller != last_caller) {
      last = &by_caller[one.caller];
      last_caller = one.caller;
    }
    last->push_back({one.tag, std::move(one.what)});
  }
  for (auto& [number, replies] : by_caller) {
    const auto known = callers_.find(number);
    known->second.unanswered -= replies.size();
    const auto to = caf::actor_cast<caf::actor>(known->second.address);
    if (known->second.unanswered == 0)
      callers_.erase(known);
    if (to)
      send(to, std::move(replies));
  }
}

void client_actor::subscribe(const caf::strong_actor_ptr& who) {
  if (!who)
    return;
  subscribers_.push_back(caf::actor_cast<caf::actor_addr>(who));
  const auto& now = core_.connection();
  send(caf::actor_cast<caf::actor>(who),
       client_state{now.connected, now.shards, now.server_version, now.last_error});
}

void client_actor::publish() {
  const auto& now = core_.connection();
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

// -- the connection ------------------------------------------------------------------------------

void client_actor::connect_if_due(steady_clock::time_point now) {
  const auto due = core_.connect_at();
  if (!due || *due > now)
    return;
  core_.connecting();
  send(connector_, connect_to{endpoint_});
}

void client_actor::connected(const connect_done& what) {
  if (!what.connected)
    return lost(what.error);
  connection_ = add_scribe(what.connected->release());
  configure_read(connection_, caf::io::receive_policy::at_most(read_bytes_max));
  ack_writes(connection_, true);
  core_.connected(steady_clock::now());
  settle();
}

void client_actor::read(const caf::io::new_data_msg& what) {
  const std::string_view bytes{reinterpret_cast<const char*>(what.buf.data()), what.buf.size()};
  if (const auto taken = core_.receive(bytes, steady_clock::now()); !taken)
    return give_up(taken.error());
  settle();
}

/// Leaves a connection that is of no use.
void client_actor::give_up(const runtime::fault& why) {
  cut(connection_);
  lost(why.message, std::chrono::milliseconds{why.retry_after_ms});
}

void client_actor::lost(const std::string& why, std::chrono::milliseconds retry_after) {
  connection_ = caf::io::connection_handle{};
  core_.disconnected(why, steady_clock::now(), retry_after);
  settle();
}

void client_actor::stop(const caf::error& reason) {
  core_.stop();
  deliver_answers();
  if (connection_ != caf::io::invalid_connection_handle)
    cut(connection_);
  send_exit(connector_, caf::exit_reason::user_shutdown);
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
  if (const auto going_on = core_.advance(now); !going_on)
    return give_up(going_on.error());
  connect_if_due(now);
  write(now);
  deliver_answers();
  publish();
  wake_later(now);
}

void client_actor::write(steady_clock::time_point now) {
  if (connection_ == caf::io::invalid_connection_handle)
    return;
  auto& unsent = wr_buf(connection_);
  if (unsent.size() >= unsent_bytes_max)
    return;
  encoded_.clear();
  core_.write(encoded_, unsent_bytes_max - unsent.size(), now);
  if (encoded_.empty())
    return;
  const auto* first = reinterpret_cast<const caf::byte*>(encoded_.data());
  unsent.insert(unsent.end(), first, first + encoded_.size());
  flush(connection_);
}

void client_actor::wake_later(steady_clock::time_point now) {
  const auto next = core_.wake_at();
  if (!next || (wake_at_ && *wake_at_ <= *next))
    return;
  const auto wait = std::clamp<steady_clock::duration>(*next - now, {}, tick_max);
  wake_at_ = now + wait;
  delayed_send(this, wait, caf::tick_atom_v);
}

} // namespace

void init_client_types() {
  caf::core::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::orderd_cluster>();
  caf::init_global_meta_objects<caf::id_block::orderd_client>();
}

caf::actor connect(caf::actor_system& system, client_options options) {
  caf::actor_config config{&system.middleman().backend()};
  return system.spawn_class<client_actor, caf::no_spawn_options>(config, options);
}

} // namespace orderd::cluster

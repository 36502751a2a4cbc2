#include "cluster/client/client_router.hpp"

#include "actors/requests/request_decoder.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using runtime::fault_code;
using runtime::result;
using std::chrono::milliseconds;

namespace {

/// A node that owes answers and says nothing for so long may have stopped: others are asked who leads.
constexpr milliseconds silence_max{250};

/// After a request whose shard takes nothing.
constexpr std::uint32_t retry_unavailable_ms = 1'000;

constexpr const char* unknown_outcome = "the node that had the request did not answer it; what came of it is "
                                        "not known: ask again with the same id";

template <class Time>
void earliest(std::optional<Time>& first, const std::optional<Time>& other) {
  if (other && (!first || *other < *first))
    first = other;
}

} // namespace

bool client_router::known_node::suspected(time_point now) const {
  return alive && core.in_flight() > 0 && now - heard_at >= silence_max;
}

client_router::client_router(options chosen, time_point now)
    : options_(std::move(chosen)), random_(options_.seed) {
  if (!options_.follow)
    options_.endpoints.resize(1);
  for (const auto& endpoint : options_.endpoints)
    links_[link_to(endpoint, now)]->given = true;
}

// -- requests ------------------------------------------------------------------------------------

void client_router::submit(std::uint64_t caller, std::uint64_t tag, std::shared_ptr<const v1::request> what,
                           time_point now) {
  if (sole_)
    return links_[*sole_]->core.submit(caller, tag, std::move(what), now);
  if (!what) {
    answers_.push_back(
        {caller, tag, fault_reply({fault_code::malformed, "there is no request in the message"})});
    return;
  }
  const auto deadline = links_.front()->core.deadline_of(*what, now);
  send_or_park({caller, tag, std::move(what), deadline}, now);
}

void client_router::send_or_park(client_core::unanswered_request what, time_point now) {
  if (const auto to = target(*what.what, now))
    links_[*to]->core.submit(std::move(what), now);
  else
    parked_.park(std::move(what));
}

/// Where a request goes now; none: it has to wait.
std::optional<client_router::link> client_router::target(const v1::request& what, time_point now) {
  if (leaders_.shards() == 0)
    return std::nullopt; // no node has said HELLO
  const auto shard = actors::shard_of_request(what, leaders_.shards());
  if (!shard)
    return any_alive();
  const auto leader = leaders_.leader(*shard);
  if (!leader || !links_[*leader]->alive)
    return std::nullopt;
  if (leaders_.ready_at(*shard) > now) {
    earliest(parked_ready_at_, std::optional{leaders_.ready_at(*shard)});
    return std::nullopt;
  }
  return leader;
}

void client_router::send_parked(time_point now) {
  const bool due = routes_changed_ || (parked_ready_at_ && *parked_ready_at_ <= now);
  routes_changed_ = false;
  if (!due)
    return;
  parked_ready_at_.reset();
  parked_.release([&](client_core::unanswered_request& what) {
    const auto to = target(*what.what, now);
    if (to)
      links_[*to]->core.submit(std::move(what), now);
    return to.has_value();
  });
  refresh_sole(now);
}

/// Takes what a connection brought.
void client_router::collect(link which, time_point now) {
  auto& core = links_[which]->core;
  if (core.take_unavailable())
    doubt_map(now);
  for (auto& moved : core.take_moved())
    take_denial(which, std::move(moved), now);
  if (questions_.empty() && answers_.empty()) {
    answers_ = core.take_answers();
    return;
  }
  for (auto& one : core.take_answers()) {
    if (one.caller == router_itself)
      take_map(one, now);
    else
      answers_.push_back(std::move(one));
  }
}

void client_router::take_denial(link by, client_core::moved_request what, time_point now) {
  if (!options_.follow) {
    answers_.push_back(
        {what.request.caller, what.request.tag,
         what.request.sent ? fault_reply({fault_code::timeout, unknown_outcome}) : std::move(what.said)});
    return;
  }
  if (const auto shard = actors::shard_of_request(*what.request.what, leaders_.shards())) {
    const auto& endpoint = what.said->fault().owner_endpoint();
    const auto owner = endpoint.empty() ? std::nullopt : std::optional{link_to(endpoint, now)};
    leaders_.denied(*shard, by, owner, now);
  }
  map_doubted_ = true;
  routes_changed_ = true;
  sole_.reset();
  parked_.park(std::move(what.request));
}

void client_router::expire_parked(time_point now) {
  for (auto& one : parked_.expire(now))
    answers_.push_back({one.caller, one.tag, fault_reply(unreached(one))});
}

/// Of a request that waited for a leader in vain.
runtime::fault client_router::unreached(const client_core::unanswered_request& what) const {
  if (what.sent)
    return {fault_code::timeout, "no node that leads its shard could be reached before the deadline; what "
                                 "came of the request is not known"};
  if (const auto* told = refusal_of(*what.what))
    return {fault_code::unavailable, *told + "; nothing was done", retry_unavailable_ms};
  return {fault_code::unavailable,
          "no node that leads its shard could be reached before the deadline; nothing was done"};
}

// -- connections ---------------------------------------------------------------------------------

std::vector<client_router::link> client_router::due_connections(time_point now) {
  std::vector<link> due;
  for (link which = 0; which < links_.size(); ++which) {
    auto& core = links_[which]->core;
    if (!wanted(*links_[which]) || !core.connect_at() || *core.connect_at() > now)
      continue;
    core.connecting();
    due.push_back(which);
  }
  return due;
}

/// Whether a connection is to be made: to all nodes while something is amiss, so that there is somebody to
/// ask.
bool client_router::wanted(const known_node& which) const {
  return trouble_since_ || !any_alive() || (which.given && !map_known_);
}

void client_router::connected(link which, time_point now) {
  links_[which]->core.connected(now);
}

result<void> client_router::receive(link which, std::string_view bytes, time_point now) {
  auto& from = *links_[which];
  auto taken = from.core.receive(bytes, now);
  from.heard_at = now;
  if (!from.alive && from.core.connection().connected)
    greet(which, now);
  collect(which, now);
  return taken;
}

void client_router::greet(link which, time_point now) {
  auto& from = *links_[which];
  from.alive = true;
  leaders_.resize(from.core.connection().shards);
  if (options_.endpoints.size() == 1 && !map_known_)
    for (std::uint32_t shard = 0; shard < leaders_.shards(); ++shard)
      leaders_.learn(shard, 0, which);
  routes_changed_ = true;
  if (options_.follow)
    ask_for_map(which, now);
  describe_state();
}

void client_router::disconnected(link which, std::string why, time_point now, milliseconds retry_after) {
  auto& from = *links_[which];
  from.core.disconnected(std::move(why), now, retry_after);
  from.alive = false;
  sole_.reset();
  map_doubted_ = map_doubted_ || nodes_ > 1;
  for (auto& one : from.core.take_back([](const v1::request&) { return true; })) {
    if (one.caller == router_itself)
      questions_.erase(one.tag);
    else
      parked_.park(std::move(one));
  }
  routes_changed_ = true; // what any node answers goes to another one
  describe_state();
}

void client_router::write(link which, std::string& out, std::size_t bytes_max, time_point now) {
  auto& to = *links_[which];
  const bool idle = to.core.in_flight() == 0;
  to.core.write(out, bytes_max, now);
  if (idle)
    to.heard_at = now; // it owed nothing until now
}

std::optional<client_router::link> client_router::any_alive() const {
  for (const bool given : {true, false})
    for (link which = 0; which < links_.size(); ++which)
      if (links_[which]->alive && links_[which]->given == given)
        return which;
  return std::nullopt;
}

void client_router::refresh_sole(time_point now) {
  sole_ = leaders_.sole_leader(now);
  if (sole_ && !links_[*sole_]->alive)
    sole_.reset();
}

void client_router::describe_state() {
  const auto alive = any_alive();
  state_ = links_[alive.value_or(0)]->core.connection();
  if (alive || links_.size() == 1)
    return;
  std::string errors;
  for (const auto& each : links_) {
    const auto& error = each->core.connection().last_error;
    if (each->given && error.empty()) {
      errors.clear();
      break;
    }
    if (!error.empty())
      errors += (errors.empty() ? "" : "; ") + each->endpoint + ": " + error;
  }
  state_.last_error = std::move(errors);
}

// -- time ----------------------------------------------------------------------------------------

std::vector<client_router::useless_link> client_router::advance(time_point now) {
  std::vector<useless_link> useless;
  for (link which = 0; which < links_.size(); ++which) {
    if (const auto going_on = links_[which]->core.advance(now); !going_on)
      useless.push_back({which, going_on.error()});
    collect(which, now);
  }
  expire_parked(now);
  send_parked(now);
  if (options_.follow)
    look_for_trouble(now);
  return useless;
}

std::optional<client_router::time_point> client_router::wake_at() const {
  std::optional<time_point> first = parked_.first_deadline();
  earliest(first, map_due_at_);
  if (!parked_.empty())
    earliest(first, parked_ready_at_);
  for (const auto& each : links_) {
    earliest(first, each->core.wake_at());
    if (wanted(*each))
      earliest(first, each->core.connect_at());
    if (nodes_ > 1 && each->alive && each->core.in_flight() > 0 && !trouble_since_)
      earliest(first, std::optional{each->heard_at + silence_max});
  }
  return first;
}

void client_router::stop() {
  for (link which = 0; which < links_.size(); ++which) {
    links_[which]->core.stop();
    for (auto& one : links_[which]->core.take_answers())
      if (one.caller != router_itself)
        answers_.push_back(std::move(one));
  }
  for (auto& one : parked_.expire(time_point::max()))
    answers_.push_back(
        {one.caller, one.tag,
         one.sent ? fault_reply({fault_code::timeout, unknown_outcome})
                  : fault_reply({fault_code::unavailable, "the client was stopped; nothing was done"})});
}

} // namespace orderd::cluster

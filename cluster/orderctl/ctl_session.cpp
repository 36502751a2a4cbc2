#include "cluster/orderctl/ctl_session.hpp"

#include <caf/after.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/timespan.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

/// How often the clock is looked at while nothing comes.
constexpr std::chrono::milliseconds tick{100};

} // namespace

ctl_session::ctl_session(caf::actor_system& system, const client_options& options, session_patience patience)
    : self_(system), endpoint_(options.endpoint),
      timeout_ms_(static_cast<std::uint32_t>(options.timeout.count())), patience_(patience),
      client_(connect(system, options)) {
  self_->send(client_, caf::subscribe_atom_v);
}

ctl_session::~ctl_session() {
  caf::anon_send_exit(client_, caf::exit_reason::user_shutdown);
}

runtime::result<std::uint32_t> ctl_session::shards() {
  // Whatever the program did since it began, the news of the connection has waited unread.
  if (!state_.connected)
    disconnected_at_ = clock::now();
  while (!state_.connected && !lost())
    receive_some([](const link_answer&) { return true; });
  if (!state_.connected)
    return runtime::fault{runtime::fault_code::unavailable, unreachable().fault().message()};
  return state_.shards;
}

void ctl_session::run(std::uint64_t count, std::uint32_t window, const request_maker& make,
                      const answer_taker& take) {
  if (count == 0)
    return;
  if (!shards()) {
    take({0, unreachable(), {}});
    return;
  }
  stopped_ = false;
  std::uint64_t sent = 0;
  while ((sent < count && !stopped_) || !unanswered_.empty()) {
    const auto room = window - std::min<std::uint64_t>(window, unanswered_.size());
    const auto last = stopped_ ? sent : std::min(count, sent + room);
    send(sent, last, make);
    sent = last;
    receive_some(take);
    if (lost())
      give_up(take);
  }
}

void ctl_session::send(std::uint64_t first, std::uint64_t last, const request_maker& make) {
  if (first == last)
    return;
  client_requests batch;
  batch.reserve(last - first);
  const auto now = clock::now();
  for (auto index = first; index < last; ++index) {
    auto what = make(index);
    if (what->timeout_ms() == 0)
      what->set_timeout_ms(timeout_ms_);
    unanswered_.emplace(next_tag_, unanswered{index, now});
    batch.push_back({next_tag_++, std::move(what)});
  }
  self_->send(client_, std::move(batch));
}

void ctl_session::receive_some(const answer_taker& take) {
  self_->receive([&](const client_reply& reply) { on_reply(reply, take); },
                 [&](const client_replies& replies) {
                   for (const auto& reply : replies)
                     on_reply(reply, take);
                 },
                 [&](const client_state& state) { on_state(state); },
                 caf::after(caf::timespan{tick}) >> [] {});
}

void ctl_session::on_reply(const client_reply& reply, const answer_taker& take) {
  const auto found = unanswered_.find(reply.tag);
  if (found == unanswered_.end())
    return; // given up before it came
  const auto [index, sent_at] = found->second;
  unanswered_.erase(found);
  if (!take({index, *reply.what, clock::now() - sent_at}))
    stopped_ = true;
}

void ctl_session::on_state(const client_state& state) {
  if (state_.connected && !state.connected)
    disconnected_at_ = clock::now();
  state_ = state;
  was_connected_ = was_connected_ || state.connected;
}

bool ctl_session::lost() const {
  if (state_.connected)
    return false;
  if (!was_connected_ && !state_.last_error.empty())
    return true;
  return clock::now() - disconnected_at_ > (was_connected_ ? patience_.reconnect : patience_.connect);
}

void ctl_session::give_up(const answer_taker& take) {
  stopped_ = true;
  auto answer = unreachable();
  if (was_connected_) // They may have been sent before.
    answer.mutable_fault()->set_code(v1::fault::FAULT_UNKNOWN);
  for (const auto& [tag, waiting] : std::exchange(unanswered_, {}))
    take({waiting.index, answer, clock::now() - waiting.sent_at});
}

v1::reply ctl_session::unreachable() const {
  v1::reply answer;
  auto message = (was_connected_ ? "the connection to " : "cannot reach orderd at ") + endpoint_;
  if (was_connected_)
    message += " is lost, and what came of what was asked is not known";
  message += ": " + (state_.last_error.empty() ? "no answer" : state_.last_error);
  answer.mutable_fault()->set_code(v1::fault::UNAVAILABLE);
  answer.mutable_fault()->set_message(message);
  return answer;
}

} // namespace orderd::cluster

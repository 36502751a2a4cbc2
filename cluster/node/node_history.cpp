// Of the actor of a node: its last hour, read from the metrics each second.
#include "cluster/node/node_actor.hpp"

#include "actors/public/replies.hpp"
#include "cluster/node/messages.hpp"
#include "cluster/wire/version.hpp"
#include "config/limits.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::chrono::milliseconds reading_interval{1'000};
/// Of an answer: it shares its frame with others.
constexpr std::size_t history_bytes_max = limits::client_frame_bytes_max / 2;

v1::node_event event(runtime::unix_ms at_ms, const char* what, std::string text) {
  v1::node_event made;
  made.set_at_ms(at_ms);
  made.set_what(what);
  made.set_text(std::move(text));
  return made;
}

} // namespace

void node_actor::begin_history() {
  history_.happened(event(started_at_ms_, "began", "the node began, version " + std::string{version}));
  read_metrics();
}

void node_actor::read_metrics() {
  delayed_send(this, reading_interval, read_metrics_again{});
  history_.add(readings_.read(given_.clock.now().wall_ms));
  if (given_.bounds.unsettled > 0)
    show_shards_saturation(given_.metrics, given_.bounds);
}

void node_actor::note_admission() {
  history_.happened(
      event(given_.clock.now().wall_ms, refusal_ ? "refuses" : "accepts",
            refusal_ ? "new orders are refused: " + refusal_->message : "new orders are accepted again"));
}

void node_actor::answer_history(const node_question& question, const caf::actor& gateway) {
  v1::reply body;
  auto& out = *body.mutable_node_history();
  out.set_node(given_.self.node);
  out.set_version(version);
  out.set_started_at_ms(started_at_ms_);
  history_.fill(out, question.asked ? question.asked->get_history().seconds() : 0, history_bytes_max);
  send(gateway, runtime::one_reply(question.from, actors::reply_body(body)));
}

} // namespace orderd::cluster

// The newest log lines of a node, for operators.
#include "actors/public/replies.hpp"
#include "actors/rules/text.hpp"
#include "cluster/node/node_actor.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::size_t page_bytes_max = limits::client_frame_bytes_max / 2;

/// Of the lines as many as fit, the newest first to be kept: what the wire takes as text is longer where a
/// line holds what is none.
void fill(v1::log_page& to, std::vector<std::string> lines) {
  std::size_t bytes = 0;
  auto first = lines.end();
  while (first != lines.begin()) {
    auto& line = *std::prev(first);
    line = actors::shown(line);
    bytes += line.size() + 4; // its tag and length
    if (bytes > page_bytes_max)
      break;
    --first;
  }
  for (auto line = first; line != lines.end(); ++line)
    to.add_lines(std::move(*line));
}

} // namespace

void node_actor::answer_log(const node_question& question, const caf::actor& gateway) {
  const auto& asked = question.asked->get_log();
  auto found = runtime::log::kept().newest(
      asked.containing(), asked.limit() == 0 ? limits::page_rows_max : asked.limit(), page_bytes_max);
  v1::reply body;
  auto& page = *body.mutable_log_page();
  page.set_node(given_.self.node);
  page.set_forgotten(found.forgotten);
  fill(page, std::move(found.lines));
  send(gateway, runtime::one_reply(question.from, actors::reply_body(body)));
}

} // namespace orderd::cluster

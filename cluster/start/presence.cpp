#include "cluster/start/presence.hpp"

#include "cluster/client/client_core.hpp"
#include "cluster/wire/socket.hpp"
#include "cluster/wire/version.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

namespace orderd::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t read_bytes = 64u << 10;

/// What a question over a socket came to.
struct heard {
  std::shared_ptr<const v1::reply> answer; ///< null: none
  bool foreign = false;                    ///< it spoke otherwise than orderd does
};

/// Moves bytes until there is an answer, an end, or the time is over.
heard ask(const socket& to, milliseconds limit) {
  const auto ends_at = steady_clock::now() + limit;
  client_core::options options;
  options.timeout = limit;
  options.retry_refused = false;
  options.version = version;
  client_core talk{options, steady_clock::now()};
  auto question = std::make_shared<v1::request>();
  question->mutable_get_cluster();
  talk.submit(0, 0, question, steady_clock::now());
  talk.connecting();
  talk.connected(steady_clock::now());
  std::string out;
  std::string in(read_bytes, '\0');
  for (auto now = steady_clock::now(); now < ends_at; now = steady_clock::now()) {
    talk.write(out, read_bytes, now);
    pollfd waited{to.descriptor(), static_cast<short>(out.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    const auto wait = std::chrono::ceil<milliseconds>(ends_at - now).count();
    if (::poll(&waited, 1, static_cast<int>(std::max<milliseconds::rep>(wait, 1))) <= 0)
      break;
    if ((waited.revents & POLLOUT) != 0)
      if (const auto sent = ::send(to.descriptor(), out.data(), out.size(), MSG_NOSIGNAL); sent > 0)
        out.erase(0, static_cast<std::size_t>(sent));
    if ((waited.revents & ~POLLOUT) == 0)
      continue;
    const auto got = ::recv(to.descriptor(), in.data(), in.size(), MSG_DONTWAIT);
    if (got <= 0)
      break; // Also a node that takes no more connections does so.
    if (!talk.receive({in.data(), static_cast<std::size_t>(got)}, steady_clock::now()))
      return {nullptr, true};
    if (auto answers = talk.take_answers(); !answers.empty())
      return {answers.front().what, false};
  }
  return {};
}

} // namespace

std::optional<std::string> who_answers(const known_node& announced, std::uint32_t node,
                                       const std::string& cluster, const std::string& own_endpoint,
                                       milliseconds limit) {
  const auto& where = announced.client_endpoint;
  const auto at = parse_loopback_endpoint(where);
  if (where == own_endpoint || !at)
    return std::nullopt;
  const auto connected = connect_socket(*at, limit);
  if (!connected)
    return std::nullopt;
  const auto said = ask(*connected, limit);
  if (said.foreign)
    return std::nullopt;
  if (!said.answer)
    return "somebody listens at " + where + ", where it was announced, and does not say who it is";
  if (!said.answer->has_cluster_status())
    return "a node answers at " + where + ", where it was announced, and does not say which it is";
  const auto& status = said.answer->cluster_status();
  if (status.cluster_id() != cluster || status.answered_by() != node)
    return std::nullopt;
  return "it answers at " + where;
}

std::optional<std::string> who_hears(const std::map<std::uint32_t, known_node>& others, std::uint32_t node,
                                     const std::string& cluster, milliseconds limit) {
  for (const auto& [number, other] : others) {
    const auto at = parse_loopback_endpoint(other.client_endpoint);
    if (number == node || !at)
      continue;
    const auto connected = connect_socket(*at, limit);
    if (!connected)
      continue;
    const auto said = ask(*connected, limit);
    if (!said.answer || !said.answer->has_cluster_status()
        || said.answer->cluster_status().cluster_id() != cluster)
      continue;
    for (const auto& each : said.answer->cluster_status().nodes())
      if (each.node() == node && each.heard())
        return "node " + std::to_string(number) + " hears it, announced at " + each.client_endpoint();
  }
  return std::nullopt;
}

} // namespace orderd::cluster

// The cluster and its nodes: what one node knows of all, and what each says of itself.
#include "cluster/http/handlers.hpp"
#include "cluster/http/overview.hpp"
#include "config/limits.hpp"

#include <algorithm>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t seconds_default = 60;
constexpr std::uint32_t seconds_max = 3'600;
constexpr std::uint32_t lines_default = 100;

struct known_member {
  std::uint32_t node;
  std::string endpoint;
};

std::vector<known_member> members_of(const v1::cluster_status& cluster) {
  std::vector<known_member> all;
  for (const auto& node : cluster.nodes())
    all.push_back({node.node(), node.client_endpoint()});
  return all;
}

/// First who there is, then `per_node` questions of each. `then(cluster, members, answers)` has the answers
/// of a member beside each other, nullptr for one whose endpoint is not known.
template <class Fill, class Then>
http_step ask_members(const call& what, std::size_t per_node, Fill fill, Then then) {
  auto who = std::make_shared<v1::request>();
  who->set_timeout_ms(node_ms_max);
  who->mutable_get_cluster();
  return ask_node(std::string{what.moment.endpoint}, std::move(who),
                  [=](const v1::reply& answer) -> http_step {
                    if (!answer.has_cluster_status())
                      return respond(problem_of(answer));
                    questions next;
                    for (const auto& member : members_of(answer.cluster_status()))
                      for (std::size_t i = 0; i < per_node && !member.endpoint.empty(); ++i) {
                        auto request = std::make_shared<v1::request>();
                        request->set_timeout_ms(node_ms_max);
                        fill(*request, i);
                        next.asked.push_back({std::move(request), member.endpoint});
                      }
                    next.then = [=, cluster = answer.cluster_status()](const reply_list& all) -> http_step {
                      const auto members = members_of(cluster);
                      reply_list placed;
                      auto from = all.begin();
                      for (const auto& member : members)
                        for (std::size_t i = 0; i < per_node; ++i)
                          placed.push_back(member.endpoint.empty() ? nullptr : *from++);
                      return then(cluster, members, placed);
                    };
                    return next;
                  });
}

/// Why a node did not answer; null when it did.
json error_of(const reply_ptr& answer, bool answered) {
  if (answered)
    return nullptr;
  return answer ? problem_of(*answer).detail : "nobody knows its address for clients";
}

/// Newest last over all nodes: a line begins with its time.
http_response log_lines(const std::vector<known_member>& members, const reply_list& all, std::size_t limit) {
  std::vector<std::pair<std::string_view, std::uint32_t>> lines;
  auto silent = json::array();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (all[i] && all[i]->has_rejection()) // of what is asked for: every node says the same
      return respond(problem_of(*all[i]));
    if (!all[i] || !all[i]->has_log_page())
      silent.push_back({{"node", members[i].node}, {"error", error_of(all[i], false)}});
    else
      for (const auto& line : all[i]->log_page().lines())
        lines.emplace_back(line, members[i].node);
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  auto items = json::array();
  for (std::size_t i = lines.size() > limit ? lines.size() - limit : 0; i < lines.size(); ++i)
    items.push_back({{"node", lines[i].second}, {"line", lines[i].first}});
  return respond(json{{"items", std::move(items)}, {"unanswered", std::move(silent)}});
}

std::vector<told_by_node> reports_of(const std::vector<known_member>& members, const reply_list& all) {
  std::vector<told_by_node> out;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& one = out.emplace_back(told_by_node{.node = members[i].node, .endpoint = members[i].endpoint});
    const auto& history = all[2 * i];
    const auto& status = all[2 * i + 1];
    if (history && history->has_node_history())
      one.history = history->node_history();
    if (status && status->has_node_status())
      one.status = status->node_status();
    if (!one.history)
      one.error = error_of(history, false).get<std::string>();
  }
  return out;
}

} // namespace

http_step get_cluster(const call& what) {
  auto request = std::make_shared<v1::request>();
  request->set_timeout_ms(read_ms_max);
  request->mutable_get_cluster();
  return ask_node(std::string{what.moment.endpoint}, std::move(request),
                  [now_ms = what.moment.now_ms](const v1::reply& answer) {
                    if (!answer.has_cluster_status())
                      return respond(problem_of(answer));
                    auto body = to_json(answer.cluster_status());
                    body["now"] = format_time(now_ms);
                    return respond(body);
                  });
}

http_step list_nodes(const call& what) {
  return ask_members(
      what, 1, [](v1::request& into, std::size_t) { into.mutable_get_status(); },
      [](const v1::cluster_status&, const std::vector<known_member>& members,
         const reply_list& all) -> http_step {
        auto items = json::array();
        for (std::size_t i = 0; i < members.size(); ++i) {
          const bool answered = all[i] && all[i]->has_node_status();
          items.push_back({{"node", members[i].node},
                           {"endpoint", members[i].endpoint},
                           {"status", answered ? to_json(all[i]->node_status()) : json(nullptr)},
                           {"error", error_of(all[i], answered)}});
        }
        return respond(json{{"items", std::move(items)}});
      });
}

http_step get_overview(const call& what) {
  problem why;
  const auto seconds = number_of(what, "seconds", seconds_default, 1, seconds_max, why);
  if (!seconds)
    return respond(why);
  return ask_members(
      what, 2,
      [seconds = *seconds](v1::request& into, std::size_t i) {
        if (i == 0)
          into.mutable_get_history()->set_seconds(seconds);
        else
          into.mutable_get_status();
      },
      [now_ms = what.moment.now_ms](const v1::cluster_status& cluster,
                                    const std::vector<known_member>& members,
                                    const reply_list& all) -> http_step {
        return respond(overview(reports_of(members, all), cluster, now_ms));
      });
}

http_step search_log(const call& what) {
  problem why;
  const auto limit = number_of(what, "limit", lines_default, 1, limits::page_rows_max, why);
  if (!limit)
    return respond(why);
  return ask_members(
      what, 1,
      [containing = std::string{text_of(what, "containing")}, limit = *limit](v1::request& into,
                                                                              std::size_t) {
        into.mutable_get_log()->set_containing(containing);
        into.mutable_get_log()->set_limit(limit);
      },
      [limit = *limit](const v1::cluster_status&, const std::vector<known_member>& members,
                       const reply_list& all) -> http_step { return log_lines(members, all, limit); });
}

} // namespace orderd::cluster

#include "cluster/orderctl/top_gatherer.hpp"

#include "actors/requests/request_decoder.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_nodes.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t answer_ms = 2'000;
constexpr std::uint32_t history_s = 60;
constexpr std::size_t shards_listed = 8;
constexpr std::uint32_t rows_listed = 5; ///< of a shard and status
constexpr std::uint32_t quarantine_rows_listed = 50;
constexpr std::size_t orders_kept = 20;
constexpr std::array unsettled{v1::PLACED, v1::RESERVING, v1::AUTHORIZING, v1::REJECTING, v1::CANCELLING};

std::vector<v1::request> node_questions() {
  std::vector<v1::request> all(3);
  all[0].mutable_get_cluster();
  all[1].mutable_get_status();
  all[2].mutable_get_history()->set_seconds(history_s);
  return all;
}

void add_list_questions(const top_shard& shard, std::vector<v1::request>& to) {
  if (shard.quarantined > 0) {
    auto& list = *to.emplace_back().mutable_list_quarantine();
    list.set_shard(shard.shard);
    list.set_limit(quarantine_rows_listed);
  }
  if (shard.unsettled == 0)
    return;
  for (const auto status : unsettled) {
    auto& list = *to.emplace_back().mutable_list_orders();
    list.set_shard(shard.shard);
    list.set_status(status);
    list.set_limit(rows_listed);
  }
}

bool is_lost(const v1::reply& answer) {
  return answer.has_fault()
         && (answer.fault().code() == v1::fault::UNAVAILABLE
             || answer.fault().code() == v1::fault::FAULT_UNKNOWN);
}

std::string endpoint_of(const top_model& model, std::uint32_t shard) {
  for (const auto& each : model.cluster.shards())
    if (each.shard() == shard)
      return each.primary_endpoint();
  return {};
}

} // namespace

top_gatherer::top_gatherer(std::vector<std::string> endpoints, link_maker only,
                           std::function<std::int64_t()> now_ms)
    : given_(std::move(endpoints)), only_(std::move(only)), now_ms_(std::move(now_ms)) {}

top_model top_gatherer::look(const std::string& order_id) {
  top_model model;
  model.now_ms = now_ms_();
  errors_.clear();
  auto to_ask = known_.empty() ? given_ : known_;
  for (std::size_t i = 0; i < to_ask.size(); ++i) // it grows
    ask_node(std::string{to_ask[i]}, model, to_ask);
  name_missing(errors_, model);
  known_.clear();
  for (const auto& node : model.cluster.nodes())
    if (!node.client_endpoint().empty())
      known_.push_back(node.client_endpoint());
  ask_lists(model);
  if (!order_id.empty())
    ask_order(order_id, model);
  return model;
}

/// In the order of the questions.
std::vector<v1::reply> top_gatherer::ask(const std::string& endpoint, const std::vector<v1::request>& what) {
  std::vector<v1::reply> answers(what.size());
  auto& link = links_[endpoint];
  if (!link)
    link = only_(endpoint);
  bool lost = false;
  std::uint64_t answered = 0;
  link->run(
      what.size(), static_cast<std::uint32_t>(what.size()),
      [&what](std::uint64_t index) {
        auto one = std::make_shared<v1::request>(what[index]);
        one->set_timeout_ms(answer_ms);
        return one;
      },
      [&](const link_answer& answer) {
        answers[answer.index] = answer.what;
        ++answered;
        lost = lost || is_lost(answer.what);
        return true;
      });
  if (answered < what.size() || (lost && is_lost(answers.front())))
    links_.erase(endpoint);
  return answers;
}

void top_gatherer::ask_node(const std::string& endpoint, top_model& into, std::vector<std::string>& to_ask) {
  auto answers = ask(endpoint, node_questions());
  if (!answers[0].has_cluster_status()) {
    errors_[endpoint] = refusal_text(answers[0]);
    return;
  }
  const auto& cluster = answers[0].cluster_status();
  const auto number = cluster.answered_by();
  if (std::any_of(into.nodes.begin(), into.nodes.end(),
                  [number](const auto& each) { return each.node == number; }))
    return; // by another name of the same node
  if (into.nodes.empty())
    into.cluster = cluster;
  else if (into.cluster.cluster_id() == cluster.cluster_id())
    merge(into.cluster, cluster);
  for (const auto& node : cluster.nodes())
    if (!node.client_endpoint().empty()
        && std::find(to_ask.begin(), to_ask.end(), node.client_endpoint()) == to_ask.end()
        && node.node() != number)
      to_ask.push_back(node.client_endpoint());
  top_node& node = into.nodes.emplace_back();
  node.node = number;
  node.endpoint = endpoint;
  if (answers[1].has_node_status()) {
    node.status = std::move(*answers[1].mutable_node_status());
    node.stages = stages_between(before_[number], node.status);
    before_[number] = node.status;
  } else {
    node.error = refusal_text(answers[1]);
  }
  if (answers[2].has_node_history())
    node.history = std::move(*answers[2].mutable_node_history());
}

/// Nodes that the cluster has and that did not answer; or whoever was asked, when nobody did.
void top_gatherer::name_missing(const std::map<std::string, std::string>& errors, top_model& into) const {
  const auto error_of = [&errors](const std::string& endpoint) {
    const auto found = errors.find(endpoint);
    return found == errors.end() ? std::string{"where it is reached is not known"} : found->second;
  };
  if (into.nodes.empty())
    for (const auto& [endpoint, error] : errors)
      into.nodes.push_back({.node = 0, .numbered = false, .endpoint = endpoint, .error = error});
  for (const auto& each : into.cluster.nodes())
    if (std::none_of(into.nodes.begin(), into.nodes.end(),
                     [&each](const auto& node) { return node.node == each.node(); }))
      into.nodes.push_back({.node = each.node(),
                            .endpoint = each.client_endpoint(),
                            .error = error_of(each.client_endpoint())});
  std::stable_sort(into.nodes.begin(), into.nodes.end(),
                   [](const auto& a, const auto& b) { return a.node < b.node; });
}

void top_gatherer::ask_lists(top_model& into) {
  std::map<std::string, std::vector<v1::request>> questions; // by who leads the shard
  auto shards = shards_of(into, top_order::unsettled);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (i >= shards_listed)
      shards[i].unsettled = 0;
    if (const auto endpoint = endpoint_of(into, shards[i].shard); !endpoint.empty())
      add_list_questions(shards[i], questions[endpoint]);
  }
  for (const auto& [endpoint, what] : questions) {
    if (what.empty())
      continue;
    for (auto& answer : ask(endpoint, what)) {
      if (answer.has_quarantine_page())
        for (auto& entry : *answer.mutable_quarantine_page()->mutable_entries())
          into.quarantined.push_back(std::move(entry));
      if (answer.has_order_page())
        for (auto& order : *answer.mutable_order_page()->mutable_orders())
          into.oldest.push_back(std::move(order));
    }
  }
  std::stable_sort(into.oldest.begin(), into.oldest.end(),
                   [](const auto& a, const auto& b) { return a.placed_at_ms() < b.placed_at_ms(); });
  if (into.oldest.size() > orders_kept)
    into.oldest.resize(orders_kept);
}

void top_gatherer::ask_order(const std::string& order_id, top_model& into) {
  v1::request what;
  what.mutable_get_order()->set_order_id(order_id);
  const auto shards = static_cast<std::uint32_t>(into.cluster.shards_size());
  const auto shard = shards == 0 ? std::nullopt : actors::shard_of_request(what, shards);
  const auto endpoint = shard ? endpoint_of(into, *shard) : std::string{};
  if (endpoint.empty()) {
    into.chosen_error = "nobody is known who leads its shard";
    return;
  }
  auto answers = ask(endpoint, {what});
  if (answers[0].has_order())
    into.chosen = std::move(*answers[0].mutable_order());
  else
    into.chosen_error = refusal_text(answers[0]);
}

} // namespace orderd::cluster

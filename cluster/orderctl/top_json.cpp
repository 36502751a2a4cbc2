#include "cluster/orderctl/top_json.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

json figures_json(const top_figures& figures) {
  auto refusals = json::object();
  for (const auto& [reason, count] : figures.refusals)
    refusals[reason] = count;
  auto in_doubt = json::array();
  for (const auto& each : figures.in_doubt)
    in_doubt.push_back({{"currency", each.currency()},
                        {"payments", each.payments()},
                        {"amount_minor", each.amount_minor()},
                        {"oldest_s", each.oldest_s()}});
  auto stages = json::object();
  for (const auto& each : figures.stages)
    stages[each.name + "_us"] = each.mean_us;
  const auto if_known = [&figures](json value) { return figures.known ? std::move(value) : json(nullptr); };
  return {{"confirmed", if_known(figures.confirmed)},
          {"rejected", if_known(figures.rejected)},
          {"cancelled", if_known(figures.cancelled)},
          {"requests", if_known(figures.requests)},
          {"confirmed_mean", if_known(figures.confirmed_mean)},
          {"rejected_mean", if_known(figures.rejected_mean)},
          {"cancelled_mean", if_known(figures.cancelled_mean)},
          {"requests_mean", if_known(figures.requests_mean)},
          {"p50_us", if_known(figures.p50_us)},
          {"p99_us", if_known(figures.p99_us)},
          {"unsettled", figures.unsettled},
          {"oldest_unsettled_s", if_known(figures.oldest_s)},
          {"drain_s", figures.known && figures.drain_s ? json(*figures.drain_s) : json(nullptr)},
          {"missing_copies", if_known(figures.missing_copies)},
          {"quarantined", figures.quarantined},
          {"refusals", std::move(refusals)},
          {"stages", std::move(stages)},
          {"in_doubt", std::move(in_doubt)}};
}

} // namespace

json to_json(const top_model& model) {
  auto nodes = json::array();
  for (const auto& node : model.nodes)
    nodes.push_back({{"node", node.numbered ? json(node.node) : json(nullptr)},
                     {"endpoint", node.endpoint},
                     {"error", node.error.empty() ? json(nullptr) : json(node.error)},
                     {"status", node.error.empty() ? to_json(node.status) : json(nullptr)}});
  auto quarantined = json::array();
  for (const auto& entry : model.quarantined)
    quarantined.push_back(to_json(entry));
  auto oldest = json::array();
  for (const auto& order : model.oldest)
    oldest.push_back(to_json(order));
  return {{"now", format_time(model.now_ms)},
          {"cluster", to_json(model.cluster)},
          {"nodes", std::move(nodes)},
          {"figures", figures_json(figures_of(model))},
          {"quarantined", std::move(quarantined)},
          {"oldest", std::move(oldest)}};
}

} // namespace orderd::cluster

#include "cluster/http/overview.hpp"

#include "cluster/http/conditions.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

/// A node whose newest second is older than this beside the others' is behind: the line goes on without it.
constexpr std::int64_t behind_s = 3;

std::int64_t second_of(const v1::history_sample& sample) noexcept {
  return sample.at_ms() / 1'000;
}

void add_refusals(const v1::history_sample& from, v1::history_sample& to) {
  for (const auto& each : from.refusals()) {
    auto& all = *to.mutable_refusals();
    auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name() == each.name(); });
    if (found == all.end())
      *to.add_refusals() = each;
    else
      found->set_count(found->count() + each.count());
  }
}

void add_in_doubt(const v1::history_sample& from, v1::history_sample& to) {
  for (const auto& each : from.in_doubt()) {
    auto& all = *to.mutable_in_doubt();
    auto found = std::find_if(all.begin(), all.end(),
                              [&](const auto& one) { return one.currency() == each.currency(); });
    if (found == all.end()) {
      *to.add_in_doubt() = each;
      continue;
    }
    found->set_payments(found->payments() + each.payments());
    std::int64_t amount = 0;
    if (__builtin_add_overflow(found->amount_minor(), each.amount_minor(), &amount))
      amount = std::numeric_limits<std::int64_t>::max();
    found->set_amount_minor(amount);
    found->set_oldest_s(std::max(found->oldest_s(), each.oldest_s()));
  }
}

void add(const v1::history_sample& from, v1::history_sample& to) {
  to.set_confirmed(to.confirmed() + from.confirmed());
  to.set_rejected(to.rejected() + from.rejected());
  to.set_cancelled(to.cancelled() + from.cancelled());
  to.set_requests(to.requests() + from.requests());
  add_refusals(from, to);
  to.set_p50_us(std::max(to.p50_us(), from.p50_us()));
  to.set_p99_us(std::max(to.p99_us(), from.p99_us()));
  to.set_unsettled(to.unsettled() + from.unsettled());
  to.set_oldest_unsettled_s(std::max(to.oldest_unsettled_s(), from.oldest_unsettled_s()));
  to.set_drain_s(std::max(to.drain_s(), from.drain_s())); // never is the greatest
  to.set_shards_led(to.shards_led() + from.shards_led());
  to.set_missing_copies(to.missing_copies() + from.missing_copies());
  to.set_quarantined(to.quarantined() + from.quarantined());
  to.set_lag_epochs(std::max(to.lag_epochs(), from.lag_epochs()));
  to.set_disk_used(std::max(to.disk_used(), from.disk_used()));
  add_in_doubt(from, to);
}

json node_json(const told_by_node& node) {
  const bool known = node.history.has_value();
  return {{"node", node.node},
          {"version", known ? json(node.history->version()) : json(nullptr)},
          {"started_at", known ? json(format_time(node.history->started_at_ms())) : json(nullptr)},
          {"endpoint", node.endpoint},
          {"reachable", known || node.status.has_value()},
          {"error", node.error.empty() ? json(nullptr) : json(node.error)}};
}

json event_json(std::uint32_t node, const v1::node_event& event) {
  return {{"at", format_time(event.at_ms())},
          {"node", node},
          {"what", event.what()},
          {"shard", event.of_shard() ? json(event.shard()) : json(nullptr)},
          {"term", event.term()},
          {"took_ms", event.took_ms()},
          {"text", event.text()}};
}

} // namespace

std::vector<v1::history_sample> merge_samples(const std::vector<told_by_node>& nodes) {
  std::map<std::int64_t, v1::history_sample> seconds;
  std::int64_t newest = 0;
  for (const auto& node : nodes)
    if (node.history && !node.history->samples().empty())
      newest = std::max(newest, second_of(*node.history->samples().rbegin()));
  auto end = newest;
  for (const auto& node : nodes) {
    if (!node.history || node.history->samples().empty())
      continue;
    const auto last = second_of(*node.history->samples().rbegin());
    if (newest - last <= behind_s)
      end = std::min(end, last);
    for (const auto& each : node.history->samples())
      add(each, seconds[second_of(each)]);
  }
  std::vector<v1::history_sample> all;
  for (auto& [second, sample] : seconds)
    if (second <= end) {
      sample.set_at_ms(second * 1'000);
      all.push_back(std::move(sample));
    }
  return all;
}

json to_json(const v1::history_sample& sample) {
  auto refusals = json::object();
  for (const auto& each : sample.refusals())
    refusals[each.name()] = each.count();
  auto in_doubt = json::array();
  for (const auto& each : sample.in_doubt())
    in_doubt.push_back({{"currency", each.currency()},
                        {"payments", each.payments()},
                        {"amount_minor", each.amount_minor()},
                        {"oldest_s", each.oldest_s()}});
  return {{"at", format_time(sample.at_ms())},
          {"confirmed", sample.confirmed()},
          {"rejected", sample.rejected()},
          {"cancelled", sample.cancelled()},
          {"requests", sample.requests()},
          {"refusals", std::move(refusals)},
          {"p50_us", sample.p50_us()},
          {"p99_us", sample.p99_us()},
          {"unsettled", sample.unsettled()},
          {"oldest_unsettled_s", sample.oldest_unsettled_s()},
          {"drain_s", sample.drain_s() == never ? json(nullptr) : json(sample.drain_s())},
          {"shards_led", sample.shards_led()},
          {"missing_copies", sample.missing_copies()},
          {"quarantined", sample.quarantined()},
          {"lag_epochs", sample.lag_epochs()},
          {"disk_used", sample.disk_used()},
          {"in_doubt", std::move(in_doubt)}};
}

json merge_events(const std::vector<told_by_node>& nodes) {
  std::vector<std::pair<std::uint32_t, const v1::node_event*>> all;
  for (const auto& node : nodes)
    if (node.history)
      for (const auto& event : node.history->events())
        all.emplace_back(node.node, &event);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.second->at_ms() < b.second->at_ms(); });
  auto out = json::array();
  for (std::size_t i = all.size() > events_max ? all.size() - events_max : 0; i < all.size(); ++i)
    out.push_back(event_json(all[i].first, *all[i].second));
  return out;
}

json overview(const std::vector<told_by_node>& nodes, const std::optional<v1::cluster_status>& cluster,
              std::int64_t now_ms) {
  const auto merged = merge_samples(nodes);
  auto said = json::array();
  for (const auto& node : nodes)
    said.push_back(node_json(node));
  auto samples = json::array();
  for (const auto& each : merged)
    samples.push_back(to_json(each));
  auto conditions = json::array();
  for (const auto& each : judge({merged, cluster, nodes}))
    conditions.push_back(to_json(each));
  return {{"now", format_time(now_ms)},
          {"nodes", std::move(said)},
          {"samples", std::move(samples)},
          {"events", merge_events(nodes)},
          {"conditions", std::move(conditions)}};
}

} // namespace orderd::cluster

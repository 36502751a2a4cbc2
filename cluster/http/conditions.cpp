#include "cluster/http/conditions.hpp"

#include <cmath>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::uint32_t stuck_s = 120; ///< as OrderdOrderStuck
constexpr std::uint32_t slow_us = 250'000;
constexpr float disk_filling = 0.8F;

std::string seconds_text(std::uint32_t seconds) {
  if (seconds < 120)
    return std::to_string(seconds) + " s";
  return std::to_string(seconds / 60) + " min";
}

std::string some(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::uint64_t refused(const v1::history_sample& sample) {
  std::uint64_t all = 0;
  for (const auto& each : sample.refusals())
    all += each.count();
  return all;
}

/// Since when every sample breaks a rule; none when the last one keeps it, or there are none.
template <class Breaks>
std::optional<std::int64_t> broken_since(const std::vector<v1::history_sample>& samples, Breaks breaks) {
  std::optional<std::int64_t> since;
  for (auto each = samples.rbegin(); each != samples.rend() && breaks(*each); ++each)
    since = each->at_ms();
  return since;
}

using found = std::optional<std::pair<std::string, std::optional<std::int64_t>>>;

/// A rule about samples: true while `breaks` is, said with the last one.
template <class Breaks, class Say>
found by_samples(const observed& what, Breaks breaks, Say say) {
  const auto since = broken_since(what.samples, breaks);
  if (!since)
    return std::nullopt;
  return std::pair{say(what.samples.back()), since};
}

found nodes_down(const observed& what) {
  std::string down;
  for (const auto& node : what.nodes)
    if (!node.history && !node.status)
      down.append(down.empty() ? "" : ", ").append(std::to_string(node.node));
  if (down.empty())
    return std::nullopt;
  return std::pair{"does not answer: node " + down, std::nullopt};
}

found shards_not_served(const observed& what) {
  std::string out;
  if (what.cluster)
    for (const auto& shard : what.cluster->shards())
      if (!shard.refusing_because().empty())
        out.append(out.empty() ? "shard " : "; shard ")
            .append(std::to_string(shard.shard()))
            .append(": ")
            .append(shard.refusing_because());
  if (out.empty())
    return std::nullopt;
  return std::pair{std::move(out), std::nullopt};
}

found copies_missing(const observed& what) {
  std::string shards;
  if (what.cluster)
    for (const auto& shard : what.cluster->shards())
      if (shard.missed_size() > 0)
        shards.append(shards.empty() ? "" : ", ").append(std::to_string(shard.shard()));
  const auto since =
      broken_since(what.samples, [](const auto& sample) { return sample.missing_copies() > 0; });
  if (shards.empty() && !since)
    return std::nullopt;
  auto text = shards.empty()
                  ? some(what.samples.back().missing_copies(), "copy is", "copies are") + " not in sync"
                  : "not all copies are in sync: shard " + shards;
  return std::pair{std::move(text), since};
}

found orders_refused(const observed& what) {
  for (const auto& node : what.nodes)
    if (node.status && !node.status->admitting())
      return std::pair{"node " + std::to_string(node.node)
                           + " refuses new orders: " + node.status->refusing_because(),
                       std::nullopt};
  return by_samples(
      what, [](const auto& sample) { return refused(sample) > 0; },
      [](const auto& last) {
        std::string reasons;
        for (const auto& each : last.refusals())
          reasons.append(reasons.empty() ? "" : ", ").append(each.name());
        return some(refused(last), "request a second is", "requests a second are") + " refused: " + reasons;
      });
}

found order_stuck(const observed& what) {
  return by_samples(
      what, [](const auto& sample) { return sample.oldest_unsettled_s() > stuck_s; },
      [](const auto& last) {
        return "the oldest unsettled order has waited " + seconds_text(last.oldest_unsettled_s());
      });
}

found money_in_doubt(const observed& what) {
  return by_samples(
      what,
      [](const auto& sample) {
        for (const auto& each : sample.in_doubt())
          if (each.oldest_s() > stuck_s)
            return true;
        return false;
      },
      [](const auto& last) {
        std::string all;
        for (const auto& each : last.in_doubt())
          all.append(all.empty() ? "" : ", ")
              .append(some(each.payments(), "payment", "payments"))
              .append(" in ")
              .append(each.currency());
        return "the card provider does not say what became of " + all;
      });
}

found quarantined(const observed& what) {
  return by_samples(
      what, [](const auto& sample) { return sample.quarantined() > 0; },
      [](const auto& last) {
        return some(last.quarantined(), "entity waits", "entities wait") + " for a person";
      });
}

found disk_fills(const observed& what) {
  return by_samples(
      what, [](const auto& sample) { return sample.disk_used() > disk_filling; },
      [](const auto& last) {
        return "a disk is " + std::to_string(std::lround(last.disk_used() * 100)) + " % full";
      });
}

found slow(const observed& what) {
  // One slow second is nothing that anybody has to know.
  constexpr std::int64_t lasts_ms = 10'000;
  const auto is = by_samples(
      what, [](const auto& sample) { return sample.p99_us() > slow_us; },
      [](const auto& last) {
        return "one answer in a hundred takes " + std::to_string(last.p99_us() / 1'000) + " ms or more";
      });
  return is && what.samples.back().at_ms() - *is->second >= lasts_ms ? is : std::nullopt;
}

struct rule {
  std::string_view name;
  std::string_view severity;
  std::string_view runbook;
  found (*look)(const observed& what);
};

constexpr rule rules[] = {
    {"OrderdDown", "page", "orderddown", nodes_down},
    {"OrderdShardNotServed", "page", "orderdshardnotserved", shards_not_served},
    {"OrderdOrderStuck", "page", "orderdorderstuck", order_stuck},
    {"OrderdRefusesOrders", "page", "orderdrefusesorders", orders_refused},
    {"OrderdMoneyInDoubtOld", "ticket", "orderdmoneyindoubtold", money_in_doubt},
    {"OrderdCopyMissing", "ticket", "orderdcopymissing", copies_missing},
    {"OrderdEntityQuarantined", "ticket", "orderdentityquarantined", quarantined},
    {"OrderdDiskFilling", "ticket", "orderddiskfilling", disk_fills},
    {"OrderdSlow", "ticket", "orderdslow", slow},
};

} // namespace

json to_json(const condition& what) {
  return {{"name", what.name},
          {"severity", what.severity},
          {"text", what.text},
          {"runbook", what.runbook},
          {"since", what.since_ms ? json(format_time(*what.since_ms)) : json(nullptr)}};
}

std::vector<condition> judge(const observed& what) {
  std::vector<condition> all;
  for (const auto& each : rules)
    if (auto is = each.look(what))
      all.push_back({each.name, each.severity, std::move(is->first), each.runbook, is->second});
  return all;
}

std::vector<std::string_view> condition_names() {
  std::vector<std::string_view> all;
  for (const auto& each : rules)
    all.push_back(each.name);
  return all;
}

} // namespace orderd::cluster

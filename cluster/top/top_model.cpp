#include "cluster/top/top_model.hpp"

#include "cluster/wire/missed_text.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::size_t minute = 60;
constexpr auto never = std::numeric_limits<std::uint32_t>::max();

using samples = google::protobuf::RepeatedPtrField<v1::history_sample>;

/// Of samples the last minute.
std::size_t first_of_minute(const samples& all) {
  const auto count = static_cast<std::size_t>(all.size());
  return count > minute ? count - minute : 0;
}

void add_minute(const samples& all, top_figures& to, std::map<std::string, std::uint64_t>& refusals) {
  const auto first = first_of_minute(all);
  const auto count = static_cast<std::size_t>(all.size()) - first;
  top_figures sum;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& each = all[static_cast<int>(first + i)];
    sum.confirmed += each.confirmed();
    sum.rejected += each.rejected();
    sum.cancelled += each.cancelled();
    sum.requests += each.requests();
    to.confirmed_by_second[minute - count + i] += each.confirmed();
    for (const auto& refusal : each.refusals())
      refusals[refusal.name()] += refusal.count();
  }
  const auto seconds = static_cast<double>(count);
  to.confirmed_mean += static_cast<double>(sum.confirmed) / seconds;
  to.rejected_mean += static_cast<double>(sum.rejected) / seconds;
  to.cancelled_mean += static_cast<double>(sum.cancelled) / seconds;
  to.requests_mean += static_cast<double>(sum.requests) / seconds;
}

void add_newest(const v1::history_sample& newest, top_figures& to,
                std::map<std::string, v1::money_in_doubt>& in_doubt) {
  to.confirmed += newest.confirmed();
  to.rejected += newest.rejected();
  to.cancelled += newest.cancelled();
  to.requests += newest.requests();
  to.p50_us = std::max(to.p50_us, newest.p50_us());
  to.p99_us = std::max(to.p99_us, newest.p99_us());
  to.oldest_s = std::max(to.oldest_s, newest.oldest_unsettled_s());
  if (newest.drain_s() == never)
    to.drain_s.reset();
  else if (to.drain_s)
    to.drain_s = std::max(*to.drain_s, newest.drain_s());
  to.missing_copies += newest.missing_copies();
  for (const auto& each : newest.in_doubt()) {
    auto& sum = in_doubt[each.currency()];
    sum.set_currency(each.currency());
    sum.set_payments(sum.payments() + each.payments());
    std::int64_t amount = 0;
    if (__builtin_add_overflow(sum.amount_minor(), each.amount_minor(), &amount))
      amount = std::numeric_limits<std::int64_t>::max();
    sum.set_amount_minor(amount);
    sum.set_oldest_s(std::max(sum.oldest_s(), each.oldest_s()));
  }
}

void add_stages(const std::vector<top_stage>& of_node, std::vector<top_stage>& to) {
  for (const auto& each : of_node) {
    const auto same =
        std::find_if(to.begin(), to.end(), [&each](const auto& one) { return one.name == each.name; });
    if (same == to.end())
      to.push_back(each);
    else
      same->mean_us = std::max(same->mean_us, each.mean_us);
  }
  std::stable_sort(to.begin(), to.end(), [](const auto& a, const auto& b) { return a.mean_us > b.mean_us; });
}

const v1::shard_status* status_of(const top_model& model, std::uint32_t node, std::uint32_t shard) {
  for (const auto& each : model.nodes)
    if (each.node == node)
      for (const auto& status : each.status.shards())
        if (status.shard() == shard)
          return &status;
  return nullptr;
}

top_shard view_of(const top_model& model, const v1::shard_view& from) {
  top_shard to;
  to.shard = from.shard();
  to.term = from.term();
  to.owner = from.primary();
  to.state = from.state();
  for (const auto node : from.in_sync())
    to.in_sync += (to.in_sync.empty() ? "" : " ") + std::to_string(node);
  for (const auto& follower : from.followers())
    to.lag = std::max(to.lag, follower.lag_epochs());
  to.committed = from.committed_epoch();
  to.trouble = from.refusing_because().empty() ? missed_text(from.missed()) : from.refusing_because();
  if (const auto* status = status_of(model, from.primary(), from.shard())) {
    to.unsettled = status->unsettled_orders();
    to.quarantined = status->quarantined();
    to.backlog = status->channel_backlog();
    to.unapplied_bytes = status->unapplied_bytes();
  }
  return to;
}

bool comes_before(const top_shard& a, const top_shard& b, top_order by) {
  switch (by) {
  case top_order::number:
    break;
  case top_order::owner:
    return a.owner < b.owner;
  case top_order::term:
    return a.term > b.term;
  case top_order::lag:
    return a.lag > b.lag;
  case top_order::unsettled:
    return a.unsettled > b.unsettled;
  case top_order::backlog:
    return a.backlog > b.backlog;
  }
  return a.shard < b.shard;
}

} // namespace

std::vector<top_stage> stages_between(const v1::node_status& before, const v1::node_status& now) {
  std::vector<top_stage> all;
  for (const auto& each : now.stages()) {
    auto requests = each.requests();
    auto total_us = each.total_us();
    for (const auto& earlier : before.stages())
      if (earlier.stage() == each.stage() && earlier.requests() <= requests
          && earlier.total_us() <= total_us) {
        requests -= earlier.requests();
        total_us -= earlier.total_us();
      }
    if (requests > 0)
      all.push_back({each.stage(), static_cast<double>(total_us) / static_cast<double>(requests)});
  }
  return all;
}

top_figures figures_of(const top_model& model) {
  top_figures to;
  to.confirmed_by_second.assign(minute, 0);
  std::map<std::string, std::uint64_t> refusals;
  std::map<std::string, v1::money_in_doubt> in_doubt;
  for (const auto& node : model.nodes) {
    add_stages(node.stages, to.stages);
    const auto& all = node.history.samples();
    if (all.empty())
      continue;
    to.known = true;
    add_minute(all, to, refusals);
    add_newest(*all.rbegin(), to, in_doubt);
  }
  for (const auto& shard : shards_of(model, top_order::number)) {
    to.unsettled += shard.unsettled;
    to.quarantined += shard.quarantined;
  }
  to.refusals.assign(refusals.begin(), refusals.end());
  std::stable_sort(to.refusals.begin(), to.refusals.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (auto& [currency, sum] : in_doubt)
    if (sum.payments() > 0)
      to.in_doubt.push_back(std::move(sum));
  return to;
}

std::vector<top_shard> shards_of(const top_model& model, top_order by) {
  std::vector<top_shard> all;
  for (const auto& each : model.cluster.shards())
    all.push_back(view_of(model, each));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.shard < b.shard; });
  std::stable_sort(all.begin(), all.end(),
                   [by](const auto& a, const auto& b) { return comes_before(a, b, by); });
  return all;
}

std::vector<top_turn> longest_turns(const top_model& model, std::size_t most) {
  std::vector<top_turn> all;
  for (const auto& node : model.nodes)
    for (const auto& turn : node.status.longest_turns())
      all.push_back({node.node, turn});
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.what.took_us() > b.what.took_us(); });
  if (all.size() > most)
    all.resize(most);
  return all;
}

} // namespace orderd::cluster

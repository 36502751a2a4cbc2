// A cluster of two nodes, as `orderctl top` may find it: one shard is behind, one order is stuck.
#pragma once

#include "actors/rules/order_id.hpp"
#include "cluster/top/top_model.hpp"

#include <cstdint>
#include <limits>
#include <string>

namespace orderd::test {

inline constexpr std::int64_t now_ms = 1'259'653'500'000; ///< 2009-12-01T07:45:00Z

inline void add_sample(v1::node_history& to, std::uint32_t confirmed, std::uint32_t rejected) {
  auto& sample = *to.add_samples();
  sample.set_at_ms(now_ms);
  sample.set_confirmed(confirmed);
  sample.set_rejected(rejected);
  sample.set_requests(2 * confirmed + rejected);
  sample.set_p50_us(1'800);
  sample.set_p99_us(12'200 + confirmed);
}

inline void add_shard(cluster::top_model& to, std::uint32_t number, std::uint32_t primary) {
  auto& shard = *to.cluster.add_shards();
  shard.set_shard(number);
  shard.set_term(4 + number);
  shard.set_primary(primary);
  shard.set_primary_endpoint("n" + std::to_string(primary) + ":1");
  shard.add_in_sync(1);
  shard.add_in_sync(2);
  shard.add_nodes(1);
  shard.add_nodes(2);
  shard.set_committed_epoch(1'000 + number);
  shard.set_journal_end(1'002 + number);
  shard.set_state("serving");
  auto& follower = *shard.add_followers();
  follower.set_node(3 - primary);
  follower.set_lag_epochs(number * 20);
  for (auto& node : to.nodes) {
    auto& status = *node.status.add_shards();
    status.set_shard(number);
    status.set_unsettled_orders(node.node == primary ? 5 + number : 77);
    status.set_quarantined(node.node == primary ? number : 0);
    status.set_unapplied_bytes(2'048);
    status.set_applied_epoch(990);
  }
}

inline v1::order placed_order(std::uint64_t number) {
  v1::order order;
  order.set_order_id(actors::make_order_id("c", now_ms - 65'000, number));
  order.set_customer("anna");
  order.set_currency("GBP");
  order.set_total_minor(1'530);
  order.set_status(v1::AUTHORIZING);
  order.set_placed_at_ms(now_ms - 65'000);
  order.mutable_payment()->set_method(v1::CARD);
  order.mutable_payment()->set_state(v1::PAYMENT_UNKNOWN);
  for (const auto status : {v1::PLACED, v1::RESERVING, v1::AUTHORIZING})
    order.add_history(status);
  for (const auto at : {65'000, 64'990, 64'980})
    order.add_history_at_ms(now_ms - at);
  auto& line = *order.add_lines();
  line.set_sku("85123A");
  line.set_quantity(6);
  line.set_unit_price_minor(255);
  line.set_reserved(true);
  return order;
}

inline cluster::top_model small_cluster() {
  cluster::top_model model;
  model.now_ms = now_ms;
  model.cluster.set_cluster_id("shop");
  model.cluster.set_replication(2);
  for (const std::uint32_t number : {1u, 2u}) {
    auto& node = model.nodes.emplace_back();
    node.node = number;
    node.endpoint = "n" + std::to_string(number) + ":1";
    node.status.set_version("0.1.0");
    node.status.set_uptime_ms(7'380'000);
    node.status.set_disk_used(0.125);
    node.status.set_admitting(true);
    auto& known = *model.cluster.add_nodes();
    known.set_node(number);
    known.set_client_endpoint(node.endpoint);
    for (std::uint32_t second = 0; second < 4; ++second)
      add_sample(node.history, 10 * number * second, second);
  }
  model.nodes[0].stages = {{"queue", 310}, {"epoch", 90}, {"commit", 1'240}, {"reply", 45}};
  auto& newest = *model.nodes[0].history.mutable_samples()->rbegin();
  newest.set_oldest_unsettled_s(65);
  newest.set_drain_s(4);
  auto& refusal = *newest.add_refusals();
  refusal.set_name("overloaded");
  refusal.set_count(1'200);
  auto& doubt = *newest.add_in_doubt();
  doubt.set_currency("GBP");
  doubt.set_payments(1);
  doubt.set_amount_minor(1'530);
  doubt.set_oldest_s(60);
  auto& turn = *model.nodes[1].status.add_longest_turns();
  turn.set_shard(1);
  turn.set_what("place_order");
  turn.set_took_us(23'100);
  turn.set_at_ms(now_ms - 10'000);
  add_shard(model, 0, 1);
  add_shard(model, 1, 2);
  auto& entry = model.quarantined.emplace_back();
  entry.set_kind("item");
  entry.set_key("85123A");
  entry.set_command("reserve");
  entry.set_error("it threw");
  entry.set_since_ms(now_ms - 250'000);
  model.oldest.push_back(placed_order(7));
  return model;
}

} // namespace orderd::test

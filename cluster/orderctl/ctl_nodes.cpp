#include "cluster/orderctl/ctl_nodes.hpp"

#include <utility>

namespace orderd::cluster {

v1::request cluster_question() {
  v1::request what;
  what.mutable_get_cluster();
  return what;
}

void merge(v1::cluster_status& into, const v1::cluster_status& from) {
  for (auto& node : *into.mutable_nodes())
    for (const auto& other : from.nodes())
      if (other.node() == node.node())
        node.set_heard(node.heard() || other.heard());
  for (auto& shard : *into.mutable_shards())
    for (const auto& other : from.shards())
      if (other.shard() == shard.shard()
          && (other.term() > shard.term()
              || (other.term() == shard.term() && from.answered_by() == other.primary())))
        shard = other;
}

v1::reply ask_cluster(ctl_context& context) {
  auto answer = context.node.call(cluster_question());
  if (!answer.has_cluster_status())
    return answer;
  auto& all = *answer.mutable_cluster_status();
  const auto nodes = all.nodes();
  for (const auto& node : nodes) {
    if (node.node() == all.answered_by() || node.client_endpoint().empty())
      continue;
    const auto other = context.only(node.client_endpoint())->call(cluster_question());
    if (other.has_cluster_status() && other.cluster_status().cluster_id() == all.cluster_id())
      merge(all, other.cluster_status());
  }
  return answer;
}

std::vector<node_answer> ask_nodes(const v1::cluster_status& cluster, const v1::request& what,
                                   ctl_context& context) {
  std::vector<node_answer> all;
  for (const auto& node : cluster.nodes())
    if (!node.client_endpoint().empty())
      all.push_back({node.node(), node.client_endpoint(), context.only(node.client_endpoint())->call(what)});
  return all;
}

} // namespace orderd::cluster

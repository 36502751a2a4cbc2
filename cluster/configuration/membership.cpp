#include "cluster/configuration/membership.hpp"

#include "cluster/configuration/assignment.pb.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace orderd::cluster {

namespace form = stored::v1;
using runtime::fault;
using runtime::fault_code;
using runtime::result;

std::string name_of_node(std::uint32_t node) {
  char name[24];
  std::snprintf(name, sizeof name, "nodes/%04u", node);
  return name;
}

std::string encode(const cluster_terms& what) {
  form::cluster_record out;
  out.set_id(what.id);
  out.set_shards(what.shards);
  out.set_replication(what.replication);
  out.set_generation(what.generation);
  out.set_written(what.written);
  for (const auto& each : what.continued) {
    auto& one = *out.add_continued();
    one.set_generation(each.generation);
    one.set_newest(each.newest);
  }
  return out.SerializeAsString();
}

result<cluster_terms> decode_cluster_terms(std::string_view bytes) {
  form::cluster_record read;
  if (!read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || read.shards() == 0
      || read.replication() == 0)
    return fault{fault_code::corrupt, "what the configuration store has of the cluster cannot be decoded"};
  cluster_terms out{read.id(), read.shards(), read.replication(), read.generation()};
  for (const auto& each : read.continued())
    out.continued.push_back({each.generation(), each.newest()});
  out.written = read.written();
  return out;
}

std::string encode(std::uint32_t node, const known_node& what) {
  form::node_record out;
  out.set_node(node);
  out.set_incarnation(what.disk.incarnation);
  out.set_boot(what.disk.boot);
  out.set_client_endpoint(what.client_endpoint);
  out.set_peer_endpoint(what.peer_endpoint);
  return out.SerializeAsString();
}

result<std::pair<std::uint32_t, known_node>> decode_known_node(std::string_view bytes) {
  form::node_record read;
  if (!read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fault{fault_code::corrupt, "what the configuration store has of a node cannot be decoded"};
  return std::pair{
      read.node(),
      known_node{{read.incarnation(), read.boot()}, read.client_endpoint(), read.peer_endpoint()}};
}

std::vector<std::uint32_t> first_placement(std::uint32_t shard, const std::vector<std::uint32_t>& nodes,
                                           std::uint32_t replication) {
  runtime::require(!nodes.empty(), "a shard is placed without a node");
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < std::min<std::size_t>(replication, nodes.size()); ++i)
    out.push_back(nodes[(shard + i) % nodes.size()]);
  return out;
}

std::optional<std::uint32_t> next_place(const assignment& of, const std::vector<std::uint32_t>& nodes,
                                        std::uint32_t replication,
                                        const std::map<std::uint32_t, std::size_t>& copies_by_node) {
  if (of.nodes.size() >= replication)
    return std::nullopt;
  const auto copies = [&](std::uint32_t node) {
    const auto found = copies_by_node.find(node);
    return found == copies_by_node.end() ? 0 : found->second;
  };
  std::optional<std::uint32_t> best;
  for (const auto node : nodes)
    if (std::find(of.nodes.begin(), of.nodes.end(), node) == of.nodes.end()
        && (!best || copies(node) < copies(*best)))
      best = node;
  return best;
}

} // namespace orderd::cluster

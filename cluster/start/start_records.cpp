#include "cluster/start/start_records.hpp"

#include "cluster/configuration/membership.hpp"

#include <algorithm>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

/// The newest disk of the node that an assignment names: an empty one must not take its name.
std::uint64_t named(std::uint32_t node, const std::map<std::uint32_t, assignment>& shards) {
  std::uint64_t out = 0;
  for (const auto& [shard, of] : shards)
    for (const auto* set : {&of.in_sync, &of.eligible})
      for (const auto& each : *set)
        if (each.node == node)
          out = std::max(out, each.incarnation);
  return out;
}

} // namespace

result<start_records> read_for_start(const std::map<std::string, versioned_value>& listed, std::uint32_t node,
                                     std::uint32_t shards) {
  start_records out;
  const auto cluster = listed.find(cluster_name);
  out.guard = {cluster_name, cluster == listed.end() ? std::nullopt : std::optional{cluster->second.value}};
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    if (const auto found = listed.find(name_of_shard(shard)); found != listed.end()) {
      if (auto read = decode_assignment(found->second.value))
        out.shards[shard] = *std::move(read);
      else
        out.unreadable = read.error();
    }
  for (const auto& [other, value] : listed)
    if (other.starts_with(nodes_prefix))
      if (auto known = decode_known_node(value.value); known && known->first != node)
        out.others.insert(*std::move(known));
  const auto name = name_of_node(node);
  const auto there = listed.find(name);
  if (there == listed.end()) {
    out.known.node.disk.incarnation = named(node, out.shards);
    return out;
  }
  out.version = there->second.version;
  auto known = decode_known_disks(there->second.value);
  if (!known)
    return fault{fault_code::corrupt,
                 known.error().message + ", '" + name
                     + "', and the data folder holds none that could be read instead: let `orderctl cluster "
                       "restore-configuration` write it again from the nodes that run, and start again"};
  out.known = *std::move(known);
  return out;
}

} // namespace orderd::cluster

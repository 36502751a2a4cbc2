#include "cluster/start/start_checks.hpp"

#include "cluster/replication/replica_note.hpp"
#include "config/start_limits.hpp"

#include <optional>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

result<void> check_found(const std::vector<runtime::replica_storage>& shards) {
  for (const auto& shard : shards) {
    const auto note = decode_replica_note(shard.note.value_or(""));
    if (!note)
      return note.error();
    if (!shard.whole && !note->copying)
      return fault{fault_code::corrupt, shard.damage};
  }
  return {};
}

result<void> check_number_is_free(const joining_ports& ports, std::uint32_t node, const std::string& cluster,
                                  const known_node& announced,
                                  const std::map<std::uint32_t, known_node>& others) {
  if (announced.disk.incarnation == 0)
    return {};
  auto who = ports.answers(announced, cluster);
  for (std::uint32_t looks = 0; !who; ++looks) {
    const auto heard = ports.hears(others, cluster);
    if (!heard)
      return {};
    if (looks == limits::heard_looks_max)
      who = heard;
    else if (!ports.keep_waiting())
      return fault{fault_code::shutting_down, "stopped while waiting for the node's number to fall silent"};
  }
  return fault{fault_code::unavailable, "node " + std::to_string(node) + " runs already: " + *who
                                            + ". Nothing was changed. End that process first, or give this "
                                              "one another --node"};
}

} // namespace orderd::cluster

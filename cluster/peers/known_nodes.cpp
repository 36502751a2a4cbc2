#include "cluster/peers/known_nodes.hpp"

#include <optional>
#include <string>
#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;

void known_nodes::know(std::map<std::uint32_t, std::uint64_t> disks) {
  const std::lock_guard lock{mutex_};
  disks_ = std::move(disks);
}

runtime::result<void> known_nodes::check(const runtime::replica_id& who) const {
  const auto number = std::to_string(who.node);
  if (who.node == self_)
    return fault{fault_code::unavailable, "this is node " + number + " itself"};
  std::optional<std::uint64_t> known;
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = disks_.find(who.node); found != disks_.end())
      known = found->second;
  }
  if (!known)
    return fault{fault_code::unavailable,
                 "the configuration store, as this node read it last, has no node " + number};
  if (*known != who.incarnation)
    return fault{fault_code::unavailable,
                 "node " + number + " has disk " + std::to_string(*known)
                     + " by the configuration store, as this node read it last, not disk "
                     + std::to_string(who.incarnation)};
  return {};
}

} // namespace orderd::cluster

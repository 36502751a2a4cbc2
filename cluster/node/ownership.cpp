#include "cluster/node/ownership.hpp"

#include "cluster/configuration/assignment.pb.h"

#include <cstdio>

namespace orderd::cluster {

namespace {

namespace form = stored::v1;

std::string name_of(std::uint32_t shard) {
  char name[24];
  std::snprintf(name, sizeof name, "shards/%04u", shard);
  return name;
}

std::string first_assignment(runtime::replica_id self) {
  form::shard_assignment first;
  first.set_term(1);
  first.mutable_primary()->set_node(self.node);
  first.mutable_primary()->set_incarnation(self.incarnation);
  *first.add_in_sync() = first.primary();
  return first.SerializeAsString();
}

} // namespace

runtime::result<owned_shard> own_shard(configuration_store& store, std::uint32_t shard,
                                       runtime::replica_id self) {
  const auto name = name_of(shard);
  auto found = store.get(name);
  if (found && found->version == 0)
    found = store.compare_and_set(name, 0, first_assignment(self), unguarded);
  if (!found)
    return found.error();
  form::shard_assignment assignment;
  if (!assignment.ParseFromString(found->value))
    return runtime::fault{runtime::fault_code::corrupt,
                          "the assignment under " + name + " cannot be decoded"};
  if (assignment.primary().node() != self.node)
    return runtime::fault{runtime::fault_code::unavailable,
                          "shard " + std::to_string(shard) + " is owned by node "
                              + std::to_string(assignment.primary().node()) + ", not by node "
                              + std::to_string(self.node)};
  return owned_shard{assignment.term()};
}

} // namespace orderd::cluster

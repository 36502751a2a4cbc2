#include "cluster/start/leaving.hpp"

#include "cluster/start/given_up.hpp"
#include "cluster/start/start_words.hpp"
#include "runtime/base/folder_lock.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/node_file.hpp"

#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

std::string file_of(const std::string& folder) {
  return folder + "/node.json";
}

/// node.json of a folder that is of a cluster; `malformed` when it is of none.
result<runtime::node_file> member_file(const std::string& folder) {
  auto file = runtime::read_node_file(file_of(folder));
  if (!file)
    return file.error();
  if (!*file || (*file)->cluster.empty())
    return fault{fault_code::malformed,
                 "the data folder " + folder + " is of no cluster; nothing was changed"};
  return **file;
}

/// Why what it says of itself is not enough to serve alone with; empty: it is.
std::string unfit(const runtime::node_file& file) {
  if (!file.complete)
    return "it was never made completely, and holds nothing";
  if (!file.distrusted.empty())
    return "its node does not trust it: " + file.distrusted;
  return file.pending ? "it began anew with an empty disk, and never joined" : "";
}

fault refusal(const std::string& folder, const std::string& why) {
  return {fault_code::malformed,
          "the data folder " + folder + " cannot leave its cluster: " + why
              + ". By itself it would serve a part of the business, or an empty one, as if that were all. "
                "Start it in its cluster until 'orderctl cluster status' shows it in sync of every shard, or "
                "let the folder of a node leave that is; 'orderd disks list' shows what was given up here"};
}

} // namespace

result<void> check_alone(const std::string& data_dir) {
  const auto file = runtime::read_node_file(file_of(data_dir));
  if (!file || !*file || (*file)->cluster.empty())
    return {}; // Whatever is wrong with it, opening the folder says.
  return fault{
      fault_code::malformed,
      "the data folder " + in_full(data_dir) + " is that of "
          + ((*file)->node ? "node " + std::to_string(*(*file)->node) : std::string{"a node"})
          + " of cluster " + (*file)->cluster
          + ": by itself it would take orders that the cluster does not know of. Nothing was changed. Start "
            "it with --configuration etcd and the cluster's --etcd; or, if it shall never be in the cluster "
            "again, say --leave-cluster once"};
}

result<std::string> leave_cluster(const std::string& data_dir) {
  const auto folder = in_full(data_dir);
  if (auto member = member_file(folder); !member) // Before anything is made there, a lock included.
    return member.error();
  auto lock = runtime::folder_lock::take(folder);
  if (!lock)
    return lock.error();
  if (auto done = finish_moves(folder); !done)
    return done.error();
  auto file = member_file(folder);
  if (!file)
    return file.error();
  if (auto why = unfit(*file); !why.empty())
    return refusal(folder, why);
  runtime::storage_options kept;
  kept.salvage_states = false;
  const auto disk = runtime::open_storage(folder, file->shards, kept, *std::move(lock));
  if (!disk)
    return disk.error();
  const auto shards = inspect_opened(**disk);
  if (!shards)
    return shards.error();
  std::string ends;
  for (const auto& each : *shards) {
    const auto shard = "shard " + std::to_string(each.shard);
    if (!each.whole)
      return refusal(folder, shard + " in it is not whole: " + each.damage);
    if (each.end == 0 && file->incarnation > 1)
      return refusal(folder, "it replaced another disk, and holds nothing of " + shard);
    ends += "; " + shard + " ends with epoch " + std::to_string(each.end);
  }
  if (file = member_file(folder); !file) // As opening it has left it.
    return file.error();
  const auto cluster = std::exchange(file->cluster, "");
  file->node.reset();
  file->boot = 0;
  if (auto done = runtime::write_node_file(file_of(folder), *file); !done)
    return done.error();
  return "the data folder " + folder + " has left cluster " + cluster + " for good" + ends
         + ". Its data is as it was: all that the cluster had acknowledged if it was in sync of every shard, "
           "else what it had by then. What it takes from now on, the cluster does not know, and the other "
           "way "
           "round; the cluster does not take the folder back";
}

} // namespace orderd::cluster

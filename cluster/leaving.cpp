#include "cluster/leaving.hpp"

#include "cluster/start_words.hpp"
#include "runtime/folder_lock.hpp"
#include "runtime/node_file.hpp"

#include <utility>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

std::string file_of(const std::string& folder) {
  return folder + "/node.json";
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
  auto file = runtime::read_node_file(file_of(folder));
  if (!file)
    return file.error();
  if (!*file || (*file)->cluster.empty())
    return fault{fault_code::malformed,
                 "the data folder " + folder + " is of no cluster; nothing was changed"};
  auto lock = runtime::folder_lock::take(folder);
  if (!lock)
    return lock.error();
  const auto cluster = std::exchange((*file)->cluster, "");
  (*file)->node.reset();
  (*file)->boot = 0;
  if (auto done = runtime::write_node_file(file_of(folder), **file); !done)
    return done.error();
  return "the data folder " + folder + " has left cluster " + cluster
         + " for good. Its data is as it was: all that the cluster had acknowledged if it was in sync of "
           "every shard, "
           "else what it had by then. What it takes from now on, the cluster does not know, and the other "
           "way "
           "round; the cluster does not take the folder back";
}

} // namespace orderd::cluster

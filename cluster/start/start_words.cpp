#include "cluster/start/start_words.hpp"

#include <ctime>
#include <filesystem>

namespace orderd::cluster {

namespace {

std::string since(const known_disks& known) {
  if (known.since_ms <= 0)
    return "started " + std::to_string(known.node.disk.boot) + " times";
  const auto at = static_cast<std::time_t>(known.since_ms / 1'000);
  std::tm broken{};
  gmtime_r(&at, &broken);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken);
  return std::string{"since "} + text + ", started " + std::to_string(known.node.disk.boot) + " times";
}

std::string disk_name(std::uint64_t incarnation) {
  return "disk " + std::to_string(incarnation);
}

std::string node_name(const start_story& story) {
  return "node " + std::to_string(story.node);
}

constexpr const char* kept = "; what is given up is kept in the folder given-up there";

std::string of_an_empty_one(const start_story& story, const std::vector<std::uint32_t>& shards) {
  auto out =
      node_name(story) + " of cluster " + story.cluster + " is known with its "
      + disk_name(story.known.node.disk.incarnation) + " (" + since(story.known) + "), and the data folder "
      + story.folder
      + " is empty. If its disk is in another folder, name that one with --data-dir; nothing was changed. "
        "If the disk is lost, start it once with --replace-disk: the node then begins with an empty one, "
        "which gets a copy from the other nodes, and "
      + disk_name(story.known.node.disk.incarnation) + " is given up";
  if (!shards.empty())
    out += ". It counts as holding everything of " + shard_list(shards)
           + ": what no other node has would be lost";
  return out;
}

std::string of_a_replaced_one(const start_story& story, const std::vector<std::uint32_t>& shards) {
  return "the data folder " + story.folder + " holds " + disk_name(story.disk.identity.incarnation) + " of "
         + node_name(story) + ", which was replaced by its " + disk_name(story.known.node.disk.incarnation)
         + " (" + since(story.known) + "). That one holds everything of " + shard_list(shards)
         + ", this one does not; nothing was changed. Start the node with the folder of that disk. "
           "'orderd disks show current --data-dir DIR' says what is on this one; it serves again when the "
           "other "
           "holds nothing any more; --replace-disk gives it up"
         + kept;
}

std::string of_one_that_cannot_go_on(const start_story& story, const std::vector<std::uint32_t>& shards) {
  return trouble_of(story) + "; and of " + shard_list(shards)
         + " no other nodes are known to hold everything, so it may be the last to do so. Nothing was "
           "changed. "
           "Start the other nodes, and then this one again: it gets a copy of theirs once they are enough. "
           "If it is "
           "to be given up whatever is on it alone, start it once with --replace-disk"
         + kept;
}

} // namespace

std::string in_full(const std::string& folder) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(folder, failed);
  return failed ? folder : whole.lexically_normal().string();
}

std::string shard_list(const std::vector<std::uint32_t>& shards) {
  std::string out = shards.size() == 1 ? "shard " : "shards ";
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (i > 0)
      out += i + 1 == shards.size() ? " and " : ", ";
    out += std::to_string(shards[i]);
  }
  return out;
}

std::string trouble_of(const start_story& story) {
  auto out = disk_name(story.disk.identity.incarnation) + " of " + node_name(story) + " in the data folder "
             + story.folder;
  if (!story.disk.sound)
    return out + " cannot go on: " + story.damage;
  return out + " is an older copy of itself: it counts " + std::to_string(story.disk.identity.boot)
         + " starts, the configuration store "
         + std::to_string(starts_of(story.known, story.disk.identity.incarnation).value_or(0))
         + "; it lacks what it acknowledged since";
}

std::string refusal_of(const start_story& story, const start_verdict& decided) {
  switch (decided.outcome) {
  case start_outcome::refuses_empty:
    return of_an_empty_one(story, decided.shards);
  case start_outcome::refuses_replaced:
    return of_a_replaced_one(story, decided.shards);
  default:
    return of_one_that_cannot_go_on(story, decided.shards);
  }
}

std::string reason_of(const start_story& story, const start_verdict& decided, bool replace) {
  std::string out = replace ? "an operator said --replace-disk" : trouble_of(story);
  if (!decided.shards.empty())
    out += "; it may have been the last to hold everything of " + shard_list(decided.shards);
  else if (!replace)
    out += "; others held everything that was acknowledged";
  return out;
}

std::string empty_store_text(const std::string& folder, const std::string& cluster) {
  return "the data folder " + folder + " is of cluster " + cluster
         + ", and the configuration store knows no cluster: it is another one, or has lost what it held. "
           "Nothing was changed in either. Name the cluster's own store with --etcd, or bring its records "
           "back "
           "first";
}

std::string not_founded_text(const std::string& lost) {
  return "the configuration store has lost the records of cluster " + lost
         + ", whose nodes run: no new cluster is founded there, and nothing was changed. Let `orderctl "
           "--endpoint ANY cluster restore-configuration` write them again, then start this node. If that "
           "cluster is given up, end its nodes and remove its mark: `etcdctl del orderd/lost` (Debian: "
           "package "
           "etcd-client)";
}

std::string refusal_of_folder(const std::string& folder, const runtime::node_file& file, std::uint32_t node,
                              const std::string& cluster) {
  const auto where = "the data folder " + folder;
  if (file.cluster.empty())
    return where + " is that of a node by itself, not of a node of cluster " + cluster
           + ". Nothing in it was touched. Use another --data-dir for node " + std::to_string(node)
           + ", or start that node as it was, with --configuration static";
  if (file.cluster != cluster)
    return where + " is of another cluster, " + file.cluster + "; the configuration store here is that of "
           + (cluster.empty() ? std::string{"none yet"} : cluster)
           + ". Nothing was changed in either. Name the store of its own cluster with --etcd, or use another "
             "--data-dir";
  if (file.node && *file.node != node)
    return where + " is that of node " + std::to_string(*file.node) + " of this cluster, and this is node "
           + std::to_string(node) + ". Nothing was changed. Give each node its own --data-dir";
  return {};
}

} // namespace orderd::cluster

#include "tests/simulation/simulated_folder.hpp"

#include "cluster/start/held_store.hpp"
#include "cluster/start/start_words.hpp"

#include <map>

namespace orderd::simulation {

namespace {

using listed = std::map<std::string, cluster::versioned_value>;

cluster::start_question question_of(const simulated_folder& folder, const starting_process& who,
                                    const listed& there) {
  cluster::start_question asked{who.node, {folder.identity, true, folder.pending},     {},
                                {},       cluster::min_in_sync(who.terms.replication), who.replace};
  if (const auto known = there.find(cluster::name_of_node(who.node)); known != there.end())
    asked.known = *cluster::decode_known_disks(known->second.value);
  for (std::uint32_t shard = 0; shard < who.terms.shards; ++shard)
    if (const auto found = there.find(cluster::name_of_shard(shard)); found != there.end())
      asked.shards[shard] = *cluster::decode_assignment(found->second.value);
  return asked;
}

bool is_another_nodes(const simulated_folder& folder, const starting_process& who) {
  runtime::node_file file;
  file.cluster = who.terms.id;
  file.node = folder.node;
  return folder.identity.incarnation != 0
         && !cluster::refusal_of_folder("", file, who.node, who.terms.id).empty();
}

/// The start is counted on the disk first.
void write_disk(simulated_folder& folder, const starting_process& who,
                const cluster::start_verdict& decided) {
  if (decided.outcome == cluster::start_outcome::begins
      || decided.outcome == cluster::start_outcome::begins_anew) {
    folder.disk = who.new_disk();
    folder.pending = true;
  }
  folder.node = who.node;
  folder.identity = decided.now;
}

} // namespace

start_try try_to_start(simulated_folder& folder, const starting_process& who) {
  cluster::held_store store{who.store, folder.held};
  const auto there = store.list("");
  if (!there || !there->contains(cluster::cluster_name))
    return {};
  if (is_another_nodes(folder, who))
    return {start_try::end::not_its_own};
  const auto asked = question_of(folder, who, *there);
  const auto decided = cluster::judge_start(asked);
  if (!decided.may_start())
    return {start_try::end::refused, decided.outcome};
  if (who.answered_for && asked.known.node.disk.incarnation != 0)
    return {start_try::end::answered_for};
  const auto names = [&](std::uint64_t incarnation) {
    return !cluster::held_by({who.node, incarnation}, asked.shards).empty();
  };
  const bool worse = decided.outcome == cluster::start_outcome::serves_again
                     && names(asked.known.node.disk.incarnation) && !names(folder.identity.incarnation);
  write_disk(folder, who, decided);
  auto self = cluster::with_disk(asked.known, decided.now, 0);
  self.node.client_endpoint = self.node.peer_endpoint = who.endpoint;
  const auto mine = cluster::encode(who.node, self);
  const auto name = cluster::name_of_node(who.node);
  const auto before = there->find(name);
  const auto told = store.compare_and_set(
      name, before == there->end() ? 0 : before->second.version, mine,
      cluster::store_guard{cluster::cluster_name, there->at(cluster::cluster_name).value});
  folder.held = store.held();
  if (!told || told->value != mine)
    return {};
  folder.pending = false;
  return {start_try::end::started, decided.outcome, asked.known.node.disk.incarnation != 0, worse};
}

} // namespace orderd::simulation

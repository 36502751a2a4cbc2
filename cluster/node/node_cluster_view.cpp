// What a node says of its cluster, be it the only one.
#include "actors/public/replies.hpp"
#include "cluster/node/node_actor.hpp"
#include "cluster/node/node_answers.hpp"
#include "cluster/replica_host/missed_copies.hpp"

#include <caf/policy/select_all.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

void fill(v1::shard_view& to, const replica_description& host,
          const std::map<std::uint32_t, known_node>& nodes) {
  const auto& known = host.known.what;
  to.set_shard(host.shard);
  to.set_term(known.term);
  to.set_primary(known.primary.node);
  if (const auto leader = nodes.find(known.primary.node); leader != nodes.end())
    to.set_primary_endpoint(leader->second.client_endpoint);
  for (const auto& each : known.in_sync)
    to.add_in_sync(each.node);
  for (const auto& each : known.eligible)
    to.add_eligible(each.node);
  for (const auto node : known.nodes)
    to.add_nodes(node);
  to.set_committed_epoch(host.committed);
  to.set_journal_end(host.end);
  to.set_state(host.state);
  *to.mutable_missed() = said_of(host.missed);
  to.set_refusing_because(host.refusing_because);
  for (const auto& each : host.followers) {
    auto& follower = *to.add_followers();
    follower.set_node(each.who.node);
    follower.set_lag_epochs(host.end - std::min(host.end, each.end));
  }
}

} // namespace

void node_actor::answer_cluster(const node_question& question, const caf::actor& gateway) {
  const auto to = question.from;
  fan_out_request<caf::policy::select_all>(given_.shards, time_left(question), describe_replica{})
      .then(
          [this, to, gateway](std::vector<replica_description> hosts) {
            std::sort(hosts.begin(), hosts.end(),
                      [](const auto& a, const auto& b) { return a.shard < b.shard; });
            send(gateway, runtime::one_reply(to, actors::reply_body(cluster_view(hosts))));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("a shard does not answer", why)));
          });
}

v1::reply node_actor::cluster_view(const std::vector<replica_description>& hosts) {
  const auto& nodes = *nodes_;
  v1::reply body;
  auto& all = *body.mutable_cluster_status();
  all.set_cluster_id(given_.terms.id);
  all.set_replication(given_.terms.replication);
  all.set_answered_by(given_.self.node);
  for (const auto& [number, node] : nodes) {
    auto& view = *all.add_nodes();
    view.set_node(number);
    view.set_client_endpoint(node.client_endpoint);
    view.set_peer_endpoint(node.peer_endpoint);
    view.set_boot(node.disk.boot);
    view.set_heard(number == given_.self.node || given_.board.hears(number, given_.board.now(clock().now())));
  }
  for (const auto& host : hosts)
    fill(*all.add_shards(), host, nodes);
  return body;
}

} // namespace orderd::cluster

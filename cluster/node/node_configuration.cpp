// What a node of a cluster holds of the configuration store, for operators, and what they change there.
#include "actors/public/replies.hpp"
#include "cluster/node/alone.hpp"
#include "cluster/node/node_actor.hpp"
#include "cluster/node/node_answers.hpp"
#include "cluster/replication/term_table.hpp"
#include "runtime/base/log.hpp"

#include <caf/policy/select_all.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

using runtime::fault;
using runtime::fault_code;

/// Newest terms of a journal that are told: two histories part in one of the last.
constexpr std::size_t terms_said = 64;

const fault by_itself{fault_code::malformed, "this is a node by itself: it has no configuration store"};

} // namespace

void node_actor::answer_configuration(const node_question& question, const caf::actor& gateway) {
  const auto to = question.from;
  if (alone(given_.terms))
    return send(gateway, refusal(to, by_itself));
  const auto patience = time_left(question);
  const auto failed = [this, to, gateway](const char* who) {
    return
        [this, to, gateway, who](const caf::error& why) { send(gateway, refusal(to, no_answer(who, why))); };
  };
  request(directory_, patience, describe_configuration{})
      .then(
          [this, to, gateway, patience, failed](const configuration_description& known) {
            fan_out_request<caf::policy::select_all>(given_.shards, patience, describe_replica{})
                .then(
                    [this, to, gateway, known](std::vector<replica_description> hosts) {
                      std::sort(hosts.begin(), hosts.end(),
                                [](const auto& a, const auto& b) { return a.shard < b.shard; });
                      send(gateway,
                           runtime::one_reply(to, actors::reply_body(configuration_view(known, hosts))));
                    },
                    failed("a shard does not answer"));
          },
          failed("the directory does not answer"));
}

v1::reply node_actor::configuration_view(const configuration_description& known,
                                         const std::vector<replica_description>& hosts) {
  v1::reply body;
  auto& out = *body.mutable_node_configuration();
  const auto& terms = known.held->terms();
  out.set_cluster_id(terms.id);
  out.set_node(given_.self.node);
  out.set_incarnation(given_.self.incarnation);
  out.set_generation(terms.generation);
  out.set_store(known.store);
  auto records = known.held->records();
  records[cluster_name].value = encode(terms);
  for (const auto& [name, what] : records) {
    auto& record = *out.add_records();
    record.set_name(name);
    record.set_version(what.version);
    record.set_value(what.value);
  }
  for (const auto& host : hosts) {
    auto& copy = *out.add_copies();
    copy.set_shard(host.shard);
    copy.set_promised(host.promised);
    copy.set_journal_term(host.end_term);
    copy.set_journal_end(host.end);
    copy.set_whole(!host.copying);
    const term_table journal{host.terms};
    copy.set_committed(host.committed);
    copy.set_committed_term(journal.term_at(host.committed));
    for (auto i = host.terms.size() - std::min(host.terms.size(), terms_said); i < host.terms.size(); ++i) {
      auto& begin = *copy.add_terms();
      begin.set_term(host.terms[i].term);
      begin.set_first_epoch(host.terms[i].first_epoch);
    }
  }
  for (const auto& [number, node] : known.held->nodes())
    if (number == given_.self.node || given_.board.hears(number, clock().now()))
      out.add_heard(number);
  return body;
}

/// Why this node does not do it: somebody lives who must not.
std::optional<fault> node_actor::refuses(const v1::change_configuration& asked) {
  if (alone(given_.terms))
    return by_itself;
  for (const auto node : asked.unheard())
    if (node == given_.self.node || given_.board.hears(node, clock().now()))
      return fault{fault_code::malformed,
                   "node " + std::to_string(node)
                       + " lives and may lead the shard without any loss: nothing was changed"};
  return std::nullopt;
}

void node_actor::change_configuration(const node_question& question, const caf::actor& gateway) {
  const auto to = question.from;
  const auto& asked = question.asked->change_configuration();
  if (const auto why = refuses(asked))
    return send(gateway, refusal(to, *why));
  const auto generation = asked.generation();
  request(directory_, time_left(question), change_store{question.asked, given_.clock.now().wall_ms})
      .then(
          [this, to, gateway, generation](const store_changed& outcome) {
            if (outcome.refused)
              return send(gateway, refusal(to, *outcome.refused));
            v1::reply body;
            body.mutable_configuration_changed()->set_audit(outcome.audit);
            body.mutable_configuration_changed()->set_generation(generation);
            send(gateway, runtime::one_reply(to, actors::reply_body(body)));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("the directory does not answer", why)));
          });
}

} // namespace orderd::cluster

#include "cluster/directory/directory_actor.hpp"

#include "cluster/configuration/lost_mark.hpp"
#include "cluster/peers/messages.hpp"
#include "config/term_limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;

namespace {

/// What a person does about a store that is not believed.
std::string advice(const held_configuration& held) {
  return "the cluster goes on under what its nodes hold; nobody can take over or join. Give the store its "
         "data "
         "back, or let `orderctl cluster restore-configuration` write the records of cluster "
         + held.terms().id + " again from the nodes";
}

} // namespace

directory_actor::directory_actor(caf::actor_config& config, configuration_store& store,
                                 directory_options options, directory_listeners listeners)
    : caf::event_based_actor(config), store_(store), options_(std::move(options)),
      listeners_(std::move(listeners)), held_(options_.held.value_or(held_configuration{options_.terms})),
      untold_(!held_.records().empty()), started_at_(clock().now()) {}

caf::behavior directory_actor::make_behavior() {
  // A hint comes on the store's thread, and may come when this actor is gone.
  store_.watch("", [me = caf::actor_cast<caf::actor_addr>(this)](const std::string&) {
    if (const auto alive = caf::actor_cast<caf::actor>(me))
      caf::anon_send(alive, look_up_assignments{});
  });
  poll();
  return {
      [this](const propose_assignment& what) {
        agenda_.add({what, caf::actor_cast<caf::actor>(current_sender())});
        call_soon();
      },
      [this](look_up_assignments) {
        agenda_.want_read();
        call_soon();
      },
      [this](describe_configuration) { return describe(); },
      [this](const change_store& what) { return change_records(what); },
      [this](poll_store) { poll(); },
      [this](call_store) { call(); },
  };
}

void directory_actor::on_exit() {
  listeners_ = {};
  agenda_ = {};
  put_off_.clear();
}

configuration_description directory_actor::describe() const {
  auto store = store_answers_ && belief_ ? std::string{to_string(*belief_)} : std::string{"unreachable"};
  if (store == "believed" && !(kept_.empty() && kept_nodes_.empty()))
    store = "lacks records";
  return {std::make_shared<const held_configuration>(held_), std::move(store)};
}

void directory_actor::poll() {
  delayed_send(this, options_.poll, poll_store{});
  agenda_.want_read();
  call_soon();
}

/// Behind whatever is in the mailbox by now, so that all of it is on the agenda before the store is asked.
void directory_actor::call_soon() {
  if (!std::exchange(call_is_due_, true))
    send(this, call_store{});
}

void directory_actor::call() {
  call_is_due_ = false;
  switch (agenda_.next()) {
  case agenda::item::nothing:
    return;
  case agenda::item::proposal:
    // What was read before may be of a store that is gone: what this node knows of one shard then fits a
    // backup, and what it knows of another tells that the backup is old.
    agenda_.begin_read();
    read_all();
    while (agenda_.next() == agenda::item::proposal)
      propose(agenda_.take_proposal());
    break;
  case agenda::item::read:
    agenda_.begin_read();
    read_all();
    break;
  }
  if (agenda_.next() != agenda::item::nothing)
    call_soon();
}

// -- proposals -----------------------------------------------------------------------------------

void directory_actor::propose(waiting_proposal what) {
  if (!store_answers_)
    return send(what.host, assignment_undecided{});
  if (!believes())
    return put_off_.push_back(std::move(what));
  decide(what);
}

void directory_actor::decide(const waiting_proposal& proposed) {
  const auto& what = proposed.what;
  if (listeners_.metrics)
    listeners_.metrics->store_trouble.at("terms").Set(what.what.term > limits::term_max ? 1 : 0);
  if (what.what.term > limits::term_max) {
    log::error("directory", "terms_exhausted", {{"shard", what.shard}, {"term", what.what.term}},
               "no term is left: see `orderctl cluster reset-term`");
    return put_off_.push_back(proposed);
  }
  const auto changed = change(what.shard, what.expected_version, what.what);
  if (!changed) {
    log::warn("directory", "assignment_undecided", {{"shard", what.shard}}, changed.error().message);
    return send(proposed.host, assignment_undecided{});
  }
  const bool won = changed->value == encode(what.what);
  if (won) {
    held_.take(what.shard, changed->version, what.what);
    keep();
  } else {
    read_all(); // Another change came first: which, only a read can say that looks at all of the store.
    if (!believes() || held_.shards()[what.shard].version <= what.expected_version)
      return put_off_.push_back(proposed);
  }
  const auto& there = held_.shards()[what.shard];
  log::info("directory", "assignment_decided",
            {{"shard", what.shard},
             {"term", there.what.term},
             {"primary", there.what.primary.node},
             {"in_sync", there.what.in_sync.size()}},
            won ? "" : "another change came first");
  send(proposed.host, assignment_decided{there});
}

/// Compare-and-set, if the version is one of the present generation, and the store is still of that one: else
/// another change came first.
runtime::result<versioned_value> directory_actor::change(std::uint32_t shard, std::uint64_t expected,
                                                         const assignment& what) {
  if (expected != 0 && generation_of(expected) != held_.terms().generation)
    return versioned_value{};
  if (listeners_.metrics)
    listeners_.metrics->store_calls.at("change").Increment();
  return store_.compare_and_set(name_of_shard(shard), version_in_store(expected), encode(what),
                                held_.this_store());
}

// -- reading -------------------------------------------------------------------------------------

void directory_actor::read_all() {
  if (listeners_.metrics)
    listeners_.metrics->store_calls.at("read").Increment();
  const auto listed = store_.list("");
  say_whether_it_answers(bool{listed});
  if (listed) {
    const auto there = read_content(*listed);
    const auto verdict = held_.judge(there);
    say_what_is_believed(verdict);
    belief_ = verdict.what;
    if (believes()) {
      take(there, verdict);
      announce_again(*listed, verdict);
    } else if (verdict.what == store_belief::older && held_.note_older())
      keep();
    if (verdict.found_again)
      continue_generation(there);
    if (verdict.what == store_belief::empty && !listed->contains(lost_name))
      mark_lost();
  }
  if (std::exchange(untold_, false)) {
    tell_nodes();
    tell_shards();
  }
  if (listed && believes())
    place_shards();
  for (const auto& each : std::exchange(put_off_, {}))
    send(each.host, assignment_undecided{});
}

void directory_actor::take(const store_content& there, const store_verdict& verdict) {
  say_what_is_kept(verdict);
  const auto news = held_.take(there, verdict);
  if (news.any())
    keep();
  if (untold_)
    return; // Everything, in a moment.
  if (news.nodes)
    tell_nodes();
  if (news.shards)
    tell_shards();
}

/// Before anything else is changed in a store that has its data back (held_configuration.hpp).
void directory_actor::continue_generation(const store_content& there) {
  const auto next = held_.continued();
  if (!next)
    return;
  const auto set =
      store_.compare_and_set(cluster_name, there.records.at(cluster_name).version, *next, held_.this_store());
  if (!set || set->value != *next)
    return; // Another node was faster, or the store is lost again: the next read says which.
  log::warn("directory", "store_found_again", {{"generation", held_.terms().generation + 1}},
            "it has exactly what this node holds, and goes on from there");
  agenda_.want_read();
}

/// An empty store looks like a new one to a node with an empty folder, which would found a cluster there. The
/// outcome is not asked for: the next read says.
void directory_actor::mark_lost() {
  static_cast<void>(
      store_.compare_and_set(lost_name, 0, held_.terms().id, store_guard{cluster_name, std::nullopt}));
}

/// This node's own record, where the store has lost it: others would start without knowing it.
void directory_actor::announce_again(const std::map<std::string, versioned_value>& listed,
                                     const store_verdict& verdict) {
  const auto name = name_of_node(options_.self);
  const auto mine = held_.records().find(name);
  if (!verdict.kept_nodes.contains(options_.self) || mine == held_.records().end())
    return;
  const auto there = listed.find(name);
  const auto set = store_.compare_and_set(name, there == listed.end() ? 0 : there->second.version,
                                          mine->second.value, held_.this_store());
  if (set && set->value == mine->second.value)
    log::warn("directory", "announced_again", {{"node", options_.self}},
              "the configuration store has this node's record again; find out who took it away");
}

/// Before anyone acts on it: what this node has said or done under a record, it knows after a restart.
void directory_actor::keep() {
  if (listeners_.keep)
    listeners_.keep(held_);
}

void directory_actor::say_whether_it_answers(bool answers) {
  if (answers != std::exchange(store_answers_, answers)) {
    if (answers)
      log::info("directory", "store_answers", {}, "");
    else
      log::warn("directory", "store_does_not_answer", {},
                "shards go on as they are; nothing can take over or join until it does");
  }
  if (listeners_.metrics)
    listeners_.metrics->store_trouble.at("unreachable").Set(answers ? 0 : 1);
}

void directory_actor::say_what_is_believed(const store_verdict& verdict) {
  if (belief_ != verdict.what) {
    if (verdict.what != store_belief::believed)
      log::error("directory", "store_not_believed", {{"store", to_string(verdict.what)}},
                 verdict.why + ": " + advice(held_));
    else if (belief_)
      log::info("directory", "store_believed", {{"generation", held_.terms().generation}}, "");
  }
  if (!listeners_.metrics)
    return;
  for (const auto each :
       {store_belief::empty, store_belief::foreign, store_belief::older, store_belief::damaged})
    listeners_.metrics->store_trouble.at(to_string(each)).Set(each == verdict.what ? 1 : 0);
}

void directory_actor::say_what_is_kept(const store_verdict& verdict) {
  for (const auto& [shard, why] : verdict.kept)
    if (const auto said = kept_.find(shard); said == kept_.end() || said->second != why)
      log::error("directory", "assignment_not_believed", {{"shard", shard}},
                 why
                     + ": the shard goes on as this node knows it; `orderctl cluster restore-configuration` "
                       "writes its record again");
  for (const auto& [shard, why] : verdict.odd)
    if (!odd_.contains(shard))
      log::error("directory", "term_jumped", {{"shard", shard}},
                 why + ": find out who wrote the configuration store (orderctl cluster status)");
  for (const auto& [node, why] : verdict.kept_nodes)
    if (const auto said = kept_nodes_.find(node); said == kept_nodes_.end() || said->second != why)
      log::error("directory", "node_not_believed", {{"node", node}},
                 why
                     + ": the node is known as this one holds it. While it runs it writes its record again; "
                       "else `orderctl cluster restore-configuration` does");
  kept_ = verdict.kept;
  kept_nodes_ = verdict.kept_nodes;
  odd_.insert(verdict.odd.begin(), verdict.odd.end());
  if (!listeners_.metrics)
    return;
  listeners_.metrics->store_trouble.at("records").Set(static_cast<double>(kept_.size() + kept_nodes_.size()));
  listeners_.metrics->store_trouble.at("jumps").Set(static_cast<double>(odd_.size()));
}

void directory_actor::tell_nodes() {
  const auto shared = std::make_shared<const std::map<std::uint32_t, known_node>>(held_.nodes());
  for (const auto& host : listeners_.hosts)
    send(host, nodes_seen{shared});
  send(listeners_.node, nodes_seen{shared});
  peer_endpoints where;
  for (const auto& [number, node] : held_.nodes())
    where.nodes[number] = node.peer_endpoint;
  send(listeners_.peers, std::move(where));
  if (listeners_.heartbeats_to)
    listeners_.heartbeats_to(held_.nodes());
}

void directory_actor::tell_shards() {
  const auto shared = std::make_shared<const std::vector<versioned_assignment>>(held_.shards());
  for (const auto& host : listeners_.hosts)
    send(host, assignments_seen{shared});
}

} // namespace orderd::cluster

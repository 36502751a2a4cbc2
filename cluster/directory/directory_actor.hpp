// What a node knows of the configuration store: who leads which shard, and where the other nodes are.
//
// Messages: propose_assignment (answered with assignment_decided or assignment_undecided to its sender),
// look_up_assignments, describe_configuration, change_store, poll_store. It tells replica hosts and node
// `assignments_seen` and `nodes_seen`, and peers `peer_endpoints`, whenever they have changed. It reads
// everything once a second, when somebody asks, and when the store hints that something changed: hints may be
// lost (C8). However many ask, one read is due (store_agenda.hpp), and proposals go before it: but each waits
// for a look at all of the store, which answers those who asked as well. Whoever has seen anything newer than
// a backup changes nothing in a store that was set back to it.
//
// It believes the store only where that is newer than what this node holds (held_configuration.hpp). While it
// does not, replica hosts and node go on with what they know: proposals are answered as if the store were
// away, at the pace of the polls, and nothing is placed. What it holds is handed to `keep` before anyone is
// told of it.
//
// It places shards that nobody placed yet, when as many nodes as copies are wanted have announced themselves,
// or after `placement_wait` with as many as there are; gives shards with too few copies another place when
// there is a node for it; and places those again whose first disk was lost before anyone had joined it.
//
// Its calls of the store block: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/configuration/membership.hpp"
#include "cluster/directory/messages.hpp"
#include "cluster/directory/store_agenda.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/peers/heartbeats.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::v1 {
class change_configuration;
}

namespace orderd::cluster {

struct directory_options {
  cluster_terms terms = {};
  std::uint32_t self = 0;
  std::chrono::milliseconds poll{1'000};
  std::chrono::milliseconds placement_wait{5'000};
  /// From an earlier life, of that very cluster; none: nothing is held.
  std::optional<held_configuration> held = {};
};

/// Who is told. Endpoints of the other nodes go to `peers` and, as addresses for heartbeats, to
/// `heartbeats_to`; what is to be kept durably goes to `keep`, which may be empty.
struct directory_listeners {
  std::vector<caf::actor> hosts;
  caf::actor node;
  caf::actor peers;
  std::function<void(const std::map<std::uint32_t, known_node>&)> heartbeats_to;
  cluster_metrics* metrics = nullptr; ///< outlives the actor
  std::function<void(const held_configuration&)> keep = {};
};

class directory_actor : public caf::event_based_actor {
public:
  /// `store` must outlive the actor.
  directory_actor(caf::actor_config& config, configuration_store& store, directory_options options,
                  directory_listeners listeners);

  const char* name() const override { return "orderd.directory"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct waiting_proposal {
    propose_assignment what;
    caf::actor host;
  };
  using agenda = store_agenda<waiting_proposal>;

  configuration_description describe() const;
  void poll();
  void call_soon();
  void call();

  // proposals
  void propose(waiting_proposal what);
  void decide(const waiting_proposal& what);
  void put_off(const waiting_proposal& what);

  // reading
  void read_all();
  void take(const store_content& there, const store_verdict& verdict);
  void mark_lost();
  void continue_generation(const store_content& there);
  void announce_again(const std::map<std::string, versioned_value>& listed, const store_verdict& verdict);
  void say_whether_it_answers(bool answers);
  void say_what_is_believed(const store_verdict& verdict);
  void say_what_is_kept(const store_verdict& verdict);
  void tell_nodes();
  void tell_shards();
  void keep();

  // directory_change.cpp: what a person wants in the store
  store_changed change_records(const change_store& what);
  std::optional<runtime::fault> refuses(const v1::change_configuration& asked, const store_content& there,
                                        const store_verdict& verdict) const;
  runtime::result<void> close_store(const v1::change_configuration& asked,
                                    std::map<std::string, versioned_value>& listed);
  runtime::result<std::string> write_audit(const change_store& what,
                                           const std::map<std::string, versioned_value>& listed);
  runtime::result<void> write_record(const std::string& name, const std::string& value,
                                     const std::map<std::string, versioned_value>& listed);

  // directory_placement.cpp
  void place_shards();
  void place(std::uint32_t shard, const std::vector<std::uint32_t>& nodes);
  bool placed_on_a_lost_disk(const assignment& now) const;
  void place_again(std::uint32_t shard);
  void put_there(std::uint32_t shard, const assignment& what);
  void place_another(std::uint32_t shard, const std::vector<std::uint32_t>& nodes);

  bool believes() const noexcept { return belief_ == store_belief::believed; }
  runtime::result<versioned_value> change(std::uint32_t shard, std::uint64_t expected,
                                          const assignment& what);

  configuration_store& store_;
  directory_options options_;
  directory_listeners listeners_;
  held_configuration held_;
  bool untold_ = false; ///< something is held of which nobody was told yet
  agenda agenda_;
  bool call_is_due_ = false;                  ///< a call_store is in the mailbox
  std::vector<waiting_proposal> put_off_;     ///< until the next read: the store is not believed
  std::optional<store_belief> belief_;        ///< none: it was not read yet
  std::map<std::uint32_t, std::string> kept_; ///< what was said last of shards whose record is not believed
  std::map<std::uint32_t, std::string> kept_nodes_; ///< and of nodes
  std::map<std::uint32_t, std::string> odd_;        ///< and of those that should be looked at
  std::chrono::steady_clock::time_point started_at_;
  bool store_answers_ = true;
  bool told_few_ = false;
};

} // namespace orderd::cluster

// What a node knows of the configuration store: who leads which shard, and where the other nodes are.
//
// Messages: propose_assignment (answered with assignment_decided or assignment_undecided to its sender),
// look_up_assignments, poll_store. It tells seats and node `assignments_seen` and `nodes_seen`, and peers
// `peer_endpoints`, whenever they have changed. It reads everything once a second, when somebody asks, and
// when the store hints that something changed: hints may be lost (C8).
//
// It places shards that nobody placed yet, when as many nodes as copies are wanted have announced themselves,
// or after `placement_wait` with as many as there are; gives shards with too few copies another place when
// there is a node for it; and places those again whose first disk was lost before anyone had joined it.
//
// Its calls of the store block: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "cluster/beacons.hpp"
#include "cluster/configuration_store.hpp"
#include "cluster/membership.hpp"
#include "cluster/messages.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orderd::cluster {

struct directory_options {
  cluster_terms terms;
  std::uint32_t self = 0;
  std::chrono::milliseconds poll{1'000};
  std::chrono::milliseconds placement_wait{5'000};
};

/// Who is told. Endpoints of the other nodes go to `peers` and, as addresses for beacons, to `beacons_to`.
struct directory_listeners {
  std::vector<caf::actor> seats;
  caf::actor node;
  caf::actor peers;
  std::function<void(const std::map<std::uint32_t, known_node>&)> beacons_to;
};

class directory_actor : public caf::event_based_actor {
public:
  /// `store` must outlive the actor.
  directory_actor(caf::actor_config& config, configuration_store& store, directory_options options,
                  directory_listeners listeners);

  const char* name() const override { return "orderd.directory"; }
  caf::behavior make_behavior() override;
  void on_exit() override { listeners_ = {}; }

private:
  void propose(const propose_assignment& what);
  void poll();
  void read_all();
  bool read_nodes();
  bool read_shards();
  void place_shards();
  void place(std::uint32_t shard, const std::vector<std::uint32_t>& nodes);
  bool placed_on_a_lost_disk(const assignment& now) const;
  void place_again(std::uint32_t shard);
  void put_there(std::uint32_t shard, const assignment& what);
  void place_another(std::uint32_t shard, const std::vector<std::uint32_t>& nodes);
  void tell_shards();

  configuration_store& store_;
  directory_options options_;
  directory_listeners listeners_;
  std::map<std::uint32_t, known_node> nodes_;
  std::vector<versioned_assignment> shards_;
  std::chrono::steady_clock::time_point started_at_;
  bool store_answers_ = true;
  bool told_few_ = false;
};

} // namespace orderd::cluster

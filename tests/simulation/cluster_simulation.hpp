// One simulated history of a whole cluster from one seed: three to five nodes with the real actors, each in
// an actor system of its own, and clients of the real client library.
//
// The seed decides everything: which actor runs next, when time passes on whose clock, what clients ask, what
// the bank does, and every fault. The same options give the same history.
//
// Faults: those of one node (simulation.hpp), and between nodes: messages late, lost, cut off one way or
// both; nodes that stand still and go on; clocks that drift, and differ; disks that are slow, full, torn in
// an append, wiped, or set back to an older copy; nodes started twice, or with an empty folder, another
// node's, or an older one of their own, with or without an operator's word, until that is put right; the
// configuration store gone for all or for one, its outcomes unknown, its changes late, its hints lost, and
// lost itself (store_losses.hpp); and some of these just when a node proposes, has won, hands over, begins a
// term, or begins or ends a copy. In some seeds nodes are far apart, and clients idle for a while. Every node
// is asked by somebody who does not care who leads: no answer may be stale. Disks are never lost beyond what
// replication promises to survive, unless `beyond_promise`: then the cluster may stop, but must not lie.
#pragma once

#include "tests/simulation/altered_business.hpp"
#include "tests/simulation/altered_storage.hpp"
#include "tests/simulation/counters.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::simulation {

struct cluster_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 3;
  std::uint32_t shards = 2;
  std::uint32_t clients = 2;
  std::int64_t faulty_ms = 8'000;      ///< simulated, before everything is healed
  bool throws = false;                 ///< some handlers throw
  bool beyond_promise = false;         ///< disks may be lost until nobody has them
  std::uint64_t transitions_share = 0; ///< in per cent, of the transitions at which something fails
  std::int64_t idle_from_ms = 0;       ///< from then on nobody asks for anything, for `idle_ms`
  std::int64_t idle_ms = 0;
  std::int64_t round_trip_ms = 0; ///< between nodes, beside what every message takes

  bool loses_store = false; ///< the configuration store is lost, and repaired from what nodes hold

  // Planted bugs, to see that the checks find them.
  turn_hook alters_turn;
  storage_bugs disk_bugs; ///< of the first node
};

struct cluster_report {
  std::vector<std::string> violations; ///< in the order found
  counters happened;
  std::uint64_t events = 0; ///< of the world, and jobs of actors
  std::int64_t simulated_ms = 0;
  std::uint64_t fingerprint = 0;
};

cluster_report simulate_cluster(const cluster_options& options);

/// As the long run chooses them for a seed.
cluster_options cluster_of_seed(std::uint64_t seed);

} // namespace orderd::simulation

// What goes wrong in a simulated cluster, by the clock and at transitions (transition_faults.hpp).
//
// *Operation*: `begin`; from then on some fault comes every now and then, until `heal`. Tell it of what
// happens between nodes and with the store. It injects what cluster_simulation.hpp says, and why each is
// survivable follows from the promises: what a node lost it did not alone have, what it heard late it judges
// by its own clock, and what the store did not say it does not believe.
#pragma once

#include "tests/simulation/cluster_members.hpp"
#include "tests/simulation/simulated_bank.hpp"
#include "tests/simulation/simulated_clients.hpp"
#include "tests/simulation/transition_faults.hpp"
#include "tests/simulation/world_network.hpp"
#include "tests/simulation/world_schedule.hpp"

#include <cstdint>

namespace orderd::simulation {

class cluster_faults {
public:
  /// References outlive it.
  struct surroundings {
    world_schedule& time;
    world_network& network;
    cluster_members& members;
    simulated_clients& clients;
    simulated_bank& bank;
    chance& random;
    counters& happened;
  };
  struct options {
    std::uint32_t nodes = 3;
    bool beyond_promise = false;
    std::uint64_t transitions_share = 0; ///< in per cent, of the transitions that fail
  };
  cluster_faults(surroundings around, options with);

  void begin();
  void heal();
  transition_faults& transitions() noexcept { return transitions_; }

private:
  std::uint32_t any_node();
  void faults();
  void some_fault();
  void stand_still(std::uint32_t id, std::int64_t ms);
  void crash_for(std::uint32_t id, std::int64_t ms);
  void crash_for_a_while(std::uint32_t id);
  void lose_power();
  void cut_off(std::uint32_t one, std::uint32_t other);
  void cut_at_once(std::uint32_t one, std::uint32_t other, std::int64_t ms);
  void store_down(std::uint32_t id);
  void disk_fault(std::uint32_t id);
  void lose_disk(std::uint32_t id, bool set_back);
  void wrong_folder(std::uint32_t id);
  void start_wrongly(std::uint32_t id, bool mistaken);
  void put_right_after(std::uint32_t id, std::int64_t for_ms);

  surroundings around_;
  options options_;
  transition_faults transitions_;
  bool healed_ = false;
};

} // namespace orderd::simulation

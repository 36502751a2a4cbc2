// The data folder of a simulated node, and how a process starts with it: the steps of
// cluster/start/joining.hpp, with the same rules.
//
// *Operation*: `try_to_start` once; again after a while when the store did not answer, or a person changed
// something.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/held_configuration.hpp"
#include "cluster/start/start_verdict.hpp"
#include "tests/support/memory_storage.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace orderd::simulation {

/// What survives a crash.
struct simulated_folder {
  std::uint32_t node = 0;          ///< whose it is
  cluster::disk_identity identity; ///< incarnation 0: it is empty
  bool pending = false;            ///< it began anew, and may never have been announced
  std::unique_ptr<test::memory_disk> disk;
  std::optional<cluster::held_configuration> held;
};

/// Who starts, and what it finds beside its folder.
struct starting_process {
  std::uint32_t node = 0;
  cluster::cluster_terms terms;
  cluster::configuration_store& store;
  std::string endpoint;
  bool replace = false;      ///< an operator said --replace-disk
  bool answered_for = false; ///< a living process has the number
  std::function<std::unique_ptr<test::memory_disk>()> new_disk;
};

struct start_try {
  enum class end : std::uint8_t {
    undecided,    ///< the store did not say all
    not_its_own,  ///< the folder is another node's
    refused,      ///< by `outcome`
    answered_for, ///< the number is
    started,
  };
  end came_to = end::undecided;
  cluster::start_outcome outcome = cluster::start_outcome::goes_on; ///< of refused and started
  bool replaced = false;                                            ///< the node had another disk before
  bool worse = false; ///< it started with a disk that nothing names, and had another that something does
};

start_try try_to_start(simulated_folder& folder, const starting_process& who);

} // namespace orderd::simulation

// `orderd disks`: what was given up in a data folder, and the way back.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/result.hpp"

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace orderd::cluster {

struct disks_options {
  enum class action : std::uint8_t { none, list, show, take_back };
  action what = action::none;
  std::string name; ///< of a disk; "current" is the one in use
};

/// Adds `disks list`, `disks show NAME` and `disks take-back NAME` to the command line of orderd.
void add_disks_commands(CLI::App& app, disks_options& into);

/// Carries one out on a data folder, for a person. Faults as given_up.hpp.
runtime::result<void> run_disks(const disks_options& options, const std::string& data_dir, std::ostream& out);

} // namespace orderd::cluster

#include "config/start_options.hpp"

#include <CLI/CLI.hpp>

namespace orderd::config {

void add_start_options(CLI::App& app, start_options& into) {
  app.add_flag(
         "--replace-disk", into.replace_disk,
         "Once: gives up the disk that this node of a cluster had, and begins with an empty one, a copy of "
         "the others'; what is in the data folder is kept in given-up there")
      ->configurable(false);
  app.add_flag(
         "--leave-cluster", into.leave_cluster,
         "Once, and then ends: makes the data folder of a cluster's node that of a node by itself, for good")
      ->configurable(false);
}

} // namespace orderd::config

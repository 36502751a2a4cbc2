// What an operator says to one start of a node, and never in a file.
#pragma once

namespace CLI {
class App;
}

namespace orderd::config {

struct start_options {
  bool replace_disk = false;  ///< the node's disk is given up, and it begins with an empty one
  bool leave_cluster = false; ///< the folder of a cluster's node becomes that of a node by itself
};

/// Adds them to the command line of `app`, and not to its configuration file, which is read at every start.
void add_start_options(CLI::App& app, start_options& into);

} // namespace orderd::config

// The messages of a node's actors, told to CAF.
#pragma once

namespace orderd::cluster {

/// Registers the types of all messages of a node. Call before the actor system exists, from one thread.
void init_node_types();

} // namespace orderd::cluster

// The mark in a configuration store that has lost the record of its cluster: the cluster's id, written by a
// node of it that runs. Without it an empty store looks like a new one to a node with an empty folder, which
// founds a cluster there; the directory writes it (directory_actor.hpp), a start asks for it (joining.hpp).
#pragma once

namespace orderd::cluster {

inline constexpr const char* lost_name = "lost";

} // namespace orderd::cluster

// All nodes of the cluster that is asked, each for itself, and what they say of it as one view.
#pragma once

#include "cluster/orderctl/ctl_commands.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {

v1::request cluster_question();

/// One view out of two: of a shard the higher term counts, and in one term the word of its primary.
void merge(v1::cluster_status& into, const v1::cluster_status& from);

/// What one node says, with what every other that answers knows better; else its refusal.
v1::reply ask_cluster(ctl_context& context);

/// What one node answered; a fault when it did not.
struct node_answer {
  std::uint32_t node = 0;
  std::string endpoint;
  v1::reply what;
};

/// Asks each node that the cluster names, as far as it says where clients reach it. Ascending by number.
std::vector<node_answer> ask_nodes(const v1::cluster_status& cluster, const v1::request& what,
                                   ctl_context& context);

} // namespace orderd::cluster

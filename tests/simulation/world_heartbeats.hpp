// The heartbeats between simulated nodes, as bytes over the world's network.
#pragma once

#include "cluster/peers/heartbeat_form.hpp"
#include "cluster/replication/lease_board.hpp"
#include "tests/simulation/world_network.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace orderd::simulation {

class world_heartbeats {
public:
  /// A node that runs: what its heartbeat thread reads and writes.
  struct heart {
    cluster::lease_board* board = nullptr;
    cluster::steady_time now;
  };
  /// Called of nodes that run only.
  using find_heart = std::function<heart(std::uint32_t node)>;
  using complain = std::function<void(const std::string&)>;

  world_heartbeats(world_network& network, find_heart find, complain complains)
      : network_(network), find_(std::move(find)), complain_(std::move(complains)) {}

  /// Pre: `from` runs.
  void say(std::uint32_t from, const std::vector<std::uint32_t>& others) {
    const auto self = find_(from);
    const auto bytes = cluster::encode_heartbeat(self.board->next(self.now), seed);
    for (const auto to : others)
      if (to != from)
        network_.carry(from, to, false, [this, from, to, bytes] { hear(from, to, bytes); });
  }

private:
  static constexpr std::uint64_t seed = 1;

  void hear(std::uint32_t from, std::uint32_t to, const std::string& bytes) {
    const auto heard = cluster::decode_heartbeat(bytes, seed);
    if (!heard)
      return complain_("a heartbeat cannot be decoded: " + heard.error().message);
    const auto self = find_(to);
    if (const auto answer = self.board->take(*heard, self.now))
      network_.carry(to, from, false, [this, from, to, bytes = cluster::encode_heartbeat(*answer, seed)] {
        hear(to, from, bytes);
      });
  }

  world_network& network_;
  find_heart find_;
  complain complain_;
};

} // namespace orderd::simulation

// The directory of node 1, with a simulated store that others write to as well.
#pragma once

#include "cluster/directory/directory_actor.hpp"
#include "cluster/peers/messages.hpp"

#include "tests/support/recorder.hpp"
#include "tests/support/simulated_configuration.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

constexpr std::chrono::milliseconds a_poll{1'000};

/// The directory of node 1, in a cluster of two shards with three copies each.
class DirectoryActor : public testing::Test {
protected:
  ~DirectoryActor() override { system_.kill({directory_, host_, node_, peers_}); }

  void start(std::uint32_t self = 1) {
    directory_options options;
    options.terms = terms_;
    options.self = self;
    options.held = held_;
    if (elsewhere_.get(cluster_name)->version == 0)
      write(cluster_name, encode(terms_));
    spawn(options);
  }
  void spawn(const directory_options& options) {
    directory_ = system_.actors().spawn<directory_actor>(
        store(), options,
        directory_listeners{{host_},
                            node_,
                            peers_,
                            [this](const auto& known) { heartbeats_to_ = known; },
                            &metrics_,
                            [this](const held_configuration& what) { held_ = what; }});
    system_.run();
  }
  virtual configuration_store& store() { return client_; }
  void announce_node(std::uint32_t number, std::uint64_t incarnation = 1) {
    const known_node said{
        {incarnation, 1}, "10.0.0." + std::to_string(number) + ":1", "peer:" + std::to_string(number)};
    write(name_of_node(number), encode(number, said));
  }
  /// Another node writes to the store.
  void write(const std::string& name, const std::string& value) {
    ASSERT_TRUE(elsewhere_.compare_and_set(name, elsewhere_.get(name)->version, value, unguarded));
  }
  void propose(std::uint64_t expected, const assignment& what) {
    caf::send_as(host_, directory_, propose_assignment{0, expected, what});
    system_.run();
  }
  versioned_assignment stored(std::uint32_t shard) {
    const auto found = elsewhere_.get(name_of_shard(shard));
    return found->version == 0 ? versioned_assignment{}
                               : versioned_assignment{found->version, *decode_assignment(found->value)};
  }
  /// The calls of one read of everything.
  static std::string a_read() { return "r"; }
  /// What the replica hosts were told last of a shard.
  versioned_assignment told(std::uint32_t shard) const { return seen_.back().shards->at(shard); }

  const cluster_terms terms_{"c1", 2, 3};
  cluster_metrics metrics_;
  std::optional<held_configuration> held_; ///< what was kept last
  test::simulated_register register_{1};
  test::simulated_configuration client_{register_};
  test::simulated_configuration elsewhere_{register_};
  std::vector<assignments_seen> seen_;
  std::vector<nodes_seen> replica_nodes_, node_nodes_;
  std::vector<assignment_decided> decided_;
  std::vector<assignment_undecided> undecided_;
  std::vector<peer_endpoints> endpoints_;
  std::map<std::uint32_t, known_node> heartbeats_to_;
  test::test_system system_;
  caf::actor host_ = test::spawn_recorder(system_.actors(), seen_, replica_nodes_, decided_, undecided_);
  caf::actor node_ = test::spawn_recorder(system_.actors(), node_nodes_);
  caf::actor peers_ = test::spawn_recorder(system_.actors(), endpoints_);
  caf::actor directory_;
};

} // namespace orderd::cluster

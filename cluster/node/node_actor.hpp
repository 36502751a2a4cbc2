// The actor of the node itself: watches the disk, decides when new orders are refused for its sake, and
// answers what clients ask of the node as a whole: status, audit, scrub, lost rows, log lines, and who leads
// which shard; and reads the node's metrics each second, for its last hour.
//
// Messages: nodes_seen, directory_known, node_question (answered with runtime::gateway_replies to its sender,
// by the question's deadline).
//
// *Limits*: one audit at a time, since nothing is applied meanwhile; it runs to its end even when its caller
// was told `timeout`, and until then another one is `overloaded`.
#pragma once

#include "actors/public/public.pb.h"
#include "cluster/configuration/membership.hpp"
#include "cluster/directory/messages.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/history.hpp"
#include "cluster/node/node_reading.hpp"
#include "cluster/peers/cluster_metrics.hpp"
#include "cluster/replica_host/messages.hpp"
#include "cluster/replication/lease_board.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// References must outlive the actor.
struct node_dependencies {
  runtime::storage& disk;
  const runtime::node_clock& clock;
  runtime::metrics& metrics;
  cluster::cluster_metrics& cluster_metrics;
  lease_board& board;
  std::vector<caf::actor> shards; ///< their replica hosts
  caf::actor applier;
  double disk_used_max = 0.85;
  cluster_terms terms = {};
  replica_id self = {};
  std::uint64_t boot = 0;
  std::string client_endpoint = {}; ///< host:port
  caf::actor scrub = {};            ///< null: nothing is looked through
  shard_bounds bounds = {};         ///< of each shard; 0: none is shown
};

class node_actor : public caf::event_based_actor {
public:
  node_actor(caf::actor_config& config, node_dependencies given);

  const char* name() const override { return "orderd.node"; }
  caf::behavior make_behavior() override;
  /// Lets go of the shards, whose gateway may know this actor.
  void on_exit() override {
    given_.shards.clear();
    given_.scrub = nullptr;
    directory_ = nullptr;
  }

private:
  void answer(const node_question& question);
  /// Makes the answer from what the shards say of themselves.
  using shards_answer = std::function<v1::reply(const std::vector<runtime::shard_description>& shards)>;
  void ask_shards(const node_question& question, const caf::actor& gateway, const shards_answer& answered);
  void answer_cluster(const node_question& question, const caf::actor& gateway);
  v1::reply cluster_view(const std::vector<replica_description>& hosts);
  // node_configuration.cpp
  void answer_configuration(const node_question& question, const caf::actor& gateway);
  void change_configuration(const node_question& question, const caf::actor& gateway);
  std::optional<runtime::fault> refuses(const v1::change_configuration& asked);
  v1::reply configuration_view(const configuration_description& known,
                               const std::vector<replica_description>& hosts);
  v1::reply status(const std::vector<runtime::shard_description>& shards) const;
  void answer_audit(const node_question& question, const caf::actor& gateway);
  void audit(const node_question& question, const caf::actor& gateway,
             const std::vector<runtime::shard_description>& shards);
  // node_lost.cpp
  void list_lost(const node_question& question, const caf::actor& gateway);
  void accept_lost(const node_question& question, const caf::actor& gateway);
  // node_log.cpp
  void answer_log(const node_question& question, const caf::actor& gateway);
  void answer_scrub(const node_question& question, const caf::actor& gateway, bool begin);
  std::chrono::milliseconds time_left(const node_question& question) const;
  // node_history.cpp
  void begin_history();
  void read_metrics();
  void answer_history(const node_question& question, const caf::actor& gateway);
  void note_admission();
  void look_at_disk();
  void show_disk(const runtime::disk_space& space, double journal_filled);
  void admit(std::optional<runtime::fault> refusal);

  node_dependencies given_;
  caf::actor directory_;
  std::chrono::steady_clock::time_point started_at_;
  runtime::unix_ms started_at_ms_; ///< by the wall clock
  node_readings readings_;
  history history_;
  std::weak_ptr<const void> auditing_; ///< held while shards are asked, and by whoever runs the audit
  std::shared_ptr<const std::map<std::uint32_t, known_node>> nodes_;
  double disk_used_ = 0;
  std::optional<runtime::fault> refusal_; ///< why new orders are refused
};

} // namespace orderd::cluster

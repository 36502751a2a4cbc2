// The actor of the node itself: watches the disk, decides when new orders are refused for its sake, and
// answers what clients ask of the node as a whole: status and audit.
//
// Messages: node_question (answered with runtime::gateway_replies to its sender, by the question's deadline).
//
// *Limits*: one audit at a time, since nothing is applied meanwhile; it runs to its end even when its caller
// was told `timeout`, and until then another one is `overloaded`.
#pragma once

#include "cluster/messages.hpp"
#include "runtime/clock.hpp"
#include "runtime/metrics.hpp"
#include "runtime/store.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// References must outlive the actor.
struct node_dependencies {
  runtime::storage& disk;
  const runtime::wall_clock& clock;
  runtime::metrics& numbers;
  std::vector<caf::actor> shards;
  caf::actor applier;
  double disk_used_max = 0.85;
};

class node_actor : public caf::event_based_actor {
public:
  node_actor(caf::actor_config& config, node_dependencies given);

  const char* name() const override { return "orderd.node"; }
  caf::behavior make_behavior() override;
  /// Lets go of the shards, whose gateway may know this actor.
  void on_exit() override { given_.shards.clear(); }

private:
  void answer(const node_question& question);
  void answer_status(const node_question& question, const caf::actor& gateway);
  void answer_audit(const node_question& question, const caf::actor& gateway);
  std::chrono::milliseconds time_left(const node_question& question) const;
  void look_at_disk();
  void admit(std::optional<runtime::fault> refusal);

  node_dependencies given_;
  std::chrono::steady_clock::time_point started_at_;
  std::weak_ptr<actors::auditor> auditing_; ///< the applier, or its mailbox, holds it while it runs
  double disk_used_ = 0;
  std::optional<runtime::fault> refusal_; ///< why new orders are refused
};

} // namespace orderd::cluster

// Runs audits beside the node's applier, which applies on: an audit reads the shards as they were when it
// began.
//
// Messages: inspect_snapshots (answered with inspection_done). One at a time. When the node stops, `stopping`
// is set, and the inspection ends with the next page it reads.
//
// *Limitations*: while an audit runs, what is erased or replaced in the state stores keeps its space.
// Blocks its thread: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/engine/messages.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <atomic>
#include <memory>

namespace orderd::runtime {

class inspector_actor : public caf::event_based_actor {
public:
  inspector_actor(caf::actor_config& config, std::shared_ptr<const std::atomic<bool>> stopping);

  const char* name() const override { return "orderd.inspector"; }
  caf::behavior make_behavior() override;

private:
  result<void> inspect(const inspect_snapshots& request) const;

  std::shared_ptr<const std::atomic<bool>> stopping_;
};

} // namespace orderd::runtime

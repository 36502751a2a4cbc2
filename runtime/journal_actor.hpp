// The node's one journal writer: makes the waiting epochs of all shards durable in one synced
// transaction, then tells their shards.
//
// Messages: append_epoch (answered with epoch_durable to its sender once it is synced), trim_journal.
// A transaction that fails has an unknown outcome: nobody is told anything, and the node ends.
// Blocks its thread while it syncs: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/fatal.hpp"
#include "runtime/messages.hpp"
#include "runtime/metrics.hpp"
#include "runtime/store.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>
#include <vector>

namespace orderd::runtime {

class journal_actor : public caf::event_based_actor {
public:
  /// `store` and `numbers` must outlive the actor.
  journal_actor(caf::actor_config& config, journal_store& store, metrics& numbers, fatal_handler fatal);

  const char* name() const override { return "orderd.journal"; }
  caf::behavior make_behavior() override;
  /// Lets go of the shards that wait, which know this actor too.
  void on_exit() override { waiting_.clear(); }

private:
  struct waiting {
    epoch_ptr what;
    caf::strong_actor_ptr from;
  };

  void take(append_epoch& request);
  void flush();
  void acknowledge(const std::vector<waiting>& written);

  journal_store& store_;
  metrics& numbers_;
  fatal_handler fatal_;
  std::vector<waiting> waiting_; ///< not empty: a flush is in the mailbox
  bool failed_ = false;
};

} // namespace orderd::runtime

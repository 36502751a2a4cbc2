// The actor of one shard: moves messages in and out of the shard engine (shard.hpp), and is the
// supervisor and the execution unit of its entity actors.
//
// Messages: all of "-> shard" in messages.hpp. Nothing is taken before shard_handles: it gives the
// handles the shard sends to, recovers it, and starts its ticks; what comes earlier waits for it.
// Runs on CAF's scheduler; never blocks but for reads of pages of the state store.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/fatal.hpp"
#include "runtime/base/long_turns.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/shard/request_queue.hpp"
#include "runtime/shard/shard.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace orderd::runtime {

/// What a shard is given. References must outlive the actor.
struct shard_dependencies {
  shard_options options;
  config::entity_form form = config::entity_form::actor;
  const business& rules;
  const node_clock& clock;
  runtime::metrics& metrics;
  std::unique_ptr<state_reader> reader;
  caf::actor journal;
  caf::actor applier;
  caf::actor provider;
  fatal_handler fatal; ///< a broken invariant of the engine, or a store that cannot be read
};

class shard_actor : public caf::event_based_actor, private shard_port {
public:
  shard_actor(caf::actor_config& config, shard_dependencies given);

  const char* name() const override { return "orderd.shard"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void append(epoch_ptr closed, std::size_t bytes) override;
  void apply(epoch_ptr committed) override;
  void apply_now() override;
  void release(shard_outputs outputs) override;

  caf::behavior running();
  void start(const shard_handles& peers);
  void take(shard_requests& batch);
  void take(const epoch_durable& what);
  void forget(const connection_gone& what);
  void work_soon();
  void work();
  void tick();
  void publish_metrics();
  void show_clock();
  /// Nothing of the shard is here any more: another node may serve it, and shows what it has.
  void reset_metrics();
  /// Runs one input and `finish`; a bug in the engine itself ends the node.
  template <class Input>
  void run(Input input);
  /// Does what one message asks for, and notes when that held the shard long.
  template <class Work>
  void turn(const char* what, Work work);

  replica_id self_;
  std::uint32_t shard_index_;
  std::string shard_name_; ///< label of its metrics
  const business& rules_;
  const node_clock& clock_;
  bool clock_was_far_ = false; ///< it was said
  metrics& metrics_;
  caf::actor journal_;
  caf::actor applier_;
  caf::actor provider_;
  fatal_handler fatal_;
  std::vector<caf::actor> shards_;
  caf::actor gateway_;
  /// Requests taken from the mailbox. They are worked off a turn at a time, so that an epoch that became
  /// durable never waits behind a thousand orders; bounded by what they would wait (admission.hpp).
  request_queue waiting_;
  bool working_ = false; ///< a `work_off` is in the mailbox
  std::unique_ptr<entity_host> host_;
  shard engine_; ///< after what it refers to
  long_turns turns_;
  shard_figures shown_; ///< as of the last `publish_metrics`
  // Where the time of the requests of the open epoch, and of the one being committed, goes.
  struct admitted_slice {
    std::chrono::steady_clock::time_point admitted_at;
    std::size_t requests = 0;
  };
  std::vector<admitted_slice> open_slices_;
  std::chrono::steady_clock::time_point closed_at_;
  std::size_t closed_requests_ = 0;
  std::uint64_t committing_ = 0; ///< number of the epoch that is being committed; 0: none
};

} // namespace orderd::runtime

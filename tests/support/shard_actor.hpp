// The smallest actor that owns the runner of a shard (runtime/engine/shard_runner.hpp): it passes messages
// on, and what its journal has is committed.
//
// Messages: all of "-> shard" in runtime/engine/messages.hpp. Nothing is taken before shard_handles: it gives
// the handles the shard sends to, recovers it, and starts its ticks; what comes earlier waits for it.
#pragma once

#include "runtime/base/fatal.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/engine/shard_runner.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <optional>
#include <vector>

namespace orderd::runtime {

/// What a shard is given. References must outlive the actor.
struct shard_dependencies {
  shard_run run;
  caf::actor journal;
  caf::actor applier;
  caf::actor provider;
  fatal_handler fatal; ///< a broken invariant of the engine, or a store that cannot be read
};

class shard_actor : public caf::event_based_actor, private shard_runner_port {
public:
  shard_actor(caf::actor_config& config, shard_dependencies given);

  const char* name() const override { return "orderd.shard"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  // shard_runner_port
  void append(epoch_ptr closed, std::size_t bytes) override;
  void apply(epoch_ptr committed) override;
  void apply_now() override;
  void release(shard_outputs outputs) override;
  void work_later() override;
  void failed(const fault& why) override;

  caf::behavior running();
  void start(const shard_handles& peers);
  void tick();

  std::uint32_t shard_;
  caf::actor journal_;
  caf::actor applier_;
  caf::actor provider_;
  fatal_handler fatal_;
  std::vector<caf::actor> shards_;
  caf::actor gateway_;
  bool work_waits_ = false; ///< a `work_off` is in the mailbox
  std::optional<shard_runner> runner_;
};

} // namespace orderd::runtime

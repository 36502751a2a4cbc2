// Looks through every state of the node while it works, little at a time (scrub_pace.hpp): pages that nobody
// reads rot unseen, and by the time one is wanted the other copies may have rotted too.
//
// Shard by shard, each slice in a snapshot of its own; how far it came is in memory, since a start reads
// everything anyway. Messages: ask_scrub (answered with scrub_description), and its own: caf::tick_atom with
// the number of the wake-up.
//
// A page that is not what was written is told to `damaged`, which ends the node in production; where it
// returns, nothing more is read. A row whose seal alone is not good is counted and logged: reading it says
// `corrupt`, and a start would not mend it. Any other failure is logged, and the round begins anew when the
// next is due. Blocks its thread: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/messages.hpp"
#include "runtime/scrub.hpp"
#include "runtime/scrub_metrics.hpp"
#include "runtime/scrub_pace.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <vector>

namespace orderd::runtime {

/// Told of a state whose pages are damaged; called by the scrub's thread.
using damage_handler = std::function<void(std::uint32_t shard, const fault& why)>;

class scrub_actor : public caf::event_based_actor {
public:
  /// Stores (by shard) and references must outlive the actor.
  scrub_actor(caf::actor_config& config, std::vector<scrubbed_store*> shards, const node_clock& clock,
              scrub_metrics& numbers, scrub_options options, damage_handler damaged);

  const char* name() const override { return "orderd.scrub"; }
  caf::behavior make_behavior() override;

private:
  scrub_description answer(const ask_scrub& asked);
  void begin();
  void step();
  void take(const scrub_slice& slice);
  void end_round();
  void stop_round();
  void find(const std::string& what);
  void wake_after(std::int64_t ms);

  std::vector<scrubbed_store*> shards_;
  const node_clock& time_;
  scrub_metrics& numbers_;
  scrub_pace pace_;
  damage_handler damaged_;
  bool running_ = false;
  std::uint32_t shard_ = 0;
  scrub_cursor at_;
  scrub_description round_; ///< without when the next begins
  std::int64_t began_at_ = 0;
  std::uint64_t turn_ = 0; ///< of the wake-up that counts
};

} // namespace orderd::runtime

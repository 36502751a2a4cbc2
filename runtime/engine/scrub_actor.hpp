// Looks through every state of the node, and its journal, while it works, little at a time (scrub_pace.hpp):
// pages that nobody reads rot unseen, and by the time one is wanted the other copies may have rotted too.
//
// One store after the other, each slice in a snapshot of its own; how far it came is in memory, since a start
// reads everything anyway. Messages: ask_scrub (answered with scrub_description), and its own: caf::tick_atom
// with the number of the wake-up.
//
// A store that is not what was written is told to `damaged`, which says what comes of it: nothing more is
// read, as the node ends; or it goes on, and the store is looked through again after a minute, up to ten
// times, since a journal erases what the states have: when all is whole then, that is logged, and the round
// goes on. A row whose seal alone is not good is counted and logged: reading it says `corrupt`, and a start
// would not mend it. Any other failure is logged, and the round begins anew when the next is due. Blocks its
// thread: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/engine/scrub_metrics.hpp"
#include "runtime/engine/scrub_pace.hpp"
#include "runtime/storage/scrub.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <vector>

namespace orderd::runtime {

enum class after_damage : std::uint8_t { node_ends, node_goes_on };

/// Told of a store that is damaged, and how often it was found so in a row; called by the scrub's thread.
using damage_handler =
    std::function<after_damage(const scrubbed_part& what, const fault& why, unsigned times)>;

class scrub_actor : public caf::event_based_actor {
public:
  /// Between two looks at a damaged store with which the node goes on, and how many there are.
  static constexpr std::int64_t look_again_ms = 60'000;
  static constexpr unsigned looks_max = 10;

  /// Stores, at least one, and references must outlive the actor.
  scrub_actor(caf::actor_config& config, std::vector<scrubbed_part> parts, const node_clock& clock,
              scrub_metrics& metrics, scrub_options options, damage_handler damaged);

  const char* name() const override { return "orderd.scrub"; }
  caf::behavior make_behavior() override;

private:
  scrub_description answer(const ask_scrub& asked);
  void begin();
  void step();
  void take(const scrub_slice& slice);
  void meet(const fault& damage);
  void next_part(std::int64_t pause_ms);
  void end_round();
  void stop_round();
  void find(const std::string& what);
  void wake_after(std::int64_t ms);

  const scrubbed_part& part() const { return parts_[part_]; }
  counter& damage_of_part() {
    return part().is == scrubbed_part::kind::journal ? metrics_.journal_damage : metrics_.damage;
  }

  std::vector<scrubbed_part> parts_;
  const node_clock& time_;
  scrub_metrics& metrics_;
  scrub_pace pace_;
  damage_handler damaged_;
  bool running_ = false;
  std::size_t part_ = 0;
  scrub_cursor at_;
  unsigned damaged_times_ = 0; ///< in a row: this part
  scrub_description round_;    ///< without when the next begins
  std::int64_t began_at_ = 0;
  std::uint64_t turn_ = 0; ///< of the wake-up that counts
};

} // namespace orderd::runtime

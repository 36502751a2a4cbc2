// The node's state applier: puts committed epochs into the shards' state stores, behind the journal.
//
// Messages: apply_epoch (answered with epoch_applied to its sender some time later), apply_now,
// inspect_state (its inspector_actor.hpp answers with inspection_done), load_rows (with rows_loaded),
// end_load (with load_ended), hash_state (with state_hashed), give_up_lost (with lost_given_up). Epochs
// gather for `interval`, or until they hold `batch_bytes`, and are applied in one large synced transaction a
// shard, because large transactions touch each page once. The journal may be trimmed behind it.
//
// A copy of another replica's rows is loaded as it comes, each message in one synced transaction.
//
// An apply or a load that finds the disk full changes nothing, is logged, and tried again each interval: the
// epochs stay in memory and in the journal, and admission stops new work at its bound. Any other failure ends
// the node: a store that is broken needs a new start or a person, and would only fill the memory meanwhile.
// Blocks its thread: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/base/fatal.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <variant>
#include <vector>

namespace orderd::runtime {

struct applier_options {
  std::chrono::milliseconds interval{200};
  std::size_t batch_bytes = 64u << 20;
};

class applier_actor : public caf::event_based_actor {
public:
  /// `stores` and `metrics` must outlive the actor.
  applier_actor(caf::actor_config& config, storage& stores, caf::actor journal, runtime::metrics& metrics,
                applier_options options, fatal_handler fatal);

  const char* name() const override { return "orderd.applier"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  /// A part of a copy, and who waits for it.
  struct load_step {
    std::variant<load_rows, end_load> what;
    caf::strong_actor_ptr from;
  };
  struct shard_queue {
    std::vector<epoch_ptr> epochs;
    std::size_t bytes = 0;
    caf::strong_actor_ptr owner;
    std::deque<load_step> loads; ///< of a copy, to do before the epochs
    bool failing = false;        ///< the disk was full at the last try: logged once until it works again
  };

  void take(apply_epoch& request);
  void take(load_rows& request);
  void take(std::uint32_t shard, load_step next);
  void apply_due();
  /// Does what waits of the shard: the parts of a copy, then the epochs.
  result<void> work_off(std::uint32_t shard, shard_queue& queue);
  result<void> load(std::uint32_t shard, shard_queue& queue);
  result<void> apply(std::uint32_t shard, shard_queue& queue);
  void count_apply(std::chrono::nanoseconds took);
  void apply_failed(std::uint32_t shard, shard_queue& queue, const fault& why);
  caf::result<caf::message> inspect(const inspect_state& request);
  result<std::unique_ptr<state_reader>> snapshot(std::uint32_t shard);
  state_hashed hash(const hash_state& request);
  lost_given_up give_up(const give_up_lost& request);
  void schedule();

  storage& stores_;
  caf::actor journal_;
  metrics& metrics_;
  applier_options options_;
  fatal_handler fatal_;
  std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);
  caf::actor inspector_;
  std::map<std::uint32_t, shard_queue> queues_;
  bool scheduled_ = false;
};

} // namespace orderd::runtime

// Runs the engine of one shard (shard.hpp): says when it does what, times it, and shows how it is.
//
// *Operation*: construct, `start` once, then give it every message that is the shard's, and `tick` some tens
// of times a second. It answers through its port. Destroyed, it leaves nothing behind: what it had not
// released is as if it had never been.
//
//   requests --> request_queue --work, a slice at a time--> shard --> epochs, replies, commands, calls
//
// Requests are worked off a slice at a time, and each slice is asked for (`work_later`), so that an epoch
// that became durable never waits behind a thousand orders.
//
// *Failure*: a bug in the engine, or a store that cannot be read, is told to `failed`; it must not be used
// any more.
//
// *Concurrency*: one thread at a time, that of the actor that owns it; entity actors run on it too. Never
// blocks but for reads of pages of the state store. *Limits*: what waits is bounded by the time that it would
// wait (admission.hpp).
#pragma once

#include "config/settings.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/long_turns.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/shard/drain_estimate.hpp"
#include "runtime/shard/request_queue.hpp"
#include "runtime/shard/shard.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace orderd::runtime {

/// What the runner of a shard is given. References must outlive it.
struct shard_run {
  shard_options options;
  config::entity_form form = config::entity_form::actor;
  const business& rules;
  const node_clock& clock;
  runtime::metrics& metrics;
  std::unique_ptr<state_reader> reader;
};

/// What a runner needs of the actor that owns it, besides what the shard itself does.
class shard_runner_port : public shard_port {
public:
  /// Call `work` as soon as what else is there had its turn; again before that changes nothing.
  virtual void work_later() = 0;
  /// The engine is broken: the node must end.
  virtual void failed(const fault& why) = 0;
};

class shard_runner : private shard_port {
public:
  /// `system` and `port` must outlive it.
  shard_runner(caf::actor_system& system, shard_run given, shard_runner_port& port);
  /// The metrics of the shard show nothing: another node may serve it, and shows what it has.
  ~shard_runner() override;
  shard_runner(const shard_runner&) = delete;
  shard_runner& operator=(const shard_runner&) = delete;

  /// Recovers the shard. Once, before any input.
  void start();

  // Inputs: each is a turn of the shard, and noted when it held it long.
  /// The content of the batch is taken.
  void requests(shard_requests& batch);
  /// Nobody reads the answers of a connection that is gone; whoever counts what is unanswered gets one.
  void forget(const connection_gone& what);
  void work();
  void commands(const channel_commands& batch);
  void acknowledged(const channel_acknowledged& what);
  void answered(const provider_answer& what);
  void durable(std::uint64_t epoch);
  void applied(std::uint64_t epoch);
  void tick();
  void admit(const admit_new_work& what) { engine_.node_refuses_new_work(what.refusal); }

  shard_description describe() const;

private:
  // shard_port
  void append(epoch_ptr closed, std::size_t bytes) override;
  void apply(epoch_ptr committed) override;
  void apply_now() override;
  void release(shard_outputs outputs) override;

  void take(shard_requests& batch);
  void answer_nobody(std::uint64_t connection);
  void committed(std::uint64_t epoch);
  void work_soon();
  void work_slice();
  void pass_time();
  void publish_metrics(std::int64_t monotone_ms);
  void show_stages();
  void show_doubt();
  void show_clock();
  void reset_metrics();
  /// Runs one input and `finish`.
  template <class Input>
  void run(Input input);
  /// Does what one message asks for, and notes when that held the shard long.
  template <class Work>
  void turn(const char* what, Work work);
  std::chrono::steady_clock::time_point steady_now() const { return system_.clock().now(); }

  caf::actor_system& system_;
  replica_id self_;
  std::uint32_t shard_index_;
  std::string shard_name_; ///< label of its metrics
  const business& rules_;
  const node_clock& clock_;
  bool clock_was_far_ = false; ///< it was said
  metrics& metrics_;
  shard_runner_port& port_;
  request_queue waiting_;
  std::unique_ptr<entity_host> host_;
  shard engine_; ///< after what it refers to
  long_turns turns_;
  shard_figures shown_; ///< as of the last `publish_metrics`
  drain_estimate drain_;
  struct shown_stage {
    gauge& count;
    gauge& oldest;
  };
  std::vector<shown_stage> stages_; ///< in the places of unsettled::stages
  bool doubt_is_shown_ = false;
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

// The node's provider worker: makes the shards' calls to the payment provider and brings the answers
// back.
//
// Messages: provider_calls (each call is answered with one provider_answer to the shard that sent it).
// The provider itself is an actor that answers provider_request with provider_response; one that does not
// answer within `timeout` gives an answer that is not known, and its late answer is dropped: the business
// asks by key (invariant S9).
#pragma once

#include "runtime/base/metrics.hpp"
#include "runtime/engine/provider_gate.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <map>

namespace orderd::runtime {

struct provider_worker_options {
  provider_gate_options gate;
  std::chrono::milliseconds timeout{2'000};
};

class provider_actor : public caf::event_based_actor {
public:
  /// `metrics` must outlive the actor.
  provider_actor(caf::actor_config& config, caf::actor provider, runtime::metrics& metrics,
                 provider_worker_options options);

  const char* name() const override { return "orderd.provider_worker"; }
  caf::behavior make_behavior() override;
  /// Lets go of the shards, which know this actor too.
  void on_exit() override { shards_.clear(); }

private:
  void take(provider_calls& calls);
  void send_allowed();
  void send_one(const provider_gate::call& call);
  void answered(const provider_gate::call& call, std::optional<std::string> answer, const char* outcome);
  void show_gate();
  std::int64_t now_ms() const;

  caf::actor provider_;
  metrics& metrics_;
  provider_worker_options options_;
  provider_gate gate_;
  gauge& saturation_;
  std::map<std::uint32_t, caf::strong_actor_ptr> shards_; ///< who sent calls, by shard number
  bool probing_ = false;                                  ///< a look at the open breaker is scheduled
};

} // namespace orderd::runtime

#include "runtime/engine/provider_actor.hpp"

#include "runtime/engine/messages.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace orderd::runtime {

namespace {

constexpr std::chrono::milliseconds probe_interval{100};

} // namespace

provider_actor::provider_actor(caf::actor_config& config, caf::actor provider, runtime::metrics& metrics,
                               provider_worker_options options)
    : caf::event_based_actor(config), provider_(std::move(provider)), metrics_(metrics), options_(options),
      gate_(options.gate), saturation_(metrics.saturation.at("provider")) {}

caf::behavior provider_actor::make_behavior() {
  return {
      [this](provider_calls& calls) { take(calls); },
      [this](probe_provider) {
        probing_ = false;
        send_allowed();
      },
  };
}

void provider_actor::take(provider_calls& calls) {
  shards_[calls.shard] = current_sender();
  for (auto& each : calls.calls)
    gate_.add({calls.shard, std::move(each)});
  send_allowed();
}

void provider_actor::send_allowed() {
  while (auto call = gate_.next(now_ms()))
    send_one(*call);
  if (gate_.open() && gate_.waiting() > 0 && !std::exchange(probing_, true))
    delayed_send(this, probe_interval, probe_provider{});
  show_gate();
}

void provider_actor::show_gate() {
  metrics_.provider_breaker_open.Set(gate_.open() ? 1 : 0);
  metrics_.provider_calls_waiting.Set(static_cast<double>(gate_.waiting()));
  saturation_.Set(static_cast<double>(gate_.under_way()) / std::max(1u, options_.gate.concurrency));
}

void provider_actor::send_one(const provider_gate::call& call) {
  provider_request what{call.what.call.idempotency_key, call.what.call.body};
  const auto sent_at = clock().now();
  request(provider_, options_.timeout, std::move(what))
      .then(
          [this, call, sent_at](provider_response& response) {
            metrics_.provider_call_duration.observe(clock().now() - sent_at);
            answered(call, std::move(response.answer), "answered");
          },
          [this, call, sent_at](const caf::error& why) {
            metrics_.provider_call_duration.observe(clock().now() - sent_at);
            answered(call, std::nullopt, why == caf::sec::request_timeout ? "timeout" : "failed");
          });
}

void provider_actor::answered(const provider_gate::call& call, std::optional<std::string> answer,
                              const char* outcome) {
  gate_.ended(call, answer.has_value(), now_ms());
  metrics_.provider_calls.at(outcome).Increment();
  caf::anon_send(caf::actor_cast<caf::actor>(shards_[call.shard]),
                 provider_answer{call.what.entity, call.what.call.step, std::move(answer)});
  send_allowed();
}

std::int64_t provider_actor::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock().now().time_since_epoch()).count();
}

} // namespace orderd::runtime

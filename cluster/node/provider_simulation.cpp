#include "cluster/node/provider_simulation.hpp"

#include "actors/entities/simulated_provider.hpp"
#include "runtime/engine/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <chrono>
#include <utility>

namespace orderd::cluster {

namespace {

class provider_simulation : public caf::event_based_actor {
public:
  provider_simulation(caf::actor_config& config, const config::provider_settings& settings)
      : caf::event_based_actor(config), rules_(settings), delay_(settings.delay_ms),
        // A lost answer: its promise is kept until the caller has given up, then dropped.
        silence_(2 * settings.timeout_ms) {}

  const char* name() const override { return "orderd.provider"; }

  caf::behavior make_behavior() override {
    return {[this](const runtime::provider_request& request) -> caf::result<runtime::provider_response> {
      auto promise = make_response_promise<runtime::provider_response>();
      auto answer = rules_.answer(request.idempotency_key, request.body);
      if (answer)
        run_delayed(delay_, [promise, text = *std::move(answer)]() mutable {
          promise.deliver(runtime::provider_response{std::move(text)});
        });
      else
        run_delayed(silence_, [promise] {});
      return promise;
    }};
  }

private:
  actors::simulated_provider rules_;
  std::chrono::milliseconds delay_;
  std::chrono::milliseconds silence_;
};

} // namespace

caf::actor spawn_simulated_provider(caf::actor_system& system, const config::provider_settings& settings) {
  return system.spawn<provider_simulation>(settings);
}

} // namespace orderd::cluster

#include "tests/simulation/bank_line.hpp"

#include "runtime/engine/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <chrono>
#include <utility>

namespace orderd::simulation {

caf::actor bank_line::spawn(caf::actor_system& system) {
  return system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
    return {[this, self](const runtime::provider_request& call) {
      auto promise = self->make_response_promise();
      const std::chrono::milliseconds delay{random_.between(0, 30)};
      self->run_delayed(delay, [this, call, promise]() mutable {
        if (cut_)
          return; // The promise ends here: it must not outlive its actor system.
        auto answer = bank_.receive(call.idempotency_key, call.body);
        if (answer)
          promise.deliver(runtime::provider_response{*std::move(answer)});
        else
          never_answered_.push_back(promise);
      });
      return promise;
    }};
  });
}

} // namespace orderd::simulation

// In place of a node's gateway: an actor of the simulation's that also sees answers in the moment that they
// are said, not only when their turn comes.
#pragma once

#include "runtime/engine/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <utility>

namespace orderd::simulation {

class answer_tap : public caf::event_based_actor {
public:
  using said = std::function<void(const caf::strong_actor_ptr& by, const runtime::gateway_replies& what)>;
  using taken = std::function<void(const runtime::gateway_replies& what)>;

  answer_tap(caf::actor_config& config, said when_said, taken when_taken)
      : caf::event_based_actor(config), said_(std::move(when_said)), taken_(std::move(when_taken)) {}

  caf::behavior make_behavior() override {
    return {[this](const runtime::gateway_replies& what) { taken_(what); }};
  }

  bool enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override {
    if (what->payload.match_elements<runtime::gateway_replies>())
      said_(what->sender, what->payload.get_as<runtime::gateway_replies>(0));
    return caf::event_based_actor::enqueue(std::move(what), host);
  }

private:
  said said_;
  taken taken_;
};

} // namespace orderd::simulation

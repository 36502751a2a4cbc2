// The built-in simulated card provider as an actor: answers runtime::provider_request after a delay, as
// actors::simulated_provider decides, or not at all when the answer is lost.
#pragma once

#include "config/settings.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

namespace orderd::cluster {

caf::actor spawn_simulated_provider(caf::actor_system& system, const config::provider_settings& settings);

} // namespace orderd::cluster

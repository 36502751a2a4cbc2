// What happens when the node must not go on: a commit whose outcome is unknown, a broken invariant.
#pragma once

#include "runtime/base/result.hpp"

#include <functional>
#include <string_view>

namespace orderd::runtime {

/// Ends the node; called by any thread. In production it logs and ends the process at once, without flushing
/// anything; in the simulation it crashes the simulated node. May return (simulation): the caller then does
/// nothing more.
using fatal_handler = std::function<void(std::string_view component, const fault& why)>;

} // namespace orderd::runtime

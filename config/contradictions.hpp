// Settings that are each in range, but cannot all be meant.
#pragma once

#include "config/settings.hpp"
#include "config/start_options.hpp"

#include <string>

namespace orderd::config {

/// The first contradiction, as a sentence with the names and values of both settings; empty when there is
/// none. To be asked before a start touches anything.
std::string contradiction(const node_settings& settings, const start_options& said);

} // namespace orderd::config

// How many files the process may have open: connections are files too. Call from the main thread.
#pragma once

#include <cstddef>

namespace orderd::runtime {

/// Raises the soft limit by so many, as far as the hard limit allows.
void allow_more_files(std::size_t more) noexcept;

} // namespace orderd::runtime

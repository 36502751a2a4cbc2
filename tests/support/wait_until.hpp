// Waits for what happens outside of this process, which only looking again can tell.
#pragma once

#include <poll.h>

#include <chrono>

namespace orderd::test {

/// Whether `happened` was true within `limit`; looks every few ms.
template <class Predicate>
bool wait_until(Predicate happened, std::chrono::milliseconds limit = std::chrono::seconds{20}) {
  const auto ends_at = std::chrono::steady_clock::now() + limit;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > ends_at)
      return false;
    poll(nullptr, 0, 5);
  }
  return true;
}

} // namespace orderd::test

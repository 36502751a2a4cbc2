// How much one read of a connection may take: little while little comes, much while much does. A connection
// keeps a buffer of that size for as long as it is open.
//
// Pure; one thread at a time.
#pragma once

#include "config/connection_limits.hpp"

#include <cstddef>

namespace orderd::cluster {

class read_room {
public:
  /// What the next read may take.
  std::size_t bytes() const noexcept { return bytes_; }

  /// A read brought so many bytes. True when the room has changed.
  bool took(std::size_t got) noexcept {
    came_ = true;
    if (got < bytes_ || bytes_ == limits::read_bytes_max)
      return false;
    bytes_ = limits::read_bytes_max;
    return true;
  }

  /// Some time has passed. True when nothing came in it, for the first time since something did.
  bool rested() noexcept {
    const bool rests = !came_ && !at_rest_;
    at_rest_ = !came_;
    came_ = false;
    if (rests)
      bytes_ = limits::read_bytes_at_rest;
    return rests;
  }

private:
  std::size_t bytes_ = limits::read_bytes_at_rest;
  bool came_ = false;
  bool at_rest_ = false;
};

} // namespace orderd::cluster

// How long nobody served a shard before this node did: from the last heartbeat of the node that led before.
//
// *Operation*: `see` after each input of the replica, with what it does and who leads as far as it knows.
// Pure. *Concurrency*: none; owned by its replica host.
#pragma once

#include "cluster/replication/lease_board.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace orderd::cluster {

class takeover_watch {
public:
  explicit takeover_watch(std::uint32_t self) : self_(self) {}

  /// How long it took, once this node serves; zero: not known. `heard_at`: as of the board, of a node.
  template <class HeardAt>
  std::optional<std::chrono::nanoseconds> see(std::string_view state, std::uint32_t primary, steady_time now,
                                              HeardAt heard_at) {
    if (primary != self_)
      led_before_ = primary;
    if (state == "taking over" && !takes_over_) {
      // Now, before that node comes back, perhaps.
      takes_over_ = true;
      silent_since_ = led_before_ ? heard_at(*led_before_) : std::nullopt;
    }
    if (state == "following" || state == "waiting" || state == "copying")
      takes_over_ = false; // It came to nothing.
    if (state != "serving" || !std::exchange(takes_over_, false))
      return std::nullopt;
    return silent_since_ ? now - *silent_since_ : std::chrono::nanoseconds{0};
  }

private:
  std::uint32_t self_;
  std::optional<std::uint32_t> led_before_; ///< the last node that did, other than this one
  bool takes_over_ = false;
  std::optional<steady_time> silent_since_;
};

} // namespace orderd::cluster

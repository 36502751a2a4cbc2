// What a person looks at in `orderctl top`, and what keys do to it.
//
// Pure.
#pragma once

#include "cluster/top/top_model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

enum class top_key : std::uint8_t { quit, sort, glance, shards, orders, up, down, enter, back, pause };

/// Bytes of a terminal as keys; others are passed over. A sequence that is cut off goes on with the next
/// bytes, and Esc alone counts once nothing follows it.
class top_key_reader {
public:
  std::vector<top_key> read(std::string_view bytes);
  /// Whether a sequence has begun.
  bool waits() const noexcept { return !begun_.empty(); }
  /// Nothing came for a moment.
  std::vector<top_key> rest();

private:
  std::string begun_; ///< of a sequence
};

enum class top_view : std::uint8_t { glance, shards, orders };

struct top_ui {
  top_view view = top_view::glance;
  top_order sort = top_order::number;
  std::size_t row = 0; ///< that is chosen in the list of the view
  bool paused = false;
  std::optional<std::uint32_t> shard = {}; ///< gone into
  std::string order_id = {};               ///< gone into; empty: none

  friend bool operator==(const top_ui&, const top_ui&) = default;
};

/// The rows of the view of orders: what is in quarantine, then the oldest.
struct top_stuck {
  std::string order_id; ///< its bytes; empty: an entity that is no order
  std::string kind;     ///< "item"; of an order "order"
  std::string key;      ///< for people
  std::string what;     ///< its status, or the command that failed
  std::int64_t since_ms = 0;
  std::string why; ///< the error; empty: none
  bool quarantined = false;
};
std::vector<top_stuck> stuck_of(const top_model& model);

/// Rows of the list that `ui` shows; 0: it shows none.
std::size_t rows_of(const top_ui& ui, const top_model& model);

/// What a key does. False: the end.
bool press(top_ui& ui, top_key key, const top_model& model);

} // namespace orderd::cluster

// When each status of an order began, in as few bytes as may be: most orders pass through all of theirs
// within a millisecond, and then it is none.
//
//   status_times times{placed_at_ms};      // the first status begins when the order is placed
//   times.begin(1, placed_at_ms);          // the second at once
//   times.begin(2, placed_at_ms + 1'500);  // the third 1.5 s later
//   times.since_placed_ms(3);              // {0, 0, 1500}
//
// *The form*: of each status from the second on the milliseconds since the one before, as a varint of
// protocol buffers; what would be 0 at the end is left out.
//
// *Concurrency*: a value; none of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::actors {

class status_times {
public:
  explicit status_times(std::int64_t placed_at_ms = 0) : placed_at_ms_(placed_at_ms) {}

  /// From its stored form, of a history of so many statuses; nothing when it is none. When the order was
  /// placed stands in its content: `count_from` before any further `begin`.
  static std::optional<status_times> parse(std::string stored, std::size_t statuses);
  const std::string& stored() const noexcept { return gaps_; }

  void count_from(std::int64_t placed_at_ms) noexcept { placed_at_ms_ = placed_at_ms; }

  /// The status with this place in the history, from 1 on, begins at this time: not before the one before it.
  /// Pre: all before it have begun.
  void begin(std::size_t place, std::int64_t at_ms);

  /// Of each of so many statuses, how long after the order was placed it began.
  std::vector<std::int64_t> since_placed_ms(std::size_t statuses) const;

  /// Of what is stored.
  friend bool operator==(const status_times& a, const status_times& b) { return a.gaps_ == b.gaps_; }

private:
  std::string gaps_;
  std::int64_t placed_at_ms_;
};

} // namespace orderd::actors

// When each status of an order began, in as few bytes as may be: most orders pass through all of theirs
// within a millisecond, and then it is none.
//
//   status_times times;                    // the first status begins when the order is placed
//   times.begin(1, 0);                     // the second at once
//   times.begin(2, 1'500);                 // the third 1.5 s after the order was placed
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
  status_times() = default;

  /// From its stored form, of a history of so many statuses; nothing when it is none.
  static std::optional<status_times> parse(std::string stored, std::size_t statuses);
  const std::string& stored() const noexcept { return gaps_; }

  /// The status with this place in the history, from 1 on, begins so long after the order was placed: not
  /// before the one before it. Pre: all before it have begun.
  void begin(std::size_t place, std::int64_t since_placed_ms);

  /// Of each of so many statuses, how long after the order was placed it began.
  std::vector<std::int64_t> since_placed_ms(std::size_t statuses) const;

  friend bool operator==(const status_times&, const status_times&) = default;

private:
  std::string gaps_;
};

} // namespace orderd::actors

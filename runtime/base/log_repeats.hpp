// Which lines of the log are written when the same one comes again and again: so many a minute of each, and
// then one that says how many were left out. It holds for every line at warning and error.
//
// A line is the same when level, component and event are, and the shard or node that it names: one that is
// noisy hides no other. A first line is always written, and so is one that says who did something ("by"): it
// is the record of a person's act, and of many rows given up at once each has its own.
//
// Pure; not thread-safe. *Limits*: keeps something of each line that came in the last minute; components and
// events are names of the program, shards and nodes are bounded by theirs.
#pragma once

#include "runtime/base/log_line.hpp"
#include "runtime/base/log_pace.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace orderd::runtime::log {

/// What makes lines the same.
struct line_kind {
  level what = level::warning;
  std::string component = {};
  std::string event = {};
  std::optional<std::uint64_t> shard = {};
  std::optional<std::uint64_t> node = {};

  friend auto operator<=>(const line_kind&, const line_kind&) = default;
};

inline line_kind kind_of_line(level what, std::string_view component, std::string_view event, fields values) {
  line_kind kind{what, std::string{component}, std::string{event}};
  for (const auto& each : values) {
    auto* const to = each.key() == "shard" ? &kind.shard : each.key() == "node" ? &kind.node : nullptr;
    std::uint64_t number = 0;
    const auto digits = each.value();
    if (to && std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{})
      *to = number;
  }
  return kind;
}

/// Whether a line says who did something.
inline bool names_a_person(fields values) {
  return std::any_of(values.begin(), values.end(), [](const auto& each) { return each.key() == "by"; });
}

/// Whether whoever writes it paces it, by more than its kind, and counts what it leaves out.
inline bool is_paced(fields values) {
  return std::any_of(values.begin(), values.end(), [](const auto& each) { return each.key() == "unsaid"; });
}

struct left_out {
  line_kind of;
  std::uint64_t lines = 0;

  friend bool operator==(const left_out&, const left_out&) = default;
};

class log_repeats {
public:
  static constexpr std::chrono::minutes window{1};
  static constexpr std::uint64_t lines_a_window = 20;

  /// Whether a line of that kind is written now.
  bool may_write(const line_kind& of, steady_time now) { return pace_.may_say(of, now).has_value(); }

  /// Of what lines were left out in a minute that is over. To be asked before `may_write`, so that a kind
  /// that comes again says first what is missing, and now and then, for kinds that do not.
  std::vector<left_out> over(steady_time now) {
    std::vector<left_out> all;
    pace_.end_pauses(now, [&all](const line_kind& of, std::uint64_t lines) { all.push_back({of, lines}); });
    return all;
  }

private:
  log_pace<line_kind> pace_{window, lines_a_window};
};

} // namespace orderd::runtime::log

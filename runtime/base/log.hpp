// Structured log lines on standard error, one logfmt line an event, or one JSON object with the same names:
//
//   log::warn("shard", "entity_restarted", {{"kind", "order"}, {"key", id}}, "handler failed: no such line");
//   time=2026-03-01T12:00:00.123Z level=warning component=shard event=entity_restarted kind=order key=0190…
//     text="handler failed: no such line"                                          (in one line)
//
// `component` and `event` are stable names that alerts and searches may rely on; `text` is for people and
// may change. A component with a new name says its old one in `component_before`, for one version. Fields
// carry the values: an order's id is always in the field `order`, a shard's number in `shard`, a trace's id
// in `trace`.
//
// Of the same line at warning or error (log_repeats.hpp) some a minute are written, and then one of the same
// names with `suppressed`, which says how many were left out. What was written is kept in memory too, the
// newest of it (log_ring.hpp).
//
// *Concurrency*: everything from any thread; a line is written whole. Level and form are the process's.
//
// *Limitations*: a log line is never the only reaction to a failure, and none is written for each order
// at level info or above: at 36,000 orders a second they would cost more than the orders.
#pragma once

#include "runtime/base/log_line.hpp"
#include "runtime/base/log_ring.hpp"

#include <cstdint>
#include <string_view>

namespace orderd::runtime::log {

/// Lines below this level are dropped. At the start: info.
void set_level(level least) noexcept;

/// The form of the lines from now on. At the start: logfmt.
void set_form(form how) noexcept;

/// The level of a setting's name (debug, info, warning, error). Pre: it is one of them; the settings
/// check it.
level level_of(std::string_view name);

/// Whether lines of this level are written: ask before building a costly text.
bool enabled(level what) noexcept;

/// Writes one line.
void write(level what, std::string_view component, std::string_view event, fields values,
           std::string_view text = {});

inline void debug(std::string_view component, std::string_view event, fields values,
                  std::string_view text = {}) {
  write(level::debug, component, event, values, text);
}
inline void info(std::string_view component, std::string_view event, fields values,
                 std::string_view text = {}) {
  write(level::info, component, event, values, text);
}
inline void warn(std::string_view component, std::string_view event, fields values,
                 std::string_view text = {}) {
  write(level::warning, component, event, values, text);
}
inline void error(std::string_view component, std::string_view event, fields values,
                  std::string_view text = {}) {
  write(level::error, component, event, values, text);
}

/// Says of lines that were left out and do not come again how many there were. To be called now and then.
void say_left_out();

/// What was written last.
const log_ring& kept() noexcept;

/// How many lines of a level there were so far, those included that were left out as repeats.
std::uint64_t lines_said(level what) noexcept;

} // namespace orderd::runtime::log

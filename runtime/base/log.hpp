// Structured log lines on standard error, one logfmt line an event:
//
//   log::warn("shard", "entity_restarted", {{"kind", "order"}, {"key", id}}, "handler failed: no such line");
//   time=2026-03-01T12:00:00.123Z level=warning component=shard event=entity_restarted kind=order key=0190…
//     text="handler failed: no such line"                                          (in one line)
//
// `component` and `event` are stable names that alerts and searches may rely on; `text` is for people and
// may change. A component with a new name says its old one in `component_before`, for one version. Fields
// carry the values: an order's id is always in the field `order`, a shard's number in `shard`.
//
// *Concurrency*: everything from any thread; a line is written whole. The level is the process's.
//
// *Limitations*: a log line is never the only reaction to a failure, and none is written for each order
// at level info or above: at 36,000 orders a second they would cost more than the orders.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace orderd::runtime::log {

enum class level : std::uint8_t { debug, info, warning, error };

/// One key=value of a line. Owns its value only when it is a number.
class field {
public:
  field(std::string_view key, std::string_view value) : key_(key), text_(value) {}
  field(std::string_view key, const char* value) : key_(key), text_(value) {}
  field(std::string_view key, const std::string& value) : key_(key), text_(value) {}
  field(std::string_view key, bool value) : key_(key), text_(value ? "true" : "false") {}
  template <std::integral T>
  field(std::string_view key, T value) : key_(key), number_(std::to_string(value)) {}
  template <std::floating_point T>
  field(std::string_view key, T value) : key_(key), number_(std::to_string(value)) {}

  std::string_view key() const noexcept { return key_; }
  std::string_view value() const noexcept { return number_.empty() ? text_ : number_; }

private:
  std::string_view key_;
  std::string_view text_;
  std::string number_;
};

using fields = std::initializer_list<field>;

/// Lines below this level are dropped. At the start: info.
void set_level(level least) noexcept;

/// The level of a setting's name (debug, info, warning, error). Pre: it is one of them; the settings
/// check it.
level level_of(std::string_view name);

/// Whether lines of this level are written: ask before building a costly text.
bool enabled(level what) noexcept;

/// Writes one line. Values and text are quoted and escaped where logfmt needs it.
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

/// The part of a line after its time: what `write` writes. For tests and for other outputs.
std::string format(level what, std::string_view component, std::string_view event, fields values,
                   std::string_view text);

} // namespace orderd::runtime::log

// One line of the log as text, in either of its forms, and the names that a line has. log.hpp writes it.
//
// Pure.
#pragma once

#include "runtime/base/clock.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::runtime::log {

enum class level : std::uint8_t { debug, info, warning, error };

/// logfmt, for people; or a JSON object a line, for programs.
enum class form : std::uint8_t { logfmt, json };

/// One key=value of a line. Owns its value only when it is a number or a truth value.
class field {
public:
  field(std::string_view key, std::string_view value) : key_(key), text_(value) {}
  field(std::string_view key, const char* value) : key_(key), text_(value) {}
  field(std::string_view key, const std::string& value) : key_(key), text_(value) {}
  field(std::string_view key, bool value) : key_(key), literal_(value ? "true" : "false") {}
  template <std::integral T>
  field(std::string_view key, T value) : key_(key), literal_(std::to_string(value)) {}
  template <std::floating_point T>
  field(std::string_view key, T value) : key_(key), literal_(std::to_string(value)) {}

  std::string_view key() const noexcept { return key_; }
  std::string_view value() const noexcept { return literal_.empty() ? text_ : literal_; }
  /// Whether it is a number or a truth value.
  bool is_literal() const noexcept { return !literal_.empty(); }

private:
  std::string_view key_;
  std::string_view text_;
  std::string literal_;
};

using fields = std::initializer_list<field>;

std::string_view name_of(level what) noexcept;

/// logfmt without its time: values and text are quoted and escaped where the form needs it. In JSON numbers
/// are numbers, and everything but ASCII is escaped.
std::string format(level what, std::string_view component, std::string_view event, fields values,
                   std::string_view text);

/// The whole line, with its time, without its end.
std::string format(form how, unix_ms at, level what, std::string_view component, std::string_view event,
                   fields values, std::string_view text);

/// When a line was written, by what stands in it; none when it is no line of either form.
std::optional<unix_ms> time_of(std::string_view line);

/// A logfmt line without its time; one of JSON as it is.
std::string_view without_time(std::string_view line);

/// The value of a field of a line of either form, if it is there and holds nothing that is escaped: an id, a
/// number, a name.
std::string_view plain_value(std::string_view line, std::string_view key);

} // namespace orderd::runtime::log

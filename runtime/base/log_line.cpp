#include "runtime/base/log_line.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/iso_time.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace orderd::runtime::log {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};

/// Components that were called otherwise in the version before, with that name: searches find both until the
/// next.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> renamed{{{"replica_host", "seat"}}};

constexpr std::string_view logfmt_time = "time=";
constexpr std::string_view json_time = R"({"time":")";
constexpr std::size_t time_digits = 24;

bool needs_quotes(std::string_view value) {
  if (value.empty())
    return true;
  for (const unsigned char c : value)
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
      return true;
  return false;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
  case '"':
  case '\\':
    out += '\\';
    out += static_cast<char>(c);
    return;
  case '\n':
    out += "\\n";
    return;
  default:
    if (c >= ' ' && c != 0x7f) {
      out += static_cast<char>(c);
      return;
    }
    out += "\\x";
    out += to_hex({reinterpret_cast<const char*>(&c), 1});
  }
}

void append_pair(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty())
    out += ' ';
  out += key;
  out += '=';
  if (!needs_quotes(value)) {
    out += value;
    return;
  }
  out += '"';
  for (const unsigned char c : value)
    append_escaped(out, c);
  out += '"';
}

std::string json_text(std::string_view text) {
  // What is no UTF-8 becomes replacement characters; ASCII alone, so that no line acts on a terminal.
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// JSON has no word for a number that is none or has no end.
std::string json_value(const field& one) {
  const bool is_endless = one.value().ends_with("inf") || one.value().ends_with("nan");
  return one.is_literal() && !is_endless ? std::string{one.value()} : json_text(one.value());
}

void append_member(std::string& out, std::string_view key, const std::string& value) {
  out += out.empty() ? '{' : ',';
  out += json_text(key);
  out += ':';
  out += value;
}

std::string format_json(unix_ms at, level what, std::string_view component, std::string_view event,
                        fields values, std::string_view text) {
  std::string line;
  append_member(line, "time", json_text(iso_time(at)));
  append_member(line, "level", json_text(name_of(what)));
  append_member(line, "component", json_text(component));
  append_member(line, "event", json_text(event));
  for (const auto& [now, before] : renamed)
    if (component == now)
      append_member(line, "component_before", json_text(before));
  for (const auto& one : values)
    append_member(line, one.key(), json_value(one));
  if (!text.empty())
    append_member(line, "text", json_text(text));
  return line + '}';
}

} // namespace

std::string_view name_of(level what) noexcept {
  return level_names[static_cast<std::size_t>(what)];
}

std::string format(level what, std::string_view component, std::string_view event, fields values,
                   std::string_view text) {
  std::string line;
  append_pair(line, "level", name_of(what));
  append_pair(line, "component", component);
  append_pair(line, "event", event);
  for (const auto& [now, before] : renamed)
    if (component == now)
      append_pair(line, "component_before", before);
  for (const auto& one : values)
    append_pair(line, one.key(), one.value());
  if (!text.empty())
    append_pair(line, "text", text);
  return line;
}

std::string format(form how, unix_ms at, level what, std::string_view component, std::string_view event,
                   fields values, std::string_view text) {
  if (how == form::json)
    return format_json(at, what, component, event, values, text);
  return std::string{logfmt_time} + iso_time(at) + ' ' + format(what, component, event, values, text);
}

std::optional<unix_ms> time_of(std::string_view line) {
  for (const auto before : {logfmt_time, json_time})
    if (line.starts_with(before))
      return parse_iso_time(line.substr(before.size(), time_digits));
  return std::nullopt;
}

std::string_view without_time(std::string_view line) {
  if (!line.starts_with(logfmt_time) || !time_of(line))
    return line;
  line.remove_prefix(logfmt_time.size() + time_digits);
  return line.substr(line.starts_with(' ') ? 1 : 0);
}

std::string_view plain_value(std::string_view line, std::string_view key) {
  const bool is_json = line.starts_with('{');
  const auto before = is_json ? json_text(key) + ':' : ' ' + std::string{key} + '=';
  const auto at = line.find(before);
  if (at == std::string_view::npos)
    return {};
  line.remove_prefix(at + before.size());
  if (is_json && line.starts_with('"'))
    return line.substr(1, line.find('"', 1) - 1);
  return line.substr(0, line.find_first_of(is_json ? ",}" : " "));
}

} // namespace orderd::runtime::log

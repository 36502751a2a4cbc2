#include "runtime/base/log.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/base/result.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <memory>
#include <utility>

namespace orderd::runtime::log {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};

/// Components that were called otherwise in the version before, with that name: searches find both until the
/// next.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> renamed{{{"replica_host", "seat"}}};

std::atomic<level> least_level{level::info};

/// Leaked on purpose: threads that outlive main may still write.
spdlog::logger& logger() {
  static auto* const instance = [] {
    auto* made = new spdlog::logger("orderd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>("time=%Y-%m-%dT%H:%M:%S.%eZ %v",
                                                                    spdlog::pattern_time_type::utc));
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

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

} // namespace

void set_level(level least) noexcept {
  least_level.store(least, std::memory_order_relaxed);
}

level level_of(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == name)
      return static_cast<level>(i);
  throw bug("unknown log level");
}

bool enabled(level what) noexcept {
  return what >= least_level.load(std::memory_order_relaxed);
}

std::string format(level what, std::string_view component, std::string_view event, fields values,
                   std::string_view text) {
  std::string line;
  append_pair(line, "level", level_names[static_cast<std::size_t>(what)]);
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

void write(level what, std::string_view component, std::string_view event, fields values,
           std::string_view text) {
  if (enabled(what))
    logger().log(spdlog::level::info, format(what, component, event, values, text));
}

} // namespace orderd::runtime::log

#include "runtime/base/log.hpp"

#include "runtime/base/log_repeats.hpp"
#include "runtime/base/result.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace orderd::runtime::log {

namespace {

constexpr std::array all_levels{level::debug, level::info, level::warning, level::error};

std::atomic<level> least_level{level::info};
std::atomic<form> form_now{form::logfmt};
std::array<std::atomic<std::uint64_t>, all_levels.size()> said{};

struct outputs {
  spdlog::logger out{"orderd", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  log_ring ring;
  std::mutex repeats_mutex;
  log_repeats repeats;

  outputs() {
    out.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    out.set_level(spdlog::level::trace);
    out.flush_on(spdlog::level::trace);
  }
};

/// Leaked on purpose: threads that outlive main may still write.
outputs& to() {
  static auto* const instance = new outputs;
  return *instance;
}

void put(level what, std::string_view component, std::string_view event, fields values,
         std::string_view text) {
  const auto line = format(form_now.load(std::memory_order_relaxed), system_node_clock{}.now().wall_ms, what,
                           component, event, values, text);
  to().out.log(spdlog::level::info, line);
  to().ring.append(line);
}

void put(const left_out& what) {
  const auto& of = what.of;
  const auto say = [&of](fields values) {
    put(of.what, of.component, of.event, values, "lines like this were left out within a minute");
  };
  const field suppressed{"suppressed", what.lines};
  if (of.shard && of.node)
    return say({{"shard", *of.shard}, {"node", *of.node}, suppressed});
  if (of.shard)
    return say({{"shard", *of.shard}, suppressed});
  if (of.node)
    return say({{"node", *of.node}, suppressed});
  say({suppressed});
}

} // namespace

void set_level(level least) noexcept {
  least_level.store(least, std::memory_order_relaxed);
}

void set_form(form how) noexcept {
  form_now.store(how, std::memory_order_relaxed);
}

level level_of(std::string_view name) {
  for (const auto each : all_levels)
    if (name_of(each) == name)
      return each;
  throw bug("unknown log level");
}

bool enabled(level what) noexcept {
  return what >= least_level.load(std::memory_order_relaxed);
}

void write(level what, std::string_view component, std::string_view event, fields values,
           std::string_view text) {
  if (!enabled(what))
    return;
  said[static_cast<std::size_t>(what)].fetch_add(1, std::memory_order_relaxed);
  if (what >= level::warning && !names_a_person(values) && !is_paced(values)) {
    say_left_out();
    const auto kind = kind_of_line(what, component, event, values);
    std::lock_guard lock{to().repeats_mutex};
    if (!to().repeats.may_write(kind, std::chrono::steady_clock::now()))
      return;
  }
  put(what, component, event, values, text);
}

void say_left_out() {
  std::vector<left_out> all;
  {
    std::lock_guard lock{to().repeats_mutex};
    all = to().repeats.over(std::chrono::steady_clock::now());
  }
  for (const auto& each : all)
    put(each);
}

const log_ring& kept() noexcept {
  return to().ring;
}

std::uint64_t lines_said(level what) noexcept {
  return said[static_cast<std::size_t>(what)].load(std::memory_order_relaxed);
}

} // namespace orderd::runtime::log

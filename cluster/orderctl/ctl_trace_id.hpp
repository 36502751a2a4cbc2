// What `orderctl trace` takes: the id of an order, or of a trace.
//
// Pure.
#pragma once

#include "actors/rules/order_id.hpp"
#include "cluster/orderctl/ctl_options.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// One of both, as bytes; none when the text is neither.
inline std::optional<trace_options> read_trace_target(std::string_view text) {
  if (auto id = actors::parse_order_id(text); !id.empty())
    return trace_options{.order_id = std::move(id)};
  constexpr std::size_t trace_id_bytes = 16;
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9')
      return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  if (text.size() != 2 * trace_id_bytes
      || std::any_of(text.begin(), text.end(), [&](char c) { return digit(c) < 0; }))
    return std::nullopt;
  std::string id;
  for (std::size_t i = 0; i < text.size(); i += 2)
    id += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  if (id == std::string(trace_id_bytes, '\0'))
    return std::nullopt;
  return trace_options{.trace_id = std::move(id)};
}

} // namespace orderd::cluster

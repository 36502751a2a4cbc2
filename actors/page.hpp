// Reading one page of rows in a query: at most so many rows, at most so many bytes of reply.
#pragma once

#include "actors/public.pb.h"
#include "config/limits.hpp"
#include "runtime/request.hpp"
#include "runtime/row.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

/// What a row adds to the reply when it is left out; it does not count.
inline constexpr std::size_t no_row = 0;

struct page_request {
  runtime::table in;
  std::string prefix;
  std::string after; ///< a whole key; empty: from the start
  bool backwards = false;
  std::uint32_t limit = 0;
};

/// Calls `add(key, value) -> result<bytes added to the reply>` for each row of the page. The answer: there
/// are more rows behind it.
template <class Add>
runtime::result<bool> read_page(runtime::shard_view& view, const page_request& page, Add add) {
  using step = runtime::state_reader::step;
  constexpr std::size_t bytes_max = limits::client_frame_bytes_max / 2;
  std::uint32_t rows = 0;
  std::size_t bytes = 0;
  bool more = false;
  const auto visit = [&](std::string_view key, std::string_view value) -> runtime::result<step> {
    if (rows == page.limit || bytes >= bytes_max) {
      more = true;
      return step::stop;
    }
    const auto added = add(key, value);
    if (!added)
      return added.error();
    rows += *added == no_row ? 0 : 1;
    bytes += *added;
    return step::next;
  };
  if (const auto scanned = view.scan(page.in, page.prefix, page.after, page.backwards, visit); !scanned)
    return scanned.error();
  return more;
}

/// Fills an order's view from its rows; `corrupt` when they cannot be decoded.
runtime::result<void> fill_order(v1::order& to, std::string_view order_id, const runtime::snapshot& rows);

} // namespace orderd::actors

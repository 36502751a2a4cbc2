// Reading one page of rows in a query: at most so many rows read, at most so many bytes of reply.
#pragma once

#include "config/limits.hpp"
#include "runtime/entity/request.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

struct page_request {
  runtime::table in;
  std::string prefix;
  std::string after; ///< a whole key; empty: from the start
  bool backwards = false;
  std::uint32_t limit = 0; ///< rows read, whether the reply shows them or not: bounds the shard's work
};

struct page_end {
  bool more = false; ///< rows behind the page
  std::string last;  ///< the key of its last row
};

/// Calls `add(key, value) -> result<bytes added to the reply>` for each row of the page.
template <class Add>
runtime::result<page_end> read_page(runtime::shard_view& view, const page_request& page, Add add) {
  using step = runtime::state_reader::step;
  constexpr std::size_t bytes_max = limits::client_frame_bytes_max / 2;
  std::uint32_t rows = 0;
  std::size_t bytes = 0;
  page_end end;
  const auto visit = [&](std::string_view key, std::string_view value) -> runtime::result<step> {
    if (rows == page.limit || bytes >= bytes_max) {
      end.more = true;
      return step::stop;
    }
    const auto added = add(key, value);
    if (!added)
      return added.error();
    ++rows;
    bytes += *added;
    end.last = key;
    return step::next;
  };
  if (const auto scanned = view.scan(page.in, page.prefix, page.after, page.backwards, visit); !scanned)
    return scanned.error();
  return end;
}

} // namespace orderd::actors

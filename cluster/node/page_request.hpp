// What somebody asks of the page for Prometheus: as much of HTTP/1.1 as serves one page, with "Connection:
// close".
//
// Pure; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Bytes of a request with its headers: many times what a scraper sends.
inline constexpr std::size_t page_request_bytes_max = 8u << 10;

enum class page_request : std::uint8_t {
  unfinished, ///< its empty line has not come
  page,       ///< GET of the page
  page_head,  ///< HEAD of the page
  elsewhere,  ///< of another path
  method,     ///< a method that nothing here has
  unreadable, ///< no HTTP, or longer than page_request_bytes_max
};

/// Judges what has come of a request so far.
page_request judge_page_request(std::string_view bytes);

/// The whole response; `page` is sent with `page_request::page` only.
std::string page_response(page_request to, const std::string& page);

} // namespace orderd::cluster

// The page for operators: a few static files that are a part of the program, so that the page is there when
// nothing else is, and always fits the node that serves it.
//
// Everything here is constant; safe from any thread.
#pragma once

#include <optional>
#include <string_view>

namespace orderd::cluster {

struct page_file {
  std::string_view content_type; ///< "text/javascript; charset=utf-8"
  std::string_view bytes;        ///< valid for as long as the process lives
  std::string_view etag;         ///< quoted, as the header ETag has it; another one for other bytes
};

/// What every file of the page is served with: only what comes from this node is run, shown or asked, and no
/// other page may put it in a frame.
inline constexpr std::string_view page_security_policy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// The file that a browser means by `path` ("/", "/page/order.js"); none: there is no such file. The query is
/// no part of a path.
std::optional<page_file> find_page_file(std::string_view path);

} // namespace orderd::cluster

// What the headers of a request have to say, and what they ask for.
//
// *Why*: a page with buttons for operators is served on loopback, and any page of the web may send requests
// there. A name of an attacker that leads to 127.0.0.1 is refused by its Host header; a form or script of
// another page by its Origin, and by a content type that forms cannot send.
//
// Pure; any thread.
#pragma once

#include "cluster/http/http_values.hpp"
#include "cluster/http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Whether a Host header names this machine: an address as a number, localhost, or `own_name` (empty:
/// none). With or without a port.
bool is_own_host(std::string_view host, std::string_view own_name) noexcept;

/// Why the request is not even looked at: 421, 403 or 415. An empty Host is allowed: of HTTP/1.0.
std::optional<problem> refused_by_headers(const http_request& what, std::string_view own_name);

/// Whether a response may be gzipped.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// N of "wait=N" (seconds) in a Prefer header, as milliseconds; none when it says nothing of the kind.
std::optional<std::uint32_t> wait_ms_of(std::string_view prefer) noexcept;

} // namespace orderd::cluster

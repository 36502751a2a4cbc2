// Gets a page over HTTP.
#pragma once

#include "runtime/base/result.hpp"

#include <string>

namespace orderd::cluster {

/// The body of http://HOST:PORT/PATH, within 5 s and 16 MiB. `unavailable` with the reason when there is
/// none, or when it is no page (another status than 200).
runtime::result<std::string> fetch_page(const std::string& url);

} // namespace orderd::cluster

// Compresses a response.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Responses below this are sent as they are: they fit a packet.
inline constexpr std::size_t gzip_bytes_min = 1u << 10;

/// RFC 1952, at zlib's fastest level: JSON and metrics become an eighth, at some 100 MB/s. Empty if there is
/// no memory for it.
std::string gzipped(std::string_view bytes);

} // namespace orderd::cluster

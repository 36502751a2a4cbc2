// The bytes of the page's files, as the build found them: scripts/embed_files.py writes the source of it from
// cluster/page/site/ and the libraries that scripts/setup.sh installed.
#pragma once

#include <span>
#include <string_view>

namespace orderd::cluster {

struct embedded_file {
  std::string_view path; ///< that a browser asks for: "/page/order.js"
  std::string_view bytes;
  std::string_view sha256; ///< of `bytes`, as 64 hexadecimal digits
};

/// All of them, for as long as the process lives.
std::span<const embedded_file> embedded_files();

} // namespace orderd::cluster

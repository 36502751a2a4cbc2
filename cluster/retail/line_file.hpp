// A text file line by line, plain or compressed with xz (told by its first bytes, not by its name).
//
// *Operation*: `read_lines` streams: memory is one block and the longest line. It stops at the first
// fault.
//
// *Limitations*: a line of more than a mebibyte is a fault: no file this program reads has one.
#pragma once

#include "runtime/base/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace orderd::cluster {

/// Calls `visit` with every line, with the LF at its end, and without the byte order mark that may stand in
/// front of the first one. Faults: the file cannot be read, is not a whole xz file, or has a line that is too
/// long; the message names the file.
runtime::result<void> read_lines(const std::string& path,
                                 const std::function<void(std::string_view line)>& visit);

} // namespace orderd::cluster

// Ranges of etcd's keys.
#pragma once

#include "runtime/base/result.hpp"

#include <string>

namespace orderd::cluster {

/// The end of the range of all keys that start with `prefix`. Pre: it is not empty and ends in ASCII.
inline std::string end_of_prefix(std::string prefix) {
  runtime::require(!prefix.empty() && (prefix.back() & '\x80') == 0, "no range of keys has this prefix");
  ++prefix.back();
  return prefix;
}

} // namespace orderd::cluster

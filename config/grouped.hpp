// Numbers for people: "1,000,000" reads better than "1000000".
//
// Pure; any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

namespace orderd::config {

/// A whole number with a comma before each three digits.
template <std::integral Number>
std::string grouped(Number number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

} // namespace orderd::config

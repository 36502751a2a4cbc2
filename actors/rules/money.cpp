#include "actors/rules/money.hpp"

#include <algorithm>

namespace orderd::actors {

std::string to_text(wide_sum sum) {
  // Digit by digit from the end, each with the sign of the sum: the smallest sum has no positive one.
  std::string text;
  const bool negative = sum < 0;
  do {
    const auto digit = static_cast<int>(sum % 10);
    text += static_cast<char>('0' + (negative ? -digit : digit));
    sum /= 10;
  } while (sum != 0);
  if (negative)
    text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

} // namespace orderd::actors

#include "config/nearest.hpp"

#include <algorithm>
#include <utility>

namespace orderd::config {

namespace {

constexpr std::size_t word_bytes_max = 64; ///< twice the longest name of an option

char small(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(char one, char other) noexcept {
  return small(one) == small(other);
}

/// Without the dashes of an option: they are no letters that somebody gets wrong.
std::string_view letters_of(std::string_view word) noexcept {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

bool begins(std::string_view known, std::string_view word) {
  return word.size() >= 3 && known.size() >= word.size()
         && std::equal(word.begin(), word.end(), known.begin(), same);
}

} // namespace

std::size_t typing_distance(std::string_view one, std::string_view other) {
  // Three rows of the table of distances of all beginnings: an exchange of neighbours looks two rows back.
  std::vector<std::size_t> before(other.size() + 1);
  std::vector<std::size_t> last(other.size() + 1);
  std::vector<std::size_t> now(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j)
    now[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::swap(before, last);
    std::swap(last, now);
    now[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const bool equal = same(one[i - 1], other[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (equal ? 0 : 1)});
      if (i > 1 && j > 1 && same(one[i - 1], other[j - 2]) && same(one[i - 2], other[j - 1]))
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
  }
  return now[other.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  const auto typed = letters_of(word);
  if (typed.empty() || typed.size() > word_bytes_max)
    return std::nullopt;
  std::optional<std::string> found;
  auto least = std::clamp<std::size_t>(typed.size() / 3, 1, 3) + 1;
  for (const auto& each : known) {
    const auto letters = letters_of(each);
    if (letters.size() < 2) // a short option is near to every short word
      continue;
    auto distance = typing_distance(typed, letters);
    if (begins(letters, typed))
      distance = std::min<std::size_t>(distance, 1);
    if (distance < least) {
      least = distance;
      found = each;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto found = nearest(word, known);
  return found ? "; did you mean " + *found + "?" : "";
}

} // namespace orderd::config

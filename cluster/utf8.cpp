#include "cluster/utf8.hpp"

namespace orderd::cluster {

namespace {

struct sequence {
  std::size_t length;  ///< bytes; 0: no sequence begins so
  unsigned char least; ///< bounds of the second byte, which rule out overlong forms and surrogates
  unsigned char most;
};

sequence sequence_of(unsigned char first) noexcept {
  if (first < 0x80)
    return {1, 0, 0};
  if (first >= 0xC2 && first <= 0xDF)
    return {2, 0x80, 0xBF};
  if (first >= 0xE0 && first <= 0xEF)
    return {3, static_cast<unsigned char>(first == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(first == 0xED ? 0x9F : 0xBF)};
  if (first >= 0xF0 && first <= 0xF4)
    return {4, static_cast<unsigned char>(first == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(first == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto expected = sequence_of(byte(0));
    if (expected.length == 0 || expected.length > text.size())
      return false;
    if (expected.length > 1 && (byte(1) < expected.least || byte(1) > expected.most))
      return false;
    for (std::size_t i = 2; i < expected.length; ++i) {
      if (byte(i) < 0x80 || byte(i) > 0xBF)
        return false;
    }
    text.remove_prefix(expected.length);
  }
  return true;
}

} // namespace orderd::cluster

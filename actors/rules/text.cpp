#include "actors/rules/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include <utf8proc.h>

namespace orderd::actors {

namespace {

/// One character of a text.
struct character {
  utf8proc_int32_t code = -1; ///< -1: the bytes are no UTF-8
  std::size_t bytes = 1;
};

character first_of(std::string_view text) noexcept {
  character read;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &read.code);
  if (bytes <= 0)
    return {};
  read.bytes = static_cast<std::size_t>(bytes);
  return read;
}

bool is_blank(utf8proc_int32_t code) noexcept {
  return utf8proc_category(code) == UTF8PROC_CATEGORY_ZS;
}

text_fault fault_of(utf8proc_int32_t code) noexcept {
  if (code < 0)
    return text_fault::not_utf8;
  switch (utf8proc_category(code)) {
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return text_fault::control;
  case UTF8PROC_CATEGORY_CF:
    return text_fault::format;
  default:
    return text_fault::none;
  }
}

/// Whether all bytes are from ' ' to '~', eight at a time: no byte has its highest bit, nor gets it when 1 is
/// added (DEL) or ' ' subtracted (controls). A borrow spoils only bytes behind one that is already found.
bool is_plain_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high = 0x80 * ones;
  constexpr std::uint64_t space = ' ' * ones;
  std::uint64_t odd = 0;
  const auto look = [&odd](const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    odd |= (word | (word + ones) | (word - space)) & high;
  };
  if (text.size() < sizeof odd) {
    for (const char byte : text)
      odd |= byte < ' ' || byte > '~' ? 1U : 0U;
    return odd == 0;
  }
  for (std::size_t at = 0; at + sizeof odd < text.size(); at += sizeof odd)
    look(text.data() + at);
  look(text.data() + text.size() - sizeof odd); // may look at some bytes twice
  return odd == 0;
}

/// Where the last character begins. Pre: UTF-8, not empty.
std::size_t last_of(std::string_view text) noexcept {
  auto at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    --at;
  return at;
}

text_verdict check_any(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto read = first_of(text.substr(at));
    if (const auto why = fault_of(read.code); why != text_fault::none)
      return {why, at};
    at += read.bytes;
  }
  if (is_blank(first_of(text).code))
    return {text_fault::blank_at_edge, 0};
  if (const auto last = last_of(text); is_blank(first_of(text.substr(last)).code))
    return {text_fault::blank_at_edge, last};
  const auto composed = in_nfc(text);
  if (composed == text)
    return {};
  std::size_t differs = 0;
  while (differs < text.size() && differs < composed.size() && text[differs] == composed[differs])
    ++differs;
  return {text_fault::not_nfc, last_of(text.substr(0, std::min(differs + 1, text.size())))};
}

std::string code_text(const char* form, utf8proc_int32_t code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), form, static_cast<unsigned>(code));
  return text.data();
}

} // namespace

text_verdict check_text(std::string_view text) {
  if (text.empty() || (is_plain_ascii(text) && text.front() != ' ' && text.back() != ' '))
    return {};
  return check_any(text);
}

std::string text_rule(std::string_view text, text_verdict of) {
  const auto read = first_of(text.substr(of.byte));
  auto rule = "UTF-8 in NFC without control or format characters, nor blanks at its ends; byte "
              + std::to_string(of.byte) + " is ";
  return rule
         + (read.code < 0 ? code_text("0x%02X", static_cast<unsigned char>(text[of.byte]))
                          : code_text("U+%04X", read.code))
         + (of.why == text_fault::not_nfc ? " and not composed" : "");
}

bool is_utf8(std::string_view text) noexcept {
  if (is_plain_ascii(text))
    return true;
  while (!text.empty()) {
    const auto read = first_of(text);
    if (read.code < 0)
      return false;
    text.remove_prefix(read.bytes);
  }
  return true;
}

std::string_view without_blanks(std::string_view text) noexcept {
  const auto is_dropped = [](std::int32_t code) {
    return code >= 0 && (is_blank(code) || code == '\t' || code == '\r' || code == '\n');
  };
  while (!text.empty() && is_dropped(first_of(text).code))
    text.remove_prefix(first_of(text).bytes);
  while (!text.empty()) {
    const auto tail = text.substr(last_of(text));
    const auto last = first_of(tail); // Bytes that are no UTF-8 behind a blank are not the blank.
    if (!is_dropped(last.code) || last.bytes != tail.size())
      break;
    text.remove_suffix(tail.size());
  }
  return text;
}

std::string in_nfc(std::string_view text) {
  if (is_plain_ascii(text))
    return std::string{text};
  utf8proc_uint8_t* composed = nullptr;
  const auto bytes = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), &composed,
                                  static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner{composed, &std::free};
  if (bytes < 0)
    throw std::bad_alloc{}; // of UTF-8, nothing else can fail
  return {reinterpret_cast<const char*>(composed), static_cast<std::size_t>(bytes)};
}

std::string shown(std::string_view text) {
  if (is_plain_ascii(text))
    return std::string{text};
  std::string escaped;
  while (!text.empty()) {
    const auto read = first_of(text);
    const auto why = fault_of(read.code);
    if (why == text_fault::none)
      escaped += text.substr(0, read.bytes);
    else if (why == text_fault::not_utf8)
      escaped += code_text("\\x%02X", static_cast<unsigned char>(text[0]));
    else
      escaped += code_text("\\u{%04X}", read.code);
    text.remove_prefix(read.bytes);
  }
  return escaped;
}

std::size_t columns_of(std::string_view shown) noexcept {
  std::size_t columns = 0;
  while (!shown.empty()) {
    const auto read = first_of(shown);
    columns += read.code < 0 ? 1 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(read.code)));
    shown.remove_prefix(read.bytes);
  }
  return columns;
}

} // namespace orderd::actors

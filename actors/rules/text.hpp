// Keys and free text: one rule wherever it comes in (wire, command line, files), and how text is shown.
//
// *The rule*: UTF-8 in NFC, without control characters, line separators and format characters (what turns the
// direction of writing, or is not seen at all), without blanks at its ends. So two keys that look alike are
// mostly one, and no key can write over a line of a terminal or a log. Text stored by earlier versions may
// break the rule: it can still be read and asked for, and is escaped where people see it.
//
// Unicode's tables are utf8proc's. Text of ASCII alone is checked eight bytes at a time.
//
// *Concurrency*: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

enum class text_fault : std::uint8_t {
  none,
  not_utf8,      ///< overlong forms, surrogates and what is above U+10FFFF included
  control,       ///< categories Cc, Zl, Zp
  format,        ///< category Cf, all controls of direction among them
  blank_at_edge, ///< category Zs
  not_nfc,
};

struct text_verdict {
  text_fault why = text_fault::none;
  std::size_t byte = 0; ///< where it is, from 0

  bool ok() const noexcept { return why == text_fault::none; }
};

/// The first fault of a text by the rule. The empty text has none.
text_verdict check_text(std::string_view text);

/// What the text has to be, and where it is not: "text in NFC ...; byte 3 is U+202E". Pre: it has that fault.
std::string text_rule(std::string_view text, text_verdict of);

bool is_utf8(std::string_view text) noexcept;

/// The text without blanks at its ends.
std::string_view without_blanks(std::string_view text) noexcept;

/// The text in NFC. Pre: it is UTF-8.
std::string in_nfc(std::string_view text);

/// The text as it can be shown to a person: what breaks the rule is escaped, as \xFF or \u{202E}.
std::string shown(std::string_view text);

/// Columns that a text takes on a terminal: two for wide characters, none for those that combine.
std::size_t columns_of(std::string_view shown) noexcept;

} // namespace orderd::actors

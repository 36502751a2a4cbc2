// Lines of a screen: pieces of text with a style, cut to a width, as bytes for a terminal.
//
// What is put in is escaped first (actors/rules/text.hpp), so nothing that a node sent acts on the terminal;
// wide characters count as two columns. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

enum class top_style : std::uint8_t { plain, bold, dim, good, warn, bad };

class top_text {
public:
  top_text& add(std::string_view text, top_style style = top_style::plain);
  /// Blanks up to a column, at least one.
  top_text& to(std::size_t column);
  /// Right-aligned: ends before this column. Longer ones push what follows.
  top_text& right(std::size_t column, std::string_view text, top_style style = top_style::plain);
  /// The whole line stands out: it is chosen.
  top_text& choose();

  std::size_t columns() const noexcept { return columns_; }

  /// At most `width` columns. Without colours plain text without blanks at its end.
  std::string line(std::size_t width, bool colours) const;

private:
  struct piece {
    std::string text; ///< escaped
    top_style style;
  };
  std::vector<piece> pieces_;
  std::size_t columns_ = 0;
  bool chosen_ = false;
};

/// "850 us", "1.8 ms", "2.31 s".
std::string short_time(std::uint64_t us);
/// "3 s", "4 min 10 s", "2 h 3 min", "5 d 2 h".
std::string short_span(std::int64_t seconds);
/// "12 B", "3.4 KiB", "256.0 MiB".
std::string short_bytes(std::uint64_t bytes);
/// "118.3".
std::string one_digit(double value);

} // namespace orderd::cluster

#include "runtime/base/iso_time.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace orderd::runtime {

namespace chrono = std::chrono;

std::string iso_time(unix_ms at) {
  const chrono::sys_time<chrono::milliseconds> moment{chrono::milliseconds{at}};
  const auto day = chrono::floor<chrono::days>(moment);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{moment - day};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text;
}

std::optional<unix_ms> parse_iso_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size())
    return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      return std::nullopt;
  const auto number = [text](std::size_t from, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + from, text.data() + from + digits, value);
    return value;
  };
  const chrono::year_month_day date{chrono::year{number(0, 4)},
                                    chrono::month{static_cast<unsigned>(number(5, 2))},
                                    chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59)
    return std::nullopt;
  const auto at = chrono::sys_days{date} + chrono::hours{number(11, 2)} + chrono::minutes{number(14, 2)}
                  + chrono::seconds{number(17, 2)} + chrono::milliseconds{number(20, 3)};
  return chrono::duration_cast<chrono::milliseconds>(at.time_since_epoch()).count();
}

} // namespace orderd::runtime

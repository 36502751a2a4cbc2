#include "config/value_checks.hpp"

#include "config/grouped.hpp"
#include "config/nearest.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

namespace orderd::config {

namespace {

std::string shortly(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

/// Why a file cannot be read; 0: it can. A pipe is not tried: whoever writes to it would lose its reader.
int why_not_read(const std::string& path) {
  struct stat is = {};
  if (::stat(path.c_str(), &is) != 0)
    return errno;
  if (S_ISDIR(is.st_mode))
    return EISDIR;
  return S_ISREG(is.st_mode) && ::access(path.c_str(), R_OK) != 0 ? errno : 0;
}

} // namespace

CLI::Validator whole(std::int64_t least, std::int64_t most, const std::string& unit) {
  const auto range = grouped(least) + " to " + grouped(most) + (unit.empty() ? "" : " " + unit);
  return {[=](std::string& text) -> std::string {
            std::int64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (end != text.data() + text.size() || error == std::errc::invalid_argument)
              return "'" + text + "' is not a whole number; it must be " + range;
            if (error != std::errc{} || value < least || value > most)
              return text + " is out of range; it must be " + range;
            return {};
          },
          "(" + range + ")", "whole"};
}

CLI::Validator number(double least, double most, const std::string& what) {
  const auto range = shortly(least) + " to " + shortly(most);
  return {[=](std::string& text) -> std::string {
            double value = 0;
            if (!CLI::detail::lexical_cast(text, value) || !(value >= least && value <= most))
              return "'" + text + "' is out of range; it must be " + what + " from " + range;
            return {};
          },
          "(" + range + ")", "number"};
}

CLI::Validator readable_file() {
  return {[](std::string& path) -> std::string {
            const int why = why_not_read(path);
            return why == 0 ? "" : "the file '" + path + "' cannot be read: " + std::strerror(why);
          },
          ""};
}

std::string refused_name(const std::string& text, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), text) != names.end())
    return {};
  std::string known;
  for (const auto& name : names)
    known += (known.empty() ? "" : ", ") + name;
  return "'" + text + "' is none of " + known + did_you_mean(text, names);
}

CLI::Validator word_of(std::vector<std::string> names) {
  return {[names = std::move(names)](std::string& text) { return refused_name(text, names); }, ""};
}

} // namespace orderd::config

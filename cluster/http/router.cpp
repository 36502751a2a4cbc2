#include "cluster/http/router.hpp"

#include "actors/rules/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace orderd::cluster {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string_view next_segment(std::string_view& path) noexcept {
  const auto end = std::min(path.find('/', 1), path.size());
  const auto segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

/// The parts that `{...}` take, still encoded; none when the path is another one.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view path) {
  if (!path.starts_with('/'))
    return std::nullopt;
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    if (path.empty())
      return std::nullopt;
    const auto wanted = next_segment(pattern);
    if (wanted == "{rest}") { // everything behind, slashes included
      parts.push_back(path.substr(1));
      return parts;
    }
    const auto there = next_segment(path);
    if (wanted.starts_with('{'))
      parts.push_back(there);
    else if (wanted != there)
      return std::nullopt;
  }
  if (!path.empty())
    return std::nullopt;
  return parts;
}

std::string_view name_of(http_method method) noexcept {
  switch (method) {
  case http_method::get:
    return "GET, HEAD";
  case http_method::post:
    return "POST";
  case http_method::put:
    return "PUT";
  case http_method::other:
    break;
  }
  return "";
}

std::optional<problem> read_query(std::string_view query, const route& of, found_route& into) {
  if (!of.handle) // of the page and of metrics: whoever asks may have them for itself
    return std::nullopt;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty())
      continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value)
      return invalid_field("query", pair, "percent-encoded UTF-8");
    if (std::find(of.parameters.begin(), of.parameters.end(), *name) == of.parameters.end()) {
      std::string all;
      for (const auto each : of.parameters)
        all.append(all.empty() ? "one of the parameters " : ", ").append(each);
      return invalid_field(*name, *value, all.empty() ? "absent: there are no parameters here" : all);
    }
    if (!into.parameters.emplace(*name, *value).second)
      return invalid_field(*name, *value, "there once");
  }
  return std::nullopt;
}

http_response unknown_path(std::string_view path) {
  return respond(problem{.status = 404,
                         .code = "no_such_path",
                         .detail = "there is nothing at " + actors::shown(path.substr(0, value_shown_max))
                                   + "; /v1/openapi.json names every path"});
}

} // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
      if (low < 0)
        return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!actors::is_utf8(out))
    return std::nullopt;
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
                       || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append(
          {'%', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]});
  }
  return out;
}

std::variant<found_route, http_response> find_route(std::span<const route> all, http_method method,
                                                    std::string_view target) {
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, mark);
  std::string allowed;
  for (const auto& each : all) {
    const auto encoded = match(each.pattern, path);
    if (!encoded)
      continue;
    if (each.method != method) {
      allowed.append(allowed.empty() ? "" : ", ").append(name_of(each.method));
      continue;
    }
    found_route found{.at = &each};
    for (const auto part : *encoded) {
      auto decoded = percent_decoded(part, false);
      if (!decoded)
        return respond(invalid_field("path", part, "percent-encoded UTF-8"));
      found.parts.push_back(*std::move(decoded));
    }
    if (const auto why = read_query(target.substr(std::min(mark + 1, target.size())), each, found))
      return respond(*why);
    return found;
  }
  if (allowed.empty())
    return unknown_path(path);
  auto out = respond(problem{
      .status = 405, .code = "method_not_allowed", .detail = "ask here with " + allowed, .limit = allowed});
  out.headers.emplace_back("Allow", allowed);
  return out;
}

std::optional<std::uint32_t> number_of(const call& what, std::string_view name, std::uint32_t otherwise,
                                       std::uint32_t low, std::uint32_t high, problem& why) {
  const auto found = what.parameters.find(name);
  if (found == what.parameters.end())
    return otherwise;
  const auto& text = found->second;
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= low && value <= high)
    return value;
  why = invalid_field(std::string{name}, text, std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::string_view text_of(const call& what, std::string_view name) {
  const auto found = what.parameters.find(name);
  return found == what.parameters.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace orderd::cluster

#include "cluster/http/header_rules.hpp"

#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace orderd::cluster {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands before the next `mark` off the text.
std::string_view next_part(std::string_view& text, char mark) noexcept {
  const auto end = std::min(text.find(mark), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

bool is_address(std::string_view text) noexcept {
  const std::string number{text};
  in6_addr any{};
  return ::inet_pton(AF_INET, number.c_str(), &any) == 1;
}

bool is_address_6(std::string_view text) noexcept {
  const std::string number{text};
  in6_addr any{};
  return ::inet_pton(AF_INET6, number.c_str(), &any) == 1;
}

bool is_port(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 5
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_json(std::string_view content_type) noexcept {
  const auto type = next_part(content_type, ';');
  if (!same_name(type, "application/json"))
    return false;
  const auto parameter = trimmed(content_type);
  return parameter.empty() || same_name(parameter, "charset=utf-8");
}

/// "q=0", "q=0.0": not wanted.
bool is_refused(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto one = next_part(parameters, ';');
    if (one.size() > 2 && lower(one[0]) == 'q' && one[1] == '='
        && one.substr(2).find_first_not_of("0.") == std::string_view::npos)
      return true;
  }
  return false;
}

} // namespace

bool is_own_host(std::string_view host, std::string_view own_name) noexcept {
  auto name = host;
  if (host.starts_with('[')) { // [::1]:9464
    const auto end = host.find(']');
    if (end == std::string_view::npos || !is_address_6(host.substr(1, end - 1)))
      return false;
    const auto rest = host.substr(end + 1);
    return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
  }
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1)))
      return false;
    name = host.substr(0, colon);
  }
  return is_address(name) || same_name(name, "localhost") || (!own_name.empty() && same_name(name, own_name));
}

std::optional<problem> refused_by_headers(const http_request& what, std::string_view own_name) {
  if (!what.host.empty() && !is_own_host(what.host, own_name))
    return problem{.status = 421,
                   .code = "foreign_host",
                   .detail = "this is no host for that name: ask by its address or as localhost",
                   .field = "Host",
                   .value = what.host.substr(0, value_shown_max)};
  if (what.method == http_method::get)
    return std::nullopt;
  if (!what.origin.empty() && !same_name(what.origin, "http://" + what.host)
      && !same_name(what.origin, "https://" + what.host))
    return problem{.status = 403,
                   .code = "foreign_origin",
                   .detail = "a page of another origin may change nothing here",
                   .field = "Origin",
                   .value = what.origin.substr(0, value_shown_max)};
  if (!is_json(what.content_type))
    return problem{.status = 415,
                   .code = "unsupported_media_type",
                   .detail = "send the header Content-Type: application/json",
                   .field = "Content-Type",
                   .value = what.content_type.substr(0, value_shown_max),
                   .limit = "application/json"};
  return std::nullopt;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  while (!accept_encoding.empty()) {
    auto one = next_part(accept_encoding, ',');
    const auto coding = next_part(one, ';');
    if (same_name(coding, "gzip"))
      return !is_refused(one);
  }
  return false;
}

std::optional<std::uint32_t> wait_ms_of(std::string_view prefer) noexcept {
  constexpr std::uint32_t seconds_max = limits::request_timeout_ms_max / 1'000;
  while (!prefer.empty()) {
    const auto one = next_part(prefer, ',');
    if (one.size() < 6 || !same_name(one.substr(0, 5), "wait="))
      continue;
    std::uint32_t seconds = 0;
    const auto* const end = one.data() + one.size();
    const auto read = std::from_chars(one.data() + 5, end, seconds);
    if (read.ec == std::errc{} && read.ptr == end)
      return std::max<std::uint32_t>(1, std::min(seconds, seconds_max) * 1'000);
  }
  return std::nullopt;
}

} // namespace orderd::cluster

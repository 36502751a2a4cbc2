#include "cluster/http/problem.hpp"

#include "actors/rules/text.hpp"
#include "cluster/client/fault_meaning.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

json null_if_empty(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

std::string dumped(const json& what) {
  return what.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A header in whole seconds, as RFC 9110 has it: never less than what is asked for.
std::string seconds_of(std::uint32_t ms) {
  return std::to_string((ms + 999) / 1'000);
}

unsigned status_of(v1::rejection::kind code) noexcept {
  switch (code) {
  case v1::rejection::INVALID_FIELD:
    return 400;
  case v1::rejection::NOT_FOUND:
    return 404;
  default: // what is there contradicts what is asked
    return 409;
  }
}

unsigned status_of(v1::fault::kind code) noexcept {
  switch (code) {
  case v1::fault::MALFORMED:
    return 400;
  case v1::fault::TOO_LARGE:
    return 413;
  case v1::fault::TIMEOUT:
    return 504;
  case v1::fault::OVERLOADED:
  case v1::fault::UNAVAILABLE:
  case v1::fault::STORAGE_FULL:
  case v1::fault::QUARANTINED:
  case v1::fault::CREDIT_EXCEEDED:
  case v1::fault::SHUTTING_DOWN:
  case v1::fault::NOT_OWNER:
    return 503;
  default:
    return 500;
  }
}

/// The first bytes of a value, without a character that they would cut.
std::string beginning(std::string_view value) {
  if (value.size() > value_shown_max) {
    auto end = value_shown_max;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80)
      --end;
    value = value.substr(0, end);
  }
  return std::string{value};
}

} // namespace

std::string_view status_title(unsigned status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 421:
    return "Misdirected Request";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "Unknown";
  }
}

json to_json(const problem& what) {
  return {{"type", "about:blank"},
          {"title", status_title(what.status)},
          {"status", what.status},
          {"detail", what.detail},
          {"code", what.code},
          {"field", null_if_empty(what.field)},
          {"value", null_if_empty(what.value)},
          {"limit", null_if_empty(what.limit)},
          {"retry_after_ms", what.retry_after_ms},
          {"outcome", null_if_empty(what.outcome)}};
}

http_response respond(const problem& what) {
  http_response out{
      .status = what.status, .content_type = "application/problem+json", .body = dumped(to_json(what))};
  if (what.retry_after_ms > 0)
    out.headers.emplace_back("Retry-After", seconds_of(what.retry_after_ms));
  return out;
}

problem problem_of(const v1::rejection& why) {
  return {.status = status_of(why.code()),
          .code = rejection_name(why),
          .detail = why.message(),
          .field = why.field(),
          .value = why.value(),
          .limit = why.limit()};
}

problem problem_of(const v1::fault& why) {
  return {.status = status_of(why.code()),
          .code = fault_name(why),
          .detail = why.message(),
          .retry_after_ms = why.retry_after_ms(),
          .outcome = std::string{name_of(meaning_of(why.code()))}};
}

problem problem_of(const v1::reply& answer) {
  if (answer.has_rejection())
    return problem_of(answer.rejection());
  if (answer.has_fault())
    return problem_of(answer.fault());
  return {.status = 500, .code = "internal", .detail = "the cluster answered with something else"};
}

problem invalid_field(std::string field, std::string_view value, std::string limit) {
  const auto said = beginning(value);
  auto detail = field + (said.empty() ? "" : " \"" + actors::shown(said) + "\"") + " must be " + limit;
  return {.status = 400,
          .code = "invalid_field",
          .detail = std::move(detail),
          .field = std::move(field),
          .value = said,
          .limit = std::move(limit)};
}

http_response respond(const json& body, unsigned status) {
  return {.status = status, .body = dumped(body)};
}

} // namespace orderd::cluster

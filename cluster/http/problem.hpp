// Refusals over HTTP: application/problem+json (RFC 9457), with the codes of the wire's rejections and
// faults.
//
// Pure; any thread.
#pragma once

#include "cluster/http/http_values.hpp"
#include "cluster/json/json_forms.hpp"

#include <string>
#include <string_view>

namespace orderd::cluster {

/// "Not Found"; "Unknown" of a status that nothing here answers.
std::string_view status_title(unsigned status) noexcept;

/// One refusal. What is empty or 0 is null.
struct problem {
  unsigned status = 500;
  std::string code = {}; ///< name of a rejection or fault of the wire, or one of HTTP alone
  std::string detail = {};
  std::string field = {};
  std::string value = {};
  std::string limit = {};
  std::uint32_t retry_after_ms = 0;
  std::string outcome = {}; ///< of a fault: whether anything was done (fault_meaning.hpp)
};

json to_json(const problem& what);
http_response respond(const problem& what);

problem problem_of(const v1::rejection& why);
problem problem_of(const v1::fault& why);
/// Of an answer that is not what was asked for: a rejection, a fault, or something that nobody expected.
problem problem_of(const v1::reply& answer);

/// 400: a field of the body, a part of the path, a parameter or a header.
problem invalid_field(std::string field, std::string_view value, std::string limit);

/// A body of JSON. Text that is no UTF-8 (of earlier versions' rows) is shown with replacement characters.
http_response respond(const json& body, unsigned status = 200);

/// The most of a value that a refusal repeats.
inline constexpr std::size_t value_shown_max = 64;

} // namespace orderd::cluster

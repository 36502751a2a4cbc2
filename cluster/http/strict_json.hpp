// Bodies of requests: JSON, read strictly. What a sender mistyped is named, never guessed or ignored.
//
//   json_error why;
//   const auto body = read_json(bytes, why);
//   object_reader fields{body, "", why};
//   fields.text("sku", line.sku, need::required);
//   fields.whole("quantity", line.quantity, need::required);
//   if (!fields.end()) return respond(why.what());      // unknown fields are told here
//
// *Operation*: the first error of all readers that share a `json_error` is kept; what comes after it does
// nothing. `null` is the same as a field that is not there.
//
// *Limits*: `json_depth_max` levels, `json_fields_max` fields of one object; numbers are whole and fit 64
// bits.
//
// Pure; one thread at a time.
#pragma once

#include "cluster/http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// An order needs three.
inline constexpr std::size_t json_depth_max = 8;
/// Fields of one object: doubles are looked for one by one.
inline constexpr std::size_t json_fields_max = 64;

class json_error {
public:
  /// Keeps the first.
  void set(problem why) {
    if (!why_)
      why_ = std::move(why);
  }
  explicit operator bool() const noexcept { return why_.has_value(); }
  /// Pre: there is one.
  const problem& what() const { return *why_; }

private:
  std::optional<problem> why_;
};

/// An empty body is an empty object. Null after an error.
json read_json(std::string_view bytes, json_error& why);

enum class need : std::uint8_t { optional, required };

class object_reader {
public:
  /// `prefix`: what the names of its fields are shown behind, as "lines[3].". `from` must outlive it.
  object_reader(const json& from, std::string prefix, json_error& why);

  void text(const char* name, std::string& into, need how = need::optional);
  void whole(const char* name, std::int64_t& into, need how = need::optional);
  void whole(const char* name, std::optional<std::int64_t>& into);
  void flag(const char* name, bool& into);
  /// nullptr: it is not there, or is none.
  const json* array(const char* name, need how);

  /// No field is left over and nothing was wrong.
  bool end();

private:
  const json* field(const char* name, need how);
  void wrong(const char* name, const json& value, const char* limit);

  const json& from_;
  std::string prefix_;
  json_error& why_;
  std::vector<std::string_view> known_;
};

} // namespace orderd::cluster

// Checks of a request's fields. The first that fails is remembered as the refusal: field, value, limit.
//
//   field_checks check;
//   if (!(check.sku("sku", body.sku()) && check.number("on_hand", body.on_hand(), 0, limit)))
//     return check.refusal();
//
// *Concurrency*: none; made for one request. A check that passes allocates nothing.
#pragma once

#include "actors/public/public.pb.h"
#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace orderd::actors {

/// A request that is answered at once, because of what is in it.
struct refused_request {
  runtime::reply_body reply;
};

class field_checks {
public:
  bool order_id(const char* field, std::string_view value);
  bool command_id(const char* field, std::string_view value);
  /// 1 to limits::key_bytes_max bytes, of something that is looked for: keys of earlier versions may break
  /// the rule of text.hpp.
  bool key(const char* field, std::string_view value);
  /// At most `bytes_max` bytes, of something that is looked for.
  bool text(const char* field, std::string_view value, std::size_t bytes_max);
  /// The same two, of something that is to be stored: by the rule of text.hpp too.
  bool new_key(const char* field, std::string_view value);
  bool new_text(const char* field, std::string_view value, std::size_t bytes_max);
  /// Three capital letters; whether there is such a currency is asked where it is known whether it is new.
  bool currency(const char* field, std::string_view value);
  /// Of W3C Trace Context; none is allowed.
  bool trace_id(const char* field, std::string_view value);
  bool number(const char* field, std::int64_t value, std::int64_t low, std::int64_t high);
  /// Any other rule: `holds`, or the field's value breaks the limit.
  bool rule(bool holds, const char* field, std::string_view value, const char* limit);

  /// Everything an order to be placed has to keep.
  bool placement(const v1::place_order& order);

  /// Pre: a check failed.
  refused_request refusal() const { return refusal_; }

private:
  bool line(int at, const v1::order_line& line);
  bool by_rule(const char* field, std::string_view value);
  bool refuse(std::string field, std::string_view value, std::string limit);

  refused_request refusal_;
};

} // namespace orderd::actors

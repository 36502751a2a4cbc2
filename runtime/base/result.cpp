#include "runtime/base/result.hpp"

namespace orderd::runtime {

std::string_view to_string(fault_code code) noexcept {
  switch (code) {
  case fault_code::overloaded:
    return "overloaded";
  case fault_code::timeout:
    return "timeout";
  case fault_code::unavailable:
    return "unavailable";
  case fault_code::storage_full:
    return "storage_full";
  case fault_code::quarantined:
    return "quarantined";
  case fault_code::corrupt:
    return "corrupt";
  case fault_code::malformed:
    return "malformed";
  case fault_code::too_large:
    return "too_large";
  case fault_code::unsupported_version:
    return "unsupported_version";
  case fault_code::credit_exceeded:
    return "credit_exceeded";
  case fault_code::shutting_down:
    return "shutting_down";
  case fault_code::internal:
    return "internal";
  case fault_code::not_owner:
    return "not_owner";
  }
  return "unknown"; // a number from the wire that this program does not know
}

} // namespace orderd::runtime

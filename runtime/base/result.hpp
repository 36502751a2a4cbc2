// How orderd says no, in the pure core.
//
// Three kinds, never mixed: a *rejection* is the business saying no (an enumerator per rule, in
// actors/), a *fault* is a technical failure (below), a *bug* is a failed assertion, thrown and
// caught by the supervisor. A `result<T>` holds a value or a fault; no exception crosses a folder.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace orderd::runtime {

/// Technical failures. The numbers go over the wire and never change.
enum class fault_code : std::uint8_t {
  overloaded = 1,          ///< refused on arrival; try again later
  timeout = 2,             ///< the outcome is not known yet; ask again with the same id
  unavailable = 3,         ///< a part of the node does not answer, or an address cannot be used
  storage_full = 4,        ///< new work is refused until space is freed
  quarantined = 5,         ///< the entity waits for a person
  corrupt = 6,             ///< a stored value failed its check
  malformed = 7,           ///< bytes that cannot be decoded
  too_large = 8,           ///< above a stated limit
  unsupported_version = 9, ///< a protocol or format version this program does not know
  credit_exceeded = 10,    ///< more unanswered requests than the credit window
  shutting_down = 11,      ///< the node is stopping
  internal = 12,           ///< a query failed, or the operating system did
  not_owner = 13,          ///< another node leads the shard, or none does now; nothing was done
};

/// The stable name of a fault, as in logs and metrics.
std::string_view to_string(fault_code code) noexcept;

/// A technical failure: what kind, and one sentence for a person with the values that matter.
struct fault {
  fault_code code = fault_code::internal;
  std::string message;
  std::uint32_t retry_after_ms = 0;
  std::uint32_t shard = 0;         ///< of `not_owner`
  std::string owner_endpoint = {}; ///< of `not_owner`: host:port for clients; empty when not known
};

/// A broken assumption of the program. Thrown, never returned: the supervisor restarts the actor.
class bug : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Throws `bug` when `condition` is false; stays on in release builds.
inline void require(bool condition, const char* what) {
  if (!condition) [[unlikely]]
    throw bug(what);
}

/// A value or a fault.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(fault why) : content_(std::in_place_index<1>, std::move(why)) {}

  explicit operator bool() const noexcept { return content_.index() == 0; }
  T& operator*() & { return std::get<0>(content_); }
  const T& operator*() const& { return std::get<0>(content_); }
  T&& operator*() && { return std::get<0>(std::move(content_)); }
  T* operator->() { return &std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }
  /// Pre: holds a fault.
  const fault& error() const { return std::get<1>(content_); }

private:
  std::variant<T, fault> content_;
};

/// Success or a fault.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(fault why) : error_(std::move(why)) {}

  explicit operator bool() const noexcept { return !error_; }
  const fault& error() const { return *error_; }

private:
  std::optional<fault> error_;
};

} // namespace orderd::runtime

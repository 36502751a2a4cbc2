// The rules of one order's card payment. Pure.
//
//   requesting ──> authorized ──> voiding ──> voided
//      │  └──────> declined         ↺ not known: the same call again
//      └─> unknown ─> authorized | declined      ↺ not known: ask again
//
// *The rules*: the provider is asked to authorize once, under one key. When its answer is not known, it
// is asked what became of that key, again and again with growing pauses, until it says. Only when it has
// never seen the key is the same authorization sent again, under the same key. A void is repeated under
// its key until it is answered. So nothing is guessed and nothing is charged twice.
#pragma once

#include "actors/rules/types.hpp"

#include <cstdint>
#include <optional>

namespace orderd::actors {

enum class card_status : std::uint8_t {
  none = 0,
  requesting = 1,
  unknown = 2,
  authorized = 3,
  declined = 4,
  voiding = 5,
  voided = 6,
};
inline constexpr std::uint8_t card_status_max = 6;

struct card_state {
  card_status status = card_status::none;
  std::int64_t amount_minor = 0;
  currency_code currency;
  std::uint32_t attempts = 0; ///< calls made since the status was entered
  std::int64_t updated_at_ms = 0;
  friend bool operator==(const card_state&, const card_state&) = default;
};

/// Calls to the provider; the numbers are stored as the engine's step.
enum class card_step : std::uint8_t { authorize = 1, query = 2, void_payment = 3 };

/// What the provider said to a call.
enum class provider_outcome : std::uint8_t { not_known, authorized, declined, voided, never_seen };

/// What a command leads to: the events of a card payment, each with at most one call and one answer.
enum class card_event : std::uint8_t {
  nothing,            ///< said twice or late
  authorize_asked,    ///< the first authorization leaves
  became_unknown,     ///< the order is told; asked again later
  query_asked,        ///< the provider is asked by key
  still_unknown,      ///< asked again later
  authorize_repeated, ///< the provider never saw the key: the same call again
  authorized,         ///< the order is told
  declined,           ///< the order is told
  void_asked,         ///< the void leaves
  void_not_known,     ///< repeated later
  void_repeated,      ///< the void leaves again
  voided,             ///< the order is told
};

/// The order asks for the money. Pre: asked once; a second time is a `bug`.
card_event decide_authorize(const card_state& state);
/// The order gives it back. Throws `bug` unless it is authorized.
card_event decide_void(const card_state& state);
/// The provider answered a call, or not.
card_event decide_answer(const card_state& state, card_step step, provider_outcome said);
/// The pause before the next call is over.
card_event decide_pause_over(const card_state& state);

void apply(card_state& state, card_event event, std::int64_t now_ms);

/// How long to wait before call number `attempts` + 1: doubling from 200 ms, so that a short outage costs
/// little, up to 30 s, so that a long one is not made longer by the askers.
std::int64_t pause_ms(std::uint32_t attempts) noexcept;

} // namespace orderd::actors

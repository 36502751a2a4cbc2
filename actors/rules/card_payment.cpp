#include "actors/rules/card_payment.hpp"

#include "runtime/base/backoff.hpp"
#include "runtime/base/result.hpp"

#include <chrono>

namespace orderd::actors {

using runtime::bug;
using runtime::require;

card_event decide_authorize(const card_state& state) {
  require(state.status == card_status::none, "a card payment is asked for twice");
  return card_event::authorize_asked;
}

card_event decide_void(const card_state& state) {
  require(state.status == card_status::authorized, "a card payment is voided that is not authorized");
  return card_event::void_asked;
}

namespace {

card_event answer_to_authorization(const card_state& state, provider_outcome said) {
  switch (said) {
  case provider_outcome::authorized:
    return card_event::authorized;
  case provider_outcome::declined:
    return card_event::declined;
  case provider_outcome::never_seen:
    return card_event::authorize_repeated;
  case provider_outcome::not_known:
    return state.status == card_status::requesting ? card_event::became_unknown : card_event::still_unknown;
  case provider_outcome::voided:
    break;
  }
  throw bug("the provider says voided to an authorization");
}

card_event answer_to_void(provider_outcome said) {
  if (said == provider_outcome::not_known)
    return card_event::void_not_known;
  require(said == provider_outcome::voided, "the provider refuses to void an authorization");
  return card_event::voided;
}

} // namespace

card_event decide_answer(const card_state& state, card_step step, provider_outcome said) {
  const bool voids = step == card_step::void_payment;
  if (!voids && (state.status == card_status::requesting || state.status == card_status::unknown))
    return answer_to_authorization(state, said);
  if (voids && state.status == card_status::voiding)
    return answer_to_void(said);
  return card_event::nothing;
}

card_event decide_pause_over(const card_state& state) {
  if (state.status == card_status::unknown)
    return card_event::query_asked;
  return state.status == card_status::voiding ? card_event::void_repeated : card_event::nothing;
}

void apply(card_state& state, card_event event, std::int64_t now_ms) {
  const auto enter = [&](card_status status, std::uint32_t attempts) {
    state.status = status;
    state.attempts = attempts;
  };
  switch (event) {
  case card_event::nothing:
    return;
  case card_event::authorize_asked:
    enter(card_status::requesting, 1);
    break;
  case card_event::became_unknown:
    enter(card_status::unknown, 1);
    break;
  case card_event::query_asked:
  case card_event::authorize_repeated:
    enter(card_status::unknown, state.attempts + 1);
    break;
  case card_event::still_unknown:
  case card_event::void_not_known:
    break;
  case card_event::authorized:
    enter(card_status::authorized, 0);
    break;
  case card_event::declined:
    enter(card_status::declined, 0);
    break;
  case card_event::void_asked:
    enter(card_status::voiding, 1);
    break;
  case card_event::void_repeated:
    enter(card_status::voiding, state.attempts + 1);
    break;
  case card_event::voided:
    enter(card_status::voided, 0);
    break;
  }
  state.updated_at_ms = now_ms;
}

std::int64_t pause_ms(std::uint32_t attempts) noexcept {
  constexpr runtime::backoff pauses{std::chrono::milliseconds{200}, std::chrono::milliseconds{30'000}};
  return pauses.after(attempts).count();
}

} // namespace orderd::actors

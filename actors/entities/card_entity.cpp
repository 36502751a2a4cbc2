// A card payment's shell: calls to the provider, pauses between them, answers to the order.
#include "actors/entities/business_command.hpp"
#include "actors/entities/entities.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/card_payment.hpp"
#include "actors/rules/command_dispatch.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/stored/codec.hpp"

#include <utility>

namespace orderd::actors {

namespace {

/// The only timer of a card payment: the pause before the next call.
constexpr std::uint8_t pause_timer = 1;

class card_entity final : public runtime::entity {
public:
  explicit card_entity(card_state state) : state_(state) {}

  void handle(runtime::turn& now) override {
    // Between its turns it waits for the provider or for time, milliseconds to minutes: its row does that
    // as well, and every order that waits for its card is an actor already.
    now.out.passivate = true;
    const auto event =
        dispatch<card_commands>(body_of(now.what), [&](const auto& what) { return decide_on(what); });
    if (event == card_event::nothing)
      return;
    apply(state_, event, now.now);
    now.out.state = encode(state_);
    owe(event, now);
  }

private:
  card_event decide_on(const authorize& asked) {
    const auto event = decide_authorize(state_);
    state_.amount_minor = asked.amount_minor;
    state_.currency = asked.currency;
    return event;
  }
  card_event decide_on(const void_authorization&) const { return decide_void(state_); }
  card_event decide_on(const provider_answered& said) const {
    return decide_answer(state_, static_cast<card_step>(said.step),
                         said.answer ? decode_provider_outcome(*said.answer) : provider_outcome::not_known);
  }
  card_event decide_on(const ask_provider&) const { return decide_pause_over(state_); }

  void owe(card_event event, runtime::turn& now) const {
    switch (event) {
    case card_event::nothing:
      break;
    case card_event::authorize_asked:
    case card_event::authorize_repeated:
      return call(card_step::authorize, "/authorize", now);
    case card_event::query_asked:
      return call(card_step::query, "/authorize", now);
    case card_event::void_asked:
    case card_event::void_repeated:
      return call(card_step::void_payment, "/void", now);
    case card_event::became_unknown:
      answer(authorize_answer{payment_state::unknown, reject_reason::none, state_.amount_minor}, now);
      return pause(now);
    case card_event::still_unknown:
    case card_event::void_not_known:
      return pause(now);
    case card_event::authorized:
      answer(authorize_answer{payment_state::authorized, reject_reason::none, state_.amount_minor}, now);
      break;
    case card_event::declined:
      answer(authorize_answer{payment_state::refused, reject_reason::card_declined, state_.amount_minor},
             now);
      break;
    case card_event::voided:
      answer(void_answer{}, now);
      break;
    }
  }

  void call(card_step step, const char* key_suffix, runtime::turn& now) const {
    now.out.calls.push_back(
        {static_cast<std::uint8_t>(step), order_id_text(now.self.key()) + key_suffix,
         encode(provider_request{step, state_.amount_minor, state_.currency, state_.attempts})});
  }

  void pause(runtime::turn& now) const {
    now.out.timers.push_back(
        {pause_timer, now.now + pause_ms(state_.attempts), make_command(ask_provider{})});
  }

  void answer(command_body what, runtime::turn& now) const {
    now.out.commands.push_back(command_to(entity_of(kind::order, now.self.key()), std::move(what)));
  }

  card_state state_;
};

} // namespace

loaded_entity load_card(const runtime::snapshot& rows) {
  if (!rows.state)
    return loaded_entity{std::make_unique<card_entity>(card_state{})};
  const auto state = decode_card_state(*rows.state);
  if (!state)
    return state.error();
  return loaded_entity{std::make_unique<card_entity>(*state)};
}

} // namespace orderd::actors

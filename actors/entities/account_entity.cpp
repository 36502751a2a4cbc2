// An account's shell.
#include "actors/entities/business_command.hpp"
#include "actors/entities/entities.hpp"
#include "actors/entities/entity_ids.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/account.hpp"
#include "actors/rules/command_dispatch.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/index_rows.hpp"

#include <utility>

namespace orderd::actors {

namespace {

const char* refusal_text(rejection_code code) {
  switch (code) {
  case rejection_code::conflict:
    return command_id_conflict_text;
  case rejection_code::currency_fixed:
    return "an account's currency cannot change";
  default:
    return "the limit would fall below what is used";
  }
}

class account_entity final : public runtime::entity {
public:
  explicit account_entity(account_state state) : state_(std::move(state)) {}

  void handle(runtime::turn& now) override {
    dispatch<account_commands>(body_of(now.what), [&](const auto& what) { on(what, now); });
  }

private:
  void on(const authorize& what, runtime::turn& now) {
    if (const auto added = added_by(state_, what))
      apply(state_, *added, now.now);
    const auto answer = answer_to(state_, what);
    if (answer.outcome == payment_state::authorized)
      apply(state_, amount_held{what.amount_minor}, now.now);
    link(what.order, now);
    now.out.commands.push_back(command_to(entity_of(what.order), answer));
  }

  void on(const void_authorization& what, runtime::turn& now) {
    if (decide(state_, what))
      change(amount_voided{what.amount_minor}, now);
    now.out.commands.push_back(command_to(entity_of(what.order), void_answer{}));
  }

  void on(const link_order& what, runtime::turn& now) { link(what.order, now); }

  void on(const set_account& what, runtime::turn& now) {
    const auto decision = decide(state_, what);
    if (decision.rejected == rejection_code::invalid_field) {
      now.out.reply = invalid_currency_body(what.currency.view());
      return;
    }
    if (decision.rejected != rejection_code::none) {
      now.out.reply = rejection_body(decision.rejected, refusal_text(decision.rejected));
      return;
    }
    if (!decision.repeated)
      change(account_was_set{what.id, what.currency, what.credit_limit_minor}, now);
    now.out.reply = account_body(now.self.key(), state_);
  }

  /// Appends the order to the customer's chain: its row names the one before it.
  void link(const order_key& order, runtime::turn& now) {
    const auto& previous = state_.last_order;
    now.out.index.push_back({chain_index_key(order.view()),
                             std::string{previous.is_set() ? previous.view() : std::string_view{}}, true});
    change(order_linked{order}, now);
  }

  void change(const account_event& event, runtime::turn& now) {
    apply(state_, event, now.now);
    now.out.state = encode(state_);
  }

  account_state state_;
};

} // namespace

loaded_entity load_account(const runtime::snapshot& rows) {
  if (!rows.state)
    return loaded_entity{std::make_unique<account_entity>(account_state{})};
  auto state = decode_account_state(*rows.state);
  if (!state)
    return state.error();
  return loaded_entity{std::make_unique<account_entity>(*std::move(state))};
}

} // namespace orderd::actors

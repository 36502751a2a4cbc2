// Every command an entity of orderd receives: one struct each, with who sends it and what its receiver
// does. A reader learns the whole traffic between orders, items, accounts and card payments here.
//
// They are plain values. business_command.hpp wraps one for the engine, with its stored form.
#pragma once

#include "actors/rules/operator_action.hpp"
#include "actors/rules/order_content.hpp"
#include "actors/rules/packed_sequence.hpp"
#include "actors/rules/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orderd::actors {

// -- to an order ---------------------------------------------------------------------------------

/// Client -> order: begin the placement; the caller waits for its outcome. Sent again: the same outcome.
struct place_order {
  std::shared_ptr<const order_content> content; ///< `placed_at_ms` not yet known
  std::string stored;               ///< the content's stored form, made by who decoded the request
  std::uint64_t content_digest = 0; ///< of the content
};

/// Client -> order: give everything back and end as cancelled; the caller waits until it is done, or until
/// the card's provider turns out not to answer. What a person says of it is noted if it changes the order.
struct cancel_order {
  std::string by = {}; ///< who; empty: nobody is noted
  std::string why = {};
};

/// Timer -> order: the placement's deadline has passed; undo it if it is not settled.
struct expire_order {};

/// Item -> order: what became of the lines of one SKU.
struct reserve_answer {
  std::uint16_t first_line = 0;               ///< the first line of that SKU names the group
  line_states lines;                          ///< of the group, each reserved or refused
  reject_reason reason = reject_reason::none; ///< of the refused ones
  std::optional<std::int64_t> available =
      {}; ///< units there were for the first refused line; none: not known
};

/// Item -> order: what was reserved for the lines of one SKU is given back.
struct release_answer {
  std::uint16_t first_line = 0;
};

/// Account or card -> order: what became of the authorization.
struct authorize_answer {
  payment_state outcome = payment_state::none; ///< authorized, refused, or unknown: another answer follows
  reject_reason reason = reject_reason::none;  ///< of a refusal
  std::int64_t amount_minor = 0;               ///< as asked
  std::optional<std::int64_t> available_minor = {}; ///< of a refusal: what is left of the account's limit
  currency_code account_currency = {};              ///< of a refusal by an account that is open
};

/// Account or card -> order: the authorization is void.
struct void_answer {};

/// Operator, by way of the shard -> order: this was done about the order; to be noted. Not answered.
struct note_action {
  operator_action what;
};

// -- to an item ----------------------------------------------------------------------------------

/// Client -> item: set the units on hand; answered with the stock or BELOW_RESERVED.
struct set_stock {
  command_id id;
  std::int64_t on_hand = 0;
};

/// Order -> item: reserve units for all lines of this SKU; answered by reserve_answer. Each line is
/// reserved whole or refused whole; unless `partial`, one refused line refuses all of them.
struct reserve {
  order_key order;
  std::uint16_t first_line = 0;
  bool partial = false;
  std::vector<std::int64_t> quantities;         ///< of the lines of this SKU, in their order
  std::optional<std::int64_t> added_units = {}; ///< that come into stock first
};

/// Order -> item: take back units reserved for this order; answered by release_answer.
struct release {
  order_key order;
  std::uint16_t first_line = 0;
  std::int64_t quantity = 0;
};

// -- to an account or a card payment -------------------------------------------------------------

/// Client -> account: open it or change its limit; answered with the account, CURRENCY_FIXED or BELOW_HELD.
struct set_account {
  command_id id;
  currency_code currency;
  std::int64_t credit_limit_minor = 0;
};

/// Order -> account: append the order to the customer's chain of orders. Not answered.
struct link_order {
  order_key order;
};

/// Order -> account or card: authorize this amount; answered by authorize_answer. An account also
/// appends the order to the customer's chain, as link_order does.
struct authorize {
  order_key order;
  currency_code currency;
  std::int64_t amount_minor = 0;
  std::int64_t added_credit_minor = 0; ///< by which the account's limit rises first
};

/// Order -> account or card: the authorization is not needed any more; answered by void_answer.
struct void_authorization {
  order_key order;
  std::int64_t amount_minor = 0;
};

/// Provider worker -> card: the answer of a provider call; none: not known.
struct provider_answered {
  std::uint8_t step = 0;
  std::optional<std::string> answer;
};

/// Timer -> card: make the call again whose outcome is not known.
struct ask_provider {};

/// Any of them, in the order of the stored form's fields (stored.proto). command_dispatch.hpp says who
/// receives which.
using command_body =
    std::variant<place_order, cancel_order, expire_order, reserve_answer, release_answer, authorize_answer,
                 void_answer, set_stock, reserve, release, set_account, link_order, authorize,
                 void_authorization, provider_answered, ask_provider, note_action>;

} // namespace orderd::actors

// What must hold of one order, one item and one account by themselves (S5 to S8). Pure.
//
// Each function calls `found(invariant, detail)` for every rule that is broken. What must hold between
// them is summed up by the auditor.
#pragma once

#include "actors/rules/account.hpp"
#include "actors/rules/card_payment.hpp"
#include "actors/rules/item.hpp"
#include "actors/rules/order.hpp"
#include "actors/rules/order_content.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace orderd::actors {

using found_function = std::function<void(std::string_view invariant, std::string detail)>;

/// What a violation's invariant says, for people who do not know its number (tests/INVARIANTS.md); empty when
/// it is none of the audit's.
std::string_view invariant_text(std::string_view invariant) noexcept;

/// S5: nothing negative, reserved within on hand, received = on hand + shipped - returned.
void audit_item(const item_state& state, const found_function& found);

/// S6: nothing negative, authorized = held + captured + voided, used within the limit.
void audit_account(const account_state& state, const found_function& found);

/// S7 and S8: a settled order holds all it confirmed or nothing, of stock and of money, and its history
/// is a path of the table. `card`: its card payment, or nullptr when there is none.
void audit_order(const order_state& state, const order_content& content, const card_state* card,
                 const found_function& found);

} // namespace orderd::actors

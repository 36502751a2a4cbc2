// The stored forms of everything the business keeps or sends: plain values to bytes and back (stored.proto).
//
// *Concurrency*: any thread; each reuses protobuf messages of its own, so encoding allocates little more
// than its result.
// *Failures*: decoding bytes that are no such form, or hold a number out of range, is `corrupt`.
#pragma once

#include "actors/rules/account.hpp"
#include "actors/rules/card_payment.hpp"
#include "actors/rules/commands.hpp"
#include "actors/rules/item.hpp"
#include "actors/rules/order.hpp"
#include "actors/rules/order_content.hpp"
#include "runtime/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace orderd::actors {

std::string encode(const order_content& content);
/// Decoded content has its lines grouped.
runtime::result<order_content> decode_order_content(std::string_view stored);

/// The stored form of a content without its time, completed by it.
std::string with_placed_at(const std::string& stored, std::int64_t placed_at_ms);

std::string encode(const order_state& state);
runtime::result<order_state> decode_order_state(std::string_view stored);

std::string encode(const item_state& state);
runtime::result<item_state> decode_item_state(std::string_view stored);

std::string encode(const account_state& state);
runtime::result<account_state> decode_account_state(std::string_view stored);

std::string encode(const card_state& state);
runtime::result<card_state> decode_card_state(std::string_view stored);

std::string encode(const command_body& command);
runtime::result<command_body> decode_command_body(std::string_view stored);

/// A call to the card provider.
struct provider_request {
  card_step step = card_step::authorize;
  std::int64_t amount_minor = 0;
  currency_code currency;
  std::uint32_t attempt = 0;
};
std::string encode(const provider_request& request);
/// Nothing: not a call.
std::optional<provider_request> decode_provider_request(std::string_view body);

std::string encode(provider_outcome said);
/// Bytes that say nothing are an answer that is not known.
provider_outcome decode_provider_outcome(std::string_view answer);

} // namespace orderd::actors

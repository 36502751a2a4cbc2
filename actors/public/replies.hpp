// The bodies of replies: a serialized v1::reply without its request id, which the wire puts in front, and how
// the request came out.
//
// *Concurrency*: any thread.
#pragma once

#include "actors/public/public.pb.h"
#include "actors/rules/account.hpp"
#include "actors/rules/item.hpp"
#include "actors/rules/order.hpp"
#include "actors/rules/types.hpp"
#include "runtime/base/result.hpp"
#include "runtime/entity/entity.hpp"

#include <string>
#include <string_view>

namespace orderd::actors {

/// Any reply.
runtime::reply_body reply_body(const v1::reply& what);

/// Pre: the placement has its outcome.
runtime::reply_body placement_body(std::string_view order_id, const order_state& state,
                                   const order_content& content);
/// `status`: cancelled, or cancelling when it is accepted and the rest follows.
runtime::reply_body cancellation_body(std::string_view order_id, order_status status);
runtime::reply_body stock_item_body(std::string_view sku, const item_state& state);
runtime::reply_body account_body(std::string_view customer, const account_state& state);
runtime::reply_body fault_body(const runtime::fault& why);

/// The business's no, with a sentence for a person.
runtime::reply_body rejection_body(rejection_code code, std::string message);

/// CONFLICT of a placement: `value` is the digest of the content that was sent, `limit` that of the first
/// content. Equal digests are equal contents, so a caller sees whether it sent the same again, or a third
/// one.
runtime::reply_body content_conflict_body(std::uint64_t sent, std::uint64_t first);

/// INVALID_FIELD: the field, its value (cut after 64 bytes) and the limit it breaks.
runtime::reply_body invalid_field_body(std::string field, std::string_view value, std::string limit);

/// INVALID_FIELD of a `currency` that there is not.
runtime::reply_body invalid_currency_body(std::string_view code);

/// A fault as it goes over the wire, in a reply or in an ERROR frame.
void fill(v1::fault& to, const runtime::fault& why);

// The views that pages and single replies share.
void fill(v1::order& to, std::string_view order_id, const order_state& state, const order_content& content);
/// From its rows; `corrupt` when they cannot be decoded.
runtime::result<void> fill_order(v1::order& to, std::string_view order_id, const runtime::snapshot& rows);
void fill(v1::stock_item& to, std::string_view sku, const item_state& state);
void fill(v1::account& to, std::string_view customer, const account_state& state);

} // namespace orderd::actors

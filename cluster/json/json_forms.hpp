// What orderd says, as JSON for programs: the field names and forms that scripts and shops rely on. Money is
// in minor units, a time is ISO 8601 in UTC with milliseconds, an enumerator is its name in lower case, and
// what is not there (the customer of a guest, the reason of a confirmed order) is null.
//
// Everything here is pure; safe from any thread.
#pragma once

#include "actors/public/public.pb.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace orderd::cluster {

/// Keeps the fields in the order in which they are written.
using json = nlohmann::ordered_json;

std::string status_name(v1::order_status status);        ///< "confirmed"
std::string reason_name(v1::reject_reason reason);       ///< "insufficient_stock"; "none"
std::string method_name(v1::payment_method method);      ///< "account"
std::string payment_state_name(v1::payment_state state); ///< "authorized"
std::string rejection_name(const v1::rejection& why);    ///< "not_found"
std::string fault_name(const v1::fault& why);            ///< "overloaded"

/// The state of an entity of any kind; null where there is none.
json state_json(const v1::entity_explanation& known);

/// "2009-12-01T07:45:00.000Z".
std::string format_time(std::int64_t unix_ms);

json to_json(const v1::placement& outcome);
json to_json(const v1::order& order);
json to_json(const v1::stock_item& item);
json to_json(const v1::account& account);
json to_json(const v1::quarantined& entry);
json to_json(const v1::audit_report& report);
json to_json(const v1::node_status& status);
json to_json(const v1::scrub_status& scrub);
json to_json(const v1::lost_range& range);
json to_json(const v1::cluster_status& cluster);
/// `state` is what its kind has: an order, an item, an account, a card payment.
json to_json(const v1::entity_explanation& known);
json to_json(const v1::entity_trouble& trouble);
json to_json(const v1::rejection& why);
json to_json(const v1::fault& why);

} // namespace orderd::cluster

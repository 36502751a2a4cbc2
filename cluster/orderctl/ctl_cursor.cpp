#include "cluster/orderctl/ctl_cursor.hpp"

#include "actors/rules/order_id.hpp"

namespace orderd::cluster {

namespace {

v1::reply unknown(const std::string& value, const std::string& limit) {
  v1::reply refusal;
  auto& why = *refusal.mutable_rejection();
  why.set_code(v1::rejection::INVALID_FIELD);
  why.set_field("after");
  why.set_value(value);
  why.set_limit(limit);
  why.set_message("--after " + value + " must be " + limit);
  return refusal;
}

/// What there is of a damaged or quarantined row is its key, and its place is all that is needed.
bool has_place(const v1::reply& answer) {
  return answer.has_fault()
         && (answer.fault().code() == v1::fault::CORRUPT || answer.fault().code() == v1::fault::QUARANTINED);
}

/// `is_there` tells whether the answer shows what was asked for.
template <class IsThere>
std::optional<v1::reply> refused(v1::request get, const std::string& value, const std::string& limit,
                                 node_link& node, IsThere is_there) {
  auto answer = node.call(std::move(get));
  if (is_there(answer) || has_place(answer))
    return std::nullopt;
  const bool told = answer.has_order() || answer.has_rejection();
  return told ? unknown(value, limit) : std::move(answer);
}

} // namespace

std::optional<v1::reply> refused_order_cursor(const std::string& after, const std::string& customer,
                                              node_link& node) {
  if (after.empty())
    return std::nullopt;
  v1::request get;
  get.mutable_get_order()->set_order_id(after);
  return refused(std::move(get), actors::order_id_text(after),
                 customer.empty() ? "the id of an order" : "the id of an order of this customer", node,
                 [&customer](const v1::reply& answer) {
                   return answer.has_order() && (customer.empty() || answer.order().customer() == customer);
                 });
}

std::optional<v1::reply> refused_stock_cursor(const std::string& after, node_link& node) {
  if (after.empty())
    return std::nullopt;
  v1::request get;
  get.mutable_get_stock()->set_sku(after);
  return refused(std::move(get), after, "a SKU that has stock", node,
                 [](const v1::reply& answer) { return answer.has_stock_item(); });
}

std::optional<v1::reply> refused_account_cursor(const std::string& after, node_link& node) {
  if (after.empty())
    return std::nullopt;
  v1::request get;
  get.mutable_get_account()->set_customer(after);
  return refused(std::move(get), after, "a customer with an account", node,
                 [](const v1::reply& answer) { return answer.has_account(); });
}

} // namespace orderd::cluster

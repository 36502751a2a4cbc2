// Orders: place, get, cancel.
#include "actors/rules/order_id.hpp"
#include "cluster/api/trace_context.hpp"
#include "cluster/http/handlers.hpp"
#include "cluster/http/header_rules.hpp"
#include "cluster/http/strict_json.hpp"
#include "config/limits.hpp"

namespace orderd::cluster {

namespace {

void read_line(const json& from, std::size_t at, v1::order_line& into, json_error& why) {
  object_reader fields{from, "lines[" + std::to_string(at) + "].", why};
  std::int64_t quantity = 0;
  std::int64_t price = 0;
  std::optional<std::int64_t> added;
  fields.text("sku", *into.mutable_sku(), need::required);
  fields.whole("quantity", quantity, need::required);
  fields.whole("unit_price_minor", price, need::required);
  fields.whole("added_units", added);
  into.set_quantity(quantity);
  into.set_unit_price_minor(price);
  if (added)
    into.set_added_units(*added);
  fields.end();
}

/// The body, less its id. What fields may hold is checked where orders of every door come in.
std::string read_order(const json& body, v1::place_order& into, json_error& why) {
  object_reader fields{body, "", why};
  std::string id;
  std::string method;
  bool partial = false;
  std::int64_t credit = 0;
  fields.text("order_id", id);
  fields.text("reference", *into.mutable_reference());
  fields.text("customer", *into.mutable_customer());
  fields.text("currency", *into.mutable_currency(), need::required);
  fields.text("payment_method", method, need::required);
  fields.flag("allow_partial", partial);
  fields.whole("added_credit_minor", credit);
  const auto* lines = fields.array("lines", need::required);
  if (!fields.end())
    return {};
  if (lines->size() > limits::lines_per_order_max)
    why.set(invalid_field("lines", std::to_string(lines->size()),
                          "an array of 1 to " + std::to_string(limits::lines_per_order_max)));
  if (method != "account" && method != "card")
    why.set(invalid_field("payment_method", method, "account or card"));
  into.set_payment_method(method == "card" ? v1::CARD : v1::ACCOUNT);
  into.set_allow_partial(partial);
  into.set_added_credit_minor(credit);
  for (std::size_t i = 0; !why && i < lines->size(); ++i)
    read_line((*lines)[i], i, *into.add_lines(), why);
  return id;
}

/// The id that header and body name, made here if neither does.
std::optional<problem> choose_id(const call& what, const std::string& in_body, v1::place_order& order) {
  problem why;
  const auto& key = what.request.idempotency_key;
  if (key.empty() && in_body.empty()) {
    order.set_order_id(actors::make_order_id(order.customer(), what.moment.now_ms, what.moment.random));
    return std::nullopt;
  }
  const auto named =
      key.empty() ? order_id_in(in_body, "order_id", why) : order_id_in(key, "Idempotency-Key", why);
  if (!named)
    return why;
  if (!key.empty() && !in_body.empty() && actors::parse_order_id(in_body) != *named)
    return invalid_field("order_id", in_body, "the id that the header Idempotency-Key has, or absent");
  order.set_order_id(*named);
  return std::nullopt;
}

http_response placed(const v1::reply& answer, const std::string& id, const std::string& traceparent) {
  http_response out;
  if (answer.has_placement()) {
    out = respond(to_json(answer.placement()));
    out.headers.emplace_back("Location", "/v1/orders/" + id);
  } else {
    auto why = problem_of(answer);
    if (answer.rejection().code() == v1::rejection::CONFLICT)
      why.detail += "; the first content stays, and is what GET /v1/orders/" + id + " shows";
    if (answer.has_fault() && why.outcome == "not_known")
      why.detail += "; send it again with the header Idempotency-Key: " + id;
    out = respond(why);
  }
  if (!traceparent.empty())
    out.headers.emplace_back("traceparent", traceparent);
  return out;
}

} // namespace

http_step place_order(const call& what) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  auto request = std::make_shared<v1::request>();
  auto& order = *request->mutable_place_order();
  const auto id = read_order(body, order, error);
  if (error)
    return respond(error.what());
  if (const auto why = choose_id(what, id, order))
    return respond(*why);
  problem why;
  const auto timeout = number_of(what, "timeout_ms", wait_ms_of(what.request.prefer).value_or(0), 0,
                                 limits::request_timeout_ms_max, why);
  if (!timeout)
    return respond(why);
  request->set_timeout_ms(*timeout);
  std::string traceparent;
  if (auto trace = trace_id_of(what.request.traceparent); !trace.empty()) {
    order.set_trace_id(std::move(trace));
    traceparent = what.request.traceparent;
  }
  auto shown_id = actors::order_id_text(order.order_id());
  return ask_cluster(std::move(request), [id = std::move(shown_id), traceparent](const v1::reply& answer) {
    return placed(answer, id, traceparent);
  });
}

http_step get_order(const call& what) {
  problem why;
  const auto id = order_id_in(what.parts[0], "order_id", why);
  if (!id)
    return respond(why);
  auto request = std::make_shared<v1::request>();
  request->set_timeout_ms(read_ms_max);
  request->mutable_get_order()->set_order_id(*id);
  return ask_cluster(std::move(request), [](const v1::reply& answer) {
    return answer.has_order() ? respond(to_json(answer.order())) : respond(problem_of(answer));
  });
}

http_step cancel_order(const call& what) {
  json_error error;
  const auto body = read_json(what.request.body, error);
  auto request = std::make_shared<v1::request>();
  auto& cancel = *request->mutable_cancel_order();
  object_reader fields{body, "", error};
  fields.text("by", *cancel.mutable_by());
  fields.text("why", *cancel.mutable_why());
  if (!fields.end())
    return respond(error.what());
  problem why;
  const auto id = order_id_in(what.parts[0], "order_id", why);
  if (!id)
    return respond(why);
  cancel.set_order_id(*id);
  return ask_cluster(std::move(request), [](const v1::reply& answer) {
    if (!answer.has_cancellation())
      return respond(problem_of(answer));
    const auto& done = answer.cancellation();
    return respond(
        json{{"order_id", actors::order_id_text(done.order_id())}, {"status", status_name(done.status())}});
  });
}

} // namespace orderd::cluster

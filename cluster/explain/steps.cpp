#include "cluster/explain/steps.hpp"

#include "actors/rules/money_text.hpp"
#include "actors/rules/text.hpp"
#include "cluster/explain/refused_text.hpp"
#include "cluster/explain/words.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using actors::format_money;
using actors::shown;

namespace {

std::string payer_text(const order_facts& facts) {
  return facts.pays_by_card() ? "the card provider" : "account " + shown(facts.order().customer());
}

std::string placed_detail(const order_facts& facts) {
  const auto& order = facts.order();
  auto text = count_text(order.lines_size(), "line") + ", "
              + format_money(order.total_minor(), order.currency()) + ", paid by "
              + (facts.pays_by_card() ? std::string{"card"} : "account " + shown(order.customer()));
  return order.reference().empty() ? text : text + ", reference " + shown(order.reference());
}

std::string confirmed_detail(const order_facts& facts) {
  const auto& order = facts.order();
  if (order.status() != v1::CONFIRMED)
    return {};
  return format_money(order.payment().authorized_minor(), order.currency()) + " authorized, "
         + std::to_string(facts.lines(order_facts::reserved)) + " of "
         + count_text(order.lines_size(), "line") + " reserved";
}

/// The first of several whose answer was a no: what a rejection is about was there then, and may be now.
std::string refused_detail(const order_facts& facts) {
  const auto& order = facts.order();
  auto text = refused_text(order);
  if (!order.has_refused_line())
    return text;
  const auto* item = facts.find("item", order.refused_line().sku());
  if (item != nullptr && item->has_item())
    text += "; now " + std::to_string(item->item().available()) + " are available";
  return text;
}

order_step step_of(const order_facts& facts, v1::order_status status) {
  const auto& order = facts.order();
  order_step step;
  switch (status) {
  case v1::PLACED:
    step.what = "Placed.";
    step.detail = placed_detail(facts);
    break;
  case v1::RESERVING:
    step.what = "Asked " + count_text(static_cast<std::int64_t>(facts.skus()), "SKU") + " for their units.";
    break;
  case v1::AUTHORIZING:
    step.what = "The units are reserved; asked " + payer_text(facts) + " for the money.";
    break;
  case v1::CONFIRMED:
    step.what = "Confirmed.";
    step.detail = confirmed_detail(facts);
    break;
  case v1::REJECTING:
    step.what = "Refused, because " + reason_text(order.reason()) + "; gives back what it holds.";
    step.detail = refused_detail(facts);
    break;
  case v1::REJECTED:
    step.what = "Rejected: it holds nothing.";
    break;
  case v1::CANCELLING:
    step.what = "Cancelled on request; gives back what it holds.";
    break;
  case v1::CANCELLED:
    step.what = "Cancelled: it holds nothing.";
    break;
  default:
    step.what = "A status that this program does not know.";
  }
  return step;
}

order_step step_of(const v1::operator_action& action) {
  return {action.at_ms(), capitalized(action_text(action)) + '.', std::nullopt, {}};
}

} // namespace

std::string action_text(const v1::operator_action& action) {
  auto text = std::string{"a person did '" + shown(action.what()) + "'"};
  if (action.what() == "cancel")
    text = "cancelled";
  else if (action.what() == "retry")
    text = "tried again";
  else if (action.what() == "release")
    text = "released, without the command that failed,";
  text += " by " + shown(action.by());
  return action.why().empty() ? text : text + ": " + shown(action.why());
}

std::string rejection_text(const v1::order& order) {
  const auto about = refused_text(order);
  return about.empty() ? reason_text(order.reason()) : reason_text(order.reason()) + ": " + about;
}

std::vector<order_step> steps_of(const order_facts& facts) {
  const auto& order = facts.order();
  std::vector<order_step> steps;
  for (int i = 0; i < order.history_size(); ++i) {
    auto step = step_of(facts, static_cast<v1::order_status>(order.history(i)));
    step.at_ms = facts.began_at(i);
    const auto next = i + 1 < order.history_size() ? facts.began_at(i + 1) : std::nullopt;
    if (step.at_ms && next)
      step.took_ms = *next - *step.at_ms;
    steps.push_back(std::move(step));
  }
  for (const auto& action : order.actions()) {
    // Behind all that is not later. One of an order without times stands at the end.
    const auto is_later = [&](const order_step& step) { return step.at_ms && *step.at_ms > action.at_ms(); };
    steps.insert(std::find_if(steps.begin(), steps.end(), is_later), step_of(action));
  }
  return steps;
}

} // namespace orderd::cluster

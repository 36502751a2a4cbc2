#include "cluster/explain/explanation.hpp"

#include "actors/rules/money_text.hpp"
#include "actors/rules/text.hpp"
#include "cluster/explain/order_facts.hpp"
#include "cluster/explain/steps.hpp"
#include "cluster/explain/waits.hpp"
#include "cluster/explain/words.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orderd::cluster {

namespace {

v1::request ask_about(std::string_view kind, const std::string& key) {
  v1::request what;
  what.mutable_explain_entity()->mutable_kind()->assign(kind);
  what.mutable_explain_entity()->set_key(key);
  return what;
}

json time_json(const std::optional<std::int64_t>& at_ms) {
  return at_ms ? json(format_time(*at_ms)) : json(nullptr);
}

json entity_json(const v1::entity_explanation& known) {
  return {{"kind", known.kind()},
          {"key", known.key()},
          {"exists", known.exists()},
          {"state", state_json(known)},
          {"trouble", known.has_trouble() ? to_json(known.trouble()) : json(nullptr)}};
}

json to_json(const order_step& step) {
  return {{"at", time_json(step.at_ms)},
          {"what", step.what},
          {"took_ms", step.took_ms ? json(*step.took_ms) : json(nullptr)},
          {"detail", step.detail}};
}

json to_json(const order_wait& wait) {
  const json entity = wait.kind.empty() ? json(nullptr) : json{{"kind", wait.kind}, {"key", wait.key}};
  return {{"what", wait.what},
          {"entity", entity},
          {"since", time_json(wait.since_ms)},
          {"next_at", time_json(wait.next_at_ms)},
          {"next", wait.next}};
}

template <class All>
json list_json(const All& all) {
  auto list = json::array();
  for (const auto& each : all)
    list.push_back(to_json(each));
  return list;
}

// -- what the order is doing --------------------------------------------------------------------------

const char* state_of(v1::order_status status, const std::vector<order_wait>& waits) {
  if (waits.empty())
    return is_settled(status) ? "settled" : "working";
  switch (waits.front().how) {
  case order_wait::weight::person:
    return "stuck";
  case order_wait::weight::time:
    return "waiting";
  case order_wait::weight::moment:
    break;
  }
  return "working";
}

std::string settled_headline(const order_facts& facts) {
  const auto& order = facts.order();
  const auto took = facts.took_ms();
  const auto after = took ? " after " + duration_text(*took) : std::string{};
  if (order.status() == v1::CONFIRMED)
    return "Confirmed" + after + ": "
           + actors::format_money(order.payment().authorized_minor(), order.currency()) + " authorized, "
           + std::to_string(facts.lines(order_facts::reserved)) + " of "
           + count_text(order.lines_size(), "line") + " reserved.";
  if (order.status() == v1::REJECTED)
    return "Rejected" + after + ", because " + rejection_text(order) + ".";
  const auto& actions = order.actions();
  const auto said = std::find_if(actions.rbegin(), actions.rend(),
                                 [](const auto& each) { return each.what() == "cancel"; });
  if (said == actions.rend())
    return "Cancelled on request; it holds nothing.";
  return capitalized(action_text(*said)) + ".";
}

std::string headline(const order_facts& facts, const std::vector<order_wait>& waits) {
  const auto status = facts.order().status();
  if (waits.empty())
    return is_settled(status) ? settled_headline(facts) : "On its way: " + status_name(status) + ".";
  const auto& first = waits.front();
  const auto text = capitalized(status_name(status));
  if (first.how == order_wait::weight::person)
    return text + ", and stuck until a person acts. " + first.what;
  return text + ". " + first.what;
}

// -- what follows -------------------------------------------------------------------------------------

void add_deadline(const order_facts& facts, std::vector<std::string>& next) {
  if (const auto at = facts.deadline_at())
    next.push_back("If it is not settled by " + format_time(*at) + " (in "
                   + duration_text(*at - facts.now_ms())
                   + "), it is rejected as deadline_passed, and what it holds is given back.");
}

std::vector<std::string> next_of(const order_facts& facts) {
  const auto& order = facts.order();
  const auto payer = entity_text(facts.payer_kind(), facts.payer_key());
  switch (order.status()) {
  case v1::PLACED:
  case v1::RESERVING: {
    std::vector<std::string> next{"When every SKU has answered, " + payer + " is asked for the money."};
    add_deadline(facts, next);
    return next;
  }
  case v1::AUTHORIZING: {
    std::vector<std::string> next{
        "When the money is held, the order is confirmed; when it is refused, the units "
        "are given back and the order is rejected."};
    add_deadline(facts, next);
    return next;
  }
  case v1::REJECTING:
    return {"When everything is given back, it ends as rejected, because " + reason_text(order.reason())
            + "."};
  case v1::CANCELLING:
    return {"When everything is given back, it ends as cancelled."};
  case v1::CONFIRMED:
    return {"Nothing by itself: it keeps its units and its money until somebody cancels it."};
  default:
    return {"Nothing: this is its end. To order the same again, place it under a new id."};
  }
}

// -- what a person can do -----------------------------------------------------------------------------

json action_json(const char* action, const std::string& kind, const std::string& key, std::string text) {
  return {{"action", action}, {"kind", kind}, {"key", key}, {"text", std::move(text)}};
}

void add_resolutions(json& can, const v1::entity_explanation& known) {
  const auto* trouble = quarantine_of(&known);
  if (trouble == nullptr)
    return;
  const auto who = entity_text(known.kind(), known.key());
  can.push_back(action_json("retry", known.kind(), known.key(),
                            "Try " + who + " again, once the cause is gone: nothing is lost by it."));
  can.push_back(action_json("release", known.kind(), known.key(),
                            "Let " + who + " go on without " + trouble->command() + ", for good. "
                                + release_text(trouble->command())));
}

bool may_be_cancelled(v1::order_status status) noexcept {
  return status == v1::RESERVING || status == v1::AUTHORIZING || status == v1::CONFIRMED;
}

json you_can(const v1::entity_explanation& self, const std::vector<v1::entity_explanation>& others) {
  auto can = json::array();
  add_resolutions(can, self);
  const bool settled = self.has_order() && is_settled(self.order().status());
  if (!settled)
    for (const auto& other : others)
      add_resolutions(can, other);
  if (self.has_order() && may_be_cancelled(self.order().status()))
    can.push_back(action_json("cancel", self.kind(), self.key(),
                              "Cancel the order: what it reserved and authorized is given back."));
  if (can.empty())
    can.push_back(action_json("nothing", self.kind(), self.key(),
                              settled || !self.has_order() ? "There is nothing to do."
                                                           : "There is nothing to do but wait."));
  return can;
}

// -- an order that cannot be shown --------------------------------------------------------------------

void explain_no_order(json& all, const v1::entity_explanation& self) {
  order_wait wait;
  wait.kind = self.kind();
  wait.key = self.key();
  all["state"] = "settled";
  all["headline"] = "There is no order with this id.";
  if (!self.has_trouble())
    return;
  const auto& trouble = self.trouble();
  all["state"] = trouble.retry_at_ms() != 0 ? "waiting" : "stuck";
  all["headline"] = self.exists() ? "What is stored of the order cannot be read."
                                  : "The order is not placed yet, because that fails.";
  wait.what = actors::shown(trouble.error().empty() ? trouble.command() + " fails" : trouble.error());
  if (trouble.since_ms() != 0)
    wait.since_ms = trouble.since_ms();
  if (trouble.retry_at_ms() != 0)
    wait.next_at_ms = trouble.retry_at_ms();
  wait.next = wait.next_at_ms ? "It is tried again." : "It waits for a person.";
  all["waits"].push_back(to_json(wait));
}

} // namespace

std::vector<v1::request> asks_of(const v1::entity_explanation& order) {
  std::vector<v1::request> asks;
  if (!order.has_order())
    return asks;
  const std::vector<v1::entity_explanation> none;
  const order_facts facts{order, none};
  const auto payment = order.order().payment().state();
  if (payment != v1::PAYMENT_NONE || order.order().has_refused_payment())
    asks.push_back(ask_about(facts.payer_kind(), facts.payer_key()));
  if (order.order().has_refused_line())
    asks.push_back(ask_about("item", order.order().refused_line().sku()));
  if (is_settled(order.order().status()))
    return asks;
  for (const auto state : {order_facts::asked, order_facts::releasing}) {
    auto skus = facts.skus(state);
    skus.resize(std::min(skus.size(), explained_skus_max));
    for (const auto& sku : skus)
      if (sku != order.order().refused_line().sku())
        asks.push_back(ask_about("item", sku));
  }
  return asks;
}

json explain(const v1::entity_explanation& order, const std::vector<v1::entity_explanation>& others) {
  json all{{"order", order.has_order() ? to_json(order.order()) : json(nullptr)},
           {"now", format_time(order.now_ms())},
           {"shard", order.shard()},
           {"term", order.term()},
           {"state", ""},
           {"headline", ""},
           {"steps", json::array()},
           {"waits", json::array()},
           {"entities", json::array()},
           {"next", json::array()},
           {"you_can", you_can(order, others)}};
  for (const auto& other : others)
    all["entities"].push_back(entity_json(other));
  if (!order.has_order()) {
    explain_no_order(all, order);
    return all;
  }
  const order_facts facts{order, others};
  const auto waits = waits_of(facts);
  all["state"] = state_of(order.order().status(), waits);
  all["headline"] = headline(facts, waits);
  all["steps"] = list_json(steps_of(facts));
  all["waits"] = list_json(waits);
  all["next"] = next_of(facts);
  return all;
}

} // namespace orderd::cluster

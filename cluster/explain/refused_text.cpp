#include "cluster/explain/refused_text.hpp"

#include "actors/rules/money_text.hpp"
#include "actors/rules/text.hpp"

namespace orderd::cluster {

using actors::format_money;

namespace {

std::string text_of(const v1::refused_line& line) {
  auto text = "line " + std::to_string(line.line()) + " (SKU " + actors::shown(line.sku()) + ")";
  if (line.lines() > 1)
    text += ", with the other lines of its SKU,";
  text += " asks for " + std::to_string(line.quantity());
  return line.has_available() ? text + ", " + std::to_string(line.available()) + " were available" : text;
}

std::string text_of(const v1::refused_payment& payment, v1::reject_reason why, std::string_view currency) {
  const auto amount = format_money(payment.amount_minor(), currency);
  if (payment.account().empty())
    return "the card was asked for " + amount;
  const auto account = "account " + actors::shown(payment.account());
  if (why == v1::UNKNOWN_ACCOUNT)
    return "there is no " + account;
  if (why == v1::CURRENCY_MISMATCH && !payment.account_currency().empty())
    return account + " is held in " + payment.account_currency() + ", the order is in "
           + std::string{currency};
  const auto asked = account + " was asked for " + amount;
  return payment.has_available_minor()
             ? asked + ", of its limit " + format_money(payment.available_minor(), currency) + " was left"
             : asked;
}

template <class Message>
std::string text_of(const Message& what, std::string_view currency) {
  if (what.has_refused_line())
    return text_of(what.refused_line());
  return what.has_refused_payment() ? text_of(what.refused_payment(), what.reason(), currency)
                                    : std::string{};
}

} // namespace

std::string refused_text(const v1::placement& outcome, std::string_view currency) {
  return text_of(outcome, currency);
}

std::string refused_text(const v1::order& order) {
  return text_of(order, order.currency());
}

} // namespace orderd::cluster

#include "cluster/explain/words.hpp"

#include "actors/rules/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace orderd::cluster {

namespace {

std::string two(std::int64_t much, const char* large, std::int64_t rest, const char* small) {
  auto text = std::to_string(much) + ' ' + large;
  return rest == 0 ? text : text + ' ' + std::to_string(rest) + ' ' + small;
}

struct consequence {
  std::string_view command;
  const char* text;
};

constexpr std::array consequences{
    consequence{"place_order", "The order is then not placed; whoever sent it may send it again."},
    consequence{"cancel_order", "The order is then not cancelled; it can be cancelled again."},
    consequence{"expire_order", "The order then has no deadline any more: it may stay as it is for ever."},
    consequence{"reserve", "Who asked for units got a no already; nothing is lost."},
    consequence{"authorize", "Who asked for money got a no already; nothing is lost."},
    consequence{"release", "The units are then never given back, and the order never ends."},
    consequence{"void_authorization", "The money then stays held, and the order never ends."},
    consequence{"reserve_answer", "The order then never learns what became of its units, and never ends."},
    consequence{"release_answer", "The order then never learns that units were given back, and never ends."},
    consequence{"authorize_answer", "The order then never learns what became of its money, and never ends."},
    consequence{"void_answer", "The order then never learns that the money was given back, and never ends."},
    consequence{"provider_answered",
                "What the card provider said is then lost: the order never learns what became of its money, "
                "which may stay held."},
    consequence{"ask_provider",
                "The card provider is then not asked again: the order never learns what became of its money, "
                "which may stay held."},
    consequence{"link_order", "The order is then missing in the list of its customer's orders."},
    consequence{"set_stock", "The stock is then as it was; it can be set again."},
    consequence{"set_account", "The account is then as it was; it can be set again."},
    consequence{"note_action", "What a person did is then not noted."},
};

} // namespace

std::string duration_text(std::int64_t ms) {
  ms = std::max<std::int64_t>(0, ms);
  const auto seconds = ms / 1'000;
  if (seconds == 0)
    return std::to_string(ms) + " ms";
  if (seconds < 60)
    return std::to_string(seconds) + '.' + std::to_string(ms % 1'000 / 100) + " s";
  const auto minutes = seconds / 60;
  if (minutes < 60)
    return two(minutes, "min", seconds % 60, "s");
  const auto hours = minutes / 60;
  return hours < 48 ? two(hours, "h", minutes % 60, "min") : two(hours / 24, "d", hours % 24, "h");
}

std::string entity_text(std::string_view kind, std::string_view key) {
  if (kind == "item")
    return "SKU " + actors::shown(key);
  if (kind == "account")
    return "account " + actors::shown(key);
  return kind == "card" ? "the card payment" : "the order";
}

std::string capitalized(std::string text) {
  if (text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string reason_text(v1::reject_reason reason) {
  switch (reason) {
  case v1::INSUFFICIENT_STOCK:
    return "there was not enough stock";
  case v1::UNKNOWN_SKU:
    return "it asks for a SKU that has never had stock";
  case v1::CREDIT_LIMIT:
    return "the limit of the account would be passed";
  case v1::UNKNOWN_ACCOUNT:
    return "the customer has no account";
  case v1::CURRENCY_MISMATCH:
    return "the account is held in another currency";
  case v1::CARD_DECLINED:
    return "the card provider declined";
  case v1::DEADLINE_PASSED:
    return "its deadline passed before it was settled";
  case v1::ITEM_QUARANTINED:
    return "a SKU or an account that it needs waits for a person";
  case v1::CANCELLED_BY_REQUEST:
    return "it was cancelled";
  default:
    return "no reason is recorded";
  }
}

std::string count_text(std::int64_t count, std::string_view one) {
  return std::to_string(count) + ' ' + std::string{one} + (count == 1 ? "" : "s");
}

std::string release_text(std::string_view command) {
  for (const auto& each : consequences)
    if (each.command == command)
      return each.text;
  return "What waits for that command, or for its answer, then waits for ever.";
}

} // namespace orderd::cluster

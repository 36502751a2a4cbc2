// What the clients of a simulation are told, and which promises the answer must keep.
#include "actors/rules/order_id.hpp"
#include "tests/simulation/shop.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <set>
#include <utility>

namespace orderd::simulation {

namespace {

using google::protobuf::util::MessageDifferencer;

/// The order's life as the documentation draws it (S8).
bool may_follow(v1::order_status before, v1::order_status after) {
  static const std::set<std::pair<int, int>> path{
      {v1::PLACED, v1::RESERVING},       {v1::RESERVING, v1::AUTHORIZING}, {v1::RESERVING, v1::REJECTING},
      {v1::RESERVING, v1::CANCELLING},   {v1::AUTHORIZING, v1::CONFIRMED}, {v1::AUTHORIZING, v1::REJECTING},
      {v1::AUTHORIZING, v1::CANCELLING}, {v1::CONFIRMED, v1::CANCELLING},  {v1::REJECTING, v1::REJECTED},
      {v1::CANCELLING, v1::CANCELLED}};
  return path.contains({before, after});
}

bool is_settled(v1::order_status status) {
  return status == v1::CONFIRMED || status == v1::REJECTED || status == v1::CANCELLED;
}

/// The 14 bits after the variant bits of an order's id say where it lives.
std::uint32_t shard_of(const std::string& order_id, std::uint32_t shards) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(order_id[at]));
  };
  return ((byte(8) & 0x3f) << 8 | byte(9)) * shards / 16'384;
}

} // namespace

std::string shop::name_of(const placed_order& of) const {
  return "order " + actors::order_id_text(of.content.order_id());
}

void shop::answered(std::uint64_t id, const std::string& body) {
  const auto found = pending_.find(id);
  if (found == pending_.end())
    return complain("request " + std::to_string(id) + " is answered twice, or was never asked");
  const auto asked = found->second;
  pending_.erase(found);
  v1::reply reply;
  if (!reply.ParseFromString(body))
    return complain("a reply that cannot be read");
  happened_.count("reply");
  if (reply.has_fault())
    return take_fault(asked, reply.fault());
  if (reply.has_rejection())
    return take_rejection(asked, reply.rejection());
  if (asked.why == purpose::conflict)
    return complain(name_of(orders_[asked.subject]) + ": other content under its id is accepted (S3)");
  take_rest(asked, reply);
}

void shop::take_rest(const pending& asked, const v1::reply& reply) {
  switch (asked.why) {
  case purpose::place:
    return take_placement(orders_[asked.subject], reply.placement());
  case purpose::cancel:
    return take_cancellation(orders_[asked.subject], reply.cancellation());
  case purpose::read_order:
    return reply.has_entity_explanation() ? take_explanation(asked, reply.entity_explanation())
                                          : take_order(asked.id, orders_[asked.subject], reply.order());
  case purpose::set_stock:
  case purpose::read_stock:
    return take_stock(asked, reply.stock_item());
  case purpose::set_account:
  case purpose::read_account:
    return take_account(asked, reply.account());
  case purpose::list_orders:
    return take_page(asked, reply.order_page());
  case purpose::list_quarantine:
    quarantined_.insert(quarantined_.end(), reply.quarantine_page().entries().begin(),
                        reply.quarantine_page().entries().end());
    return;
  case purpose::audit:
    happened_.count("audit of a living node");
    if (reply.audit_report().violations() > 0)
      complain("audit: " + reply.audit_report().ShortDebugString());
    return;
  default:
    return;
  }
}

void shop::take_fault(const pending& asked, const v1::fault& why) {
  happened_.count("fault " + v1::fault::kind_Name(why.code()));
  if (why.code() == v1::fault::TIMEOUT || why.code() == v1::fault::OVERLOADED
      || why.code() == v1::fault::STORAGE_FULL
      || (options_.of_cluster && why.code() == v1::fault::UNAVAILABLE))
    return;
  if (why.code() == v1::fault::QUARANTINED && may_be_quarantined(asked))
    return;
  if (asked.why == purpose::audit && why.message().find("the simulated disk") != std::string::npos)
    return; // The state could not be brought up to date.
  complain("purpose " + std::to_string(static_cast<int>(asked.why))
           + " gets a fault: " + why.ShortDebugString());
}

bool shop::may_be_quarantined(const pending& asked) const {
  if (!options_.may_be_quarantined)
    return false;
  switch (asked.why) {
  case purpose::place:
  case purpose::conflict:
  case purpose::cancel:
    return options_.may_be_quarantined(order_id(asked.subject));
  case purpose::set_stock:
    return options_.may_be_quarantined(skus_[asked.subject].name);
  default:
    return false;
  }
}

void shop::take_cancellation(placed_order& of, const v1::cancellation& said) {
  if (of.outcome && of.outcome->status() == v1::REJECTED)
    complain(name_of(of) + " is rejected and answers " + said.ShortDebugString());
  if (said.status() == v1::CANCELLING) {
    happened_.count("cancellation accepted");
    of.cancel_accepted = true;
    return;
  }
  if (said.status() != v1::CANCELLED)
    complain(name_of(of) + " is cancelled with the answer " + said.ShortDebugString());
  if (!std::exchange(of.cancelled, true))
    of.cancelled_at = last_id_;
  happened_.count("order cancelled");
}

void shop::take_placement(placed_order& of, const v1::placement& outcome) {
  happened_.count("placement " + v1::order_status_Name(outcome.status()));
  if (of.outcome && !MessageDifferencer::Equals(*of.outcome, outcome))
    return complain(name_of(of) + " had the outcome " + of.outcome->ShortDebugString() + ", now "
                    + outcome.ShortDebugString() + " (S3, A10)");
  if (outcome.order_id() != of.content.order_id() || !is_settled(outcome.status()))
    complain(name_of(of) + " is answered with " + outcome.ShortDebugString());
  if (!of.cancel_asked && outcome.status() == v1::CANCELLED)
    complain(name_of(of) + " is cancelled, though nobody asked for it");
  const auto lines = static_cast<std::uint32_t>(of.content.lines_size());
  if (outcome.status() == v1::CONFIRMED) {
    if (outcome.lines_reserved() == 0 || outcome.lines_reserved() > lines
        || (outcome.lines_reserved() < lines && !of.content.allow_partial()))
      complain(name_of(of) + " is confirmed with lines " + outcome.ShortDebugString());
    if (outcome.lines_reserved() < lines)
      happened_.count("order confirmed in part");
  } else {
    happened_.count("placement " + v1::reject_reason_Name(outcome.reason()));
    check_refused_part(of, outcome);
  }
  if (!of.outcome)
    of.acknowledged_at = last_id_;
  of.outcome = outcome;
}

/// A refusal for want of stock or money names what was refused of what, and that it was too much.
void shop::check_refused_part(const placed_order& of, const v1::placement& outcome) {
  const auto& line = outcome.refused_line();
  const auto& payment = outcome.refused_payment();
  switch (outcome.reason()) {
  case v1::INSUFFICIENT_STOCK:
  case v1::UNKNOWN_SKU: {
    const auto at = static_cast<int>(line.line()) - 1;
    const bool known = at >= 0 && at < of.content.lines_size() && of.content.lines(at).sku() == line.sku();
    const bool too_much = outcome.reason() == v1::UNKNOWN_SKU || line.quantity() > line.available();
    if (known && too_much && line.quantity() >= of.content.lines(at).quantity())
      return;
    break;
  }
  case v1::CREDIT_LIMIT:
    if (payment.account() == of.content.customer() && payment.amount_minor() > payment.available_minor())
      return;
    break;
  default:
    return;
  }
  complain(name_of(of) + " does not say what was refused: " + outcome.ShortDebugString());
}

void shop::take_rejection(const pending& asked, const v1::rejection& why) {
  const auto code = why.code();
  happened_.count("rejection " + v1::rejection::kind_Name(code));
  switch (asked.why) {
  case purpose::conflict:
    if (code == v1::rejection::CONFLICT)
      return;
    break;
  case purpose::cancel:
  case purpose::read_order: {
    const auto& of = orders_[asked.subject];
    if (asked.why == purpose::cancel && code == v1::rejection::ALREADY_REJECTED && !of.cancelled)
      return;
    const bool known = (of.outcome && asked.id > of.acknowledged_at) || (of.seen && asked.id > of.seen_at);
    if (code == v1::rejection::NOT_FOUND && !known)
      return;
    return complain(name_of(of) + " is lost or wrong: " + why.ShortDebugString() + " (F5, A9)");
  }
  case purpose::set_stock:
    if (code != v1::rejection::BELOW_RESERVED)
      break;
    if (auto& refused = skus_[asked.subject]; refused.in_doubt) {
      refused.perhaps.insert(refused.in_doubt->on_hand());
      refused.in_doubt.reset();
    }
    return;
  case purpose::set_account:
    if (code != v1::rejection::BELOW_HELD)
      break;
    if (auto& refused = customers_[asked.subject]; refused.in_doubt) {
      refused.perhaps.insert(refused.in_doubt->credit_limit_minor());
      refused.in_doubt.reset();
    }
    return;
  case purpose::read_stock:
    if (const auto& each = skus_[asked.subject];
        code == v1::rejection::NOT_FOUND && (!each.on_hand || asked.id <= each.known_at))
      return;
    break;
  case purpose::read_account:
    if (const auto& each = customers_[asked.subject];
        code == v1::rejection::NOT_FOUND && (!each.limit_minor || asked.id <= each.known_at))
      return;
    break;
  case purpose::resolve:
    return; // It was resolved before.
  default:
    break;
  }
  complain("purpose " + std::to_string(static_cast<int>(asked.why)) + " of " + std::to_string(asked.subject)
           + " is rejected: " + why.ShortDebugString());
}

/// It has the order as get_order has it, or says that there is none.
void shop::take_explanation(const pending& asked, const v1::entity_explanation& known) {
  happened_.count("order explained");
  if (known.has_order())
    return take_order(asked.id, orders_[asked.subject], known.order());
  v1::rejection none;
  none.set_code(v1::rejection::NOT_FOUND);
  none.set_message(known.ShortDebugString());
  take_rejection(asked, none);
}

void shop::take_order(std::uint64_t id, placed_order& of, const v1::order& now) {
  bool same = now.reference() == of.content.reference() && now.customer() == of.content.customer()
              && now.currency() == of.content.currency() && now.lines_size() == of.content.lines_size();
  for (int i = 0; same && i < now.lines_size(); ++i)
    same = now.lines(i).sku() == of.content.lines(i).sku()
           && now.lines(i).quantity() == of.content.lines(i).quantity()
           && now.lines(i).unit_price_minor() == of.content.lines(i).unit_price_minor();
  if (!same)
    complain(name_of(of) + " is not what was placed: " + now.ShortDebugString() + " (A9)");
  check_history(id, of, now);
  if (of.cancelled && id > of.cancelled_at && now.status() != v1::CANCELLED)
    complain(name_of(of) + " was acknowledged as cancelled and is " + now.ShortDebugString() + " (F5)");
  if (of.outcome && now.status() == v1::REJECTED
      && (!MessageDifferencer::Equals(of.outcome->refused_line(), now.refused_line())
          || !MessageDifferencer::Equals(of.outcome->refused_payment(), now.refused_payment())))
    complain(name_of(of) + " was told as " + of.outcome->ShortDebugString() + " and is "
             + now.ShortDebugString());
  check_past(of, now);
  if (now.payment().state() == v1::PAYMENT_UNKNOWN)
    happened_.count("payment seen unknown");
  if (of.seen && now.history_size() < of.seen->history_size())
    return; // Overtaken by a newer one.
  count_course(of, now);
  of.seen = now;
  of.seen_at = last_id_;
}

void shop::count_course(const placed_order& of, const v1::order& now) {
  if (of.seen && of.seen->status() == now.status())
    return;
  const auto has = [&](v1::order_status status) {
    return std::find(now.history().begin(), now.history().end(), status) != now.history().end();
  };
  const auto from = [&](v1::order_status status) {
    const auto left = std::find(now.history().begin(), now.history().end(), status);
    return left != now.history().end() && std::next(left) != now.history().end()
           && *std::next(left) == v1::CANCELLING;
  };
  if (now.status() == v1::CANCELLED && has(v1::CONFIRMED))
    happened_.count("confirmed order cancelled");
  if (now.status() == v1::CANCELLED && from(v1::RESERVING))
    happened_.count("cancelled while it reserved");
  if (now.status() == v1::CANCELLED && from(v1::AUTHORIZING))
    happened_.count("cancelled while it paid");
  if (now.status() == v1::REJECTED && has(v1::AUTHORIZING))
    happened_.count("rejected after it held something");
}

/// Times do not fall, who cancelled is noted once, and one moment of a settled order is always shown the
/// same.
void shop::check_past(const placed_order& of, const v1::order& now) {
  const auto& times = now.history_at_ms();
  if (times.size() != now.history_size() || !std::is_sorted(times.begin(), times.end())
      || *times.begin() != now.placed_at_ms() || *times.rbegin() > now.updated_at_ms())
    complain(name_of(of) + " has a history with impossible times: " + now.ShortDebugString());
  const bool cancelled = now.status() == v1::CANCELLING || now.status() == v1::CANCELLED;
  const auto noted = std::count_if(now.actions().begin(), now.actions().end(),
                                   [](const auto& each) { return each.what() == "cancel"; });
  if (noted != (cancelled ? 1 : 0))
    complain(name_of(of) + " does not say who cancelled it: " + now.ShortDebugString());
  if (of.seen && is_settled(now.status()) && of.seen->status() == now.status()
      && of.seen->updated_at_ms() == now.updated_at_ms() && !MessageDifferencer::Equals(*of.seen, now))
    complain(name_of(of) + " was seen as " + of.seen->ShortDebugString() + " and is "
             + now.ShortDebugString());
}

void shop::check_history(std::uint64_t id, const placed_order& of, const v1::order& now) {
  for (int i = 0; i < now.history_size(); ++i) {
    const auto status = static_cast<v1::order_status>(now.history(i));
    if (i == 0 ? status != v1::PLACED
               : !may_follow(static_cast<v1::order_status>(now.history(i - 1)), status))
      return complain(name_of(of) + " has an impossible history: " + now.ShortDebugString() + " (S8)");
  }
  if (now.history_size() == 0 || now.history(now.history_size() - 1) != now.status())
    complain(name_of(of) + " has a history that does not end with its status");
  if (!of.seen)
    return;
  const auto common = std::min(now.history_size(), of.seen->history_size());
  const bool same =
      std::equal(now.history().begin(), now.history().begin() + common, of.seen->history().begin());
  const bool forgotten = id > of.seen_at && common < of.seen->history_size();
  if (!same || forgotten)
    complain(name_of(of) + " has forgotten what it showed before: " + of.seen->ShortDebugString() + ", now "
             + now.ShortDebugString() + " (A6)");
}

void shop::take_stock(const pending& asked, const v1::stock_item& now) {
  auto& each = skus_[asked.subject];
  if (now.reserved() < 0 || now.reserved() > now.on_hand()
      || now.available() != now.on_hand() - now.reserved())
    complain(each.name + " is oversold: " + now.ShortDebugString() + " (S5)");
  each.seen = now;
  if (asked.why != purpose::set_stock || !each.in_doubt)
    return;
  if (now.on_hand() != each.in_doubt->on_hand() && !each.perhaps.contains(now.on_hand()))
    complain(each.name + " was set to " + each.in_doubt->ShortDebugString() + " and is "
             + now.ShortDebugString());
  if (!each.on_hand)
    each.known_at = last_id_;
  each.on_hand = each.in_doubt->on_hand();
  each.in_doubt.reset();
}

void shop::take_account(const pending& asked, const v1::account& now) {
  auto& each = customers_[asked.subject];
  if (now.held_minor() < 0 || now.held_minor() > now.credit_limit_minor() || now.captured_minor() != 0)
    complain(each.name + " holds too much: " + now.ShortDebugString() + " (S6)");
  each.seen = now;
  if (asked.why != purpose::set_account || !each.in_doubt)
    return;
  if (now.credit_limit_minor() != each.in_doubt->credit_limit_minor()
      && !each.perhaps.contains(now.credit_limit_minor()))
    complain(each.name + " was set to " + each.in_doubt->ShortDebugString() + " and is "
             + now.ShortDebugString());
  if (!each.limit_minor)
    each.known_at = last_id_;
  each.limit_minor = each.in_doubt->credit_limit_minor();
  each.in_doubt.reset();
}

void shop::take_page(const pending& asked, const v1::order_page& page) {
  std::set<std::string> listed;
  for (const auto& each : page.orders())
    listed.insert(each.order_id());
  if (listed.size() != static_cast<std::size_t>(page.orders_size()))
    complain("a page lists an order twice");
  happened_.count("page of orders");
  if (page.more())
    return;
  for (const auto& each : orders_) {
    const auto& key = each.content.order_id();
    const bool before = each.outcome && each.acknowledged_at < asked.id;
    if (before && shard_of(key, options_.shards) == asked.subject && !listed.contains(key))
      complain(name_of(each) + " was acknowledged before a page was asked for that does not list it");
  }
}

std::vector<std::size_t> shop::unsettled() const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < orders_.size(); ++i)
    if (!orders_[i].seen || !is_settled(orders_[i].seen->status()))
      all.push_back(i);
  return all;
}

} // namespace orderd::simulation

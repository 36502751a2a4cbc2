// orderctl place, get, cancel, list.
#include "actors/requests/request_decoder.hpp"
#include "actors/rules/currency.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/rules/text.hpp"
#include "cluster/client/fault_meaning.hpp"
#include "cluster/explain/refused_text.hpp"
#include "cluster/explain/steps.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_cursor.hpp"
#include "cluster/orderctl/ctl_pages.hpp"
#include "cluster/orderctl/ctl_table.hpp"
#include "cluster/retail/decimal.hpp"
#include "config/limits.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <map>

namespace orderd::cluster {

namespace {

/// Few enough that the answers fit into what the node holds for a slow reader, were all of the largest size.
constexpr std::uint32_t gets_unanswered = 32;

std::string outcome_text(v1::order_status status, v1::reject_reason reason) {
  auto text = status_name(status);
  if (reason != v1::NO_REASON)
    text += " (" + reason_name(reason) + ")";
  return text;
}

void print_placement(const v1::placement& outcome, const place_options& options, ctl_context& context) {
  if (context.json)
    return print_line(to_json(outcome), context);
  context.out << "order " << actors::order_id_text(outcome.order_id()) << ' '
              << outcome_text(outcome.status(), outcome.reason());
  if (outcome.status() == v1::CONFIRMED)
    context.out << ": " << format_money(outcome.authorized_minor(), options.currency) << " authorized, "
                << outcome.lines_reserved() << " of " << options.lines.size() << " lines reserved";
  if (const auto why = refused_text(outcome, options.currency); !why.empty())
    context.out << ": " << why;
  context.out << '\n';
}

void print_order(const v1::order& order, ctl_context& context) {
  auto& out = context.out;
  const auto digits = actors::places_shown(order.currency());
  out << "order      " << actors::order_id_text(order.order_id()) << '\n'
      << "status     " << outcome_text(order.status(), order.reason()) << '\n';
  if (const auto why = refused_text(order); !why.empty())
    out << "refused    " << why << '\n';
  out << "reference  " << (order.reference().empty() ? "-" : actors::shown(order.reference())) << '\n'
      << "customer   " << (order.customer().empty() ? "guest" : actors::shown(order.customer())) << '\n'
      << "total      " << format_money(order.total_minor(), order.currency()) << '\n'
      << "payment    " << method_name(order.payment().method()) << ", "
      << payment_state_name(order.payment().state()) << ", "
      << format_money(order.payment().authorized_minor(), order.currency()) << " authorized\n"
      << "placed     " << format_time(order.placed_at_ms()) << '\n'
      << "updated    " << format_time(order.updated_at_ms()) << '\n'
      << "history   ";
  for (const auto status : order.history())
    out << ' ' << status_name(static_cast<v1::order_status>(status));
  out << '\n';
  for (const auto& action : order.actions())
    out << "action     " << action_text(action) << ", " << format_time(action.at_ms()) << '\n';
  if (!order.trace_id().empty())
    out << "trace      " << runtime::to_hex(order.trace_id()) << '\n';
  using side = ctl_table::side;
  ctl_table table{{side::left, side::right, side::left, side::right, side::left}};
  for (const auto& line : order.lines())
    table.add({line.sku(), std::to_string(line.quantity()), "x",
               format_minor(line.unit_price_minor(), digits), line.reserved() ? "reserved" : ""});
  table.print(out, "  ");
}

/// What a fault tells of an order that was to be placed. A fault speaks of one try; under an id that somebody
/// gave there may have been others, which this program knows nothing of.
std::string outcome_of(const v1::fault& why, const std::string& id, bool is_given) {
  switch (meaning_of(why.code())) {
  case fault_meaning::nothing_done:
    if (is_given)
      return "order " + id
             + " was not begun by this try; of an earlier one with this id nothing is known: ask again, or "
               "get it";
    return "order " + id + " was not placed, nothing was done";
  case fault_meaning::for_a_person:
    return "order " + id + " waits for a person, or what it needs does";
  case fault_meaning::not_known:
    break;
  }
  return "the outcome of order " + id + " is not known; to ask, place it again with --id " + id;
}

v1::request get_request(const std::string& order_id) {
  v1::request what;
  what.mutable_get_order()->set_order_id(order_id);
  return what;
}

// -- list ----------------------------------------------------------------------------------------

struct found_orders {
  std::vector<v1::order> orders;
  std::string after;                ///< id to page on from; empty: there is no more
  std::vector<std::string> damaged; ///< what was said of orders whose stored values failed their check
  std::optional<v1::reply> refused;
};

/// All orders, or those of one status: the pages of all shards, merged.
found_orders find_by_id(const list_options& options, std::uint32_t shards, node_link& node) {
  found_orders found;
  const auto ask = [&options](std::uint32_t shard, const std::string& after) {
    v1::request what;
    auto& list = *what.mutable_list_orders();
    list.set_shard(shard);
    list.set_status(options.status);
    list.set_after_order_id(after);
    list.set_limit(std::min(options.limit + 1, limits::page_rows_max));
    list.set_newest_first(true);
    return what;
  };
  const auto read = [](v1::reply& answer) -> std::optional<page<v1::order>> {
    if (!answer.has_order_page())
      return std::nullopt;
    auto& orders = *answer.mutable_order_page()->mutable_orders();
    return page<v1::order>{{std::make_move_iterator(orders.begin()), std::make_move_iterator(orders.end())},
                           answer.order_page().more()};
  };
  merged_pages<v1::order> pages{
      node, shards, options.after, true, ask, read, [](const v1::order& order) -> const std::string& {
        return order.order_id();
      }};
  while (auto order = pages.next()) {
    if (found.orders.size() == options.limit) {
      found.after = found.orders.back().order_id();
      break;
    }
    found.orders.push_back(std::move(*order));
  }
  found.refused = pages.refused();
  return found;
}

/// Fetches orders by id, many at once, and keeps the order of the ids. A damaged order hides no other.
std::vector<v1::order> get_all(const std::vector<std::string>& ids, node_link& node, found_orders& found) {
  std::map<std::uint64_t, v1::order> by_index;
  std::map<std::uint64_t, std::string> damaged;
  node.run(
      ids.size(), gets_unanswered,
      [&ids](std::uint64_t index) { return std::make_shared<v1::request>(get_request(ids[index])); },
      [&](const link_answer& answer) {
        if (answer.what.has_order())
          by_index.emplace(answer.index, answer.what.order());
        else if (answer.what.fault().code() == v1::fault::CORRUPT)
          damaged.emplace(answer.index,
                          actors::order_id_text(ids[answer.index]) + ": " + refusal_text(answer.what));
        else
          found.refused = answer.what;
        return !found.refused;
      });
  for (auto& [index, said] : damaged)
    found.damaged.push_back(std::move(said));
  std::vector<v1::order> orders;
  orders.reserve(by_index.size());
  for (auto& [index, order] : by_index)
    orders.push_back(std::move(order));
  return orders;
}

/// A customer's orders, newest first by placement; of one status when one is asked for.
found_orders find_by_customer(const list_options& options, std::uint32_t shards, node_link& node) {
  found_orders found;
  v1::request what;
  auto& list = *what.mutable_list_orders();
  list.set_customer(options.customer);
  list.set_shard(actors::shard_of_request(what, shards).value_or(0));
  list.set_after_order_id(options.after);
  list.set_limit(std::min(options.limit + 1, limits::page_rows_max));
  list.set_newest_first(true);
  for (bool more = true; more;) {
    const auto answer = node.call(what);
    if (!answer.has_order_page()) {
      found.refused = answer;
      return found;
    }
    const auto& ids = answer.order_page().order_ids();
    for (auto& order : get_all({ids.begin(), ids.end()}, node, found)) {
      if (options.status != v1::ORDER_STATUS_UNKNOWN && order.status() != options.status)
        continue;
      if (found.orders.size() == options.limit) {
        found.after = found.orders.back().order_id();
        return found;
      }
      found.orders.push_back(std::move(order));
    }
    more = answer.order_page().more() && !ids.empty() && !found.refused;
    if (more)
      list.set_after_order_id(*ids.rbegin());
  }
  return found;
}

int warn_of_damaged(const found_orders& found, ctl_context& context) {
  for (const auto& said : found.damaged)
    context.err << "orderctl: " << actors::shown(said) << '\n';
  return found.damaged.empty() ? exit_ok : exit_fault;
}

void print_table(const found_orders& found, ctl_context& context) {
  auto& out = context.out;
  if (found.orders.empty()) {
    out << "no orders\n";
    return;
  }
  using side = ctl_table::side;
  ctl_table table{{side::left, side::left, side::left, side::left, side::right, side::right, side::left}};
  table.add({"order", "status", "customer", "reference", "lines", "total", "placed"});
  for (const auto& order : found.orders)
    table.add({actors::order_id_text(order.order_id()), outcome_text(order.status(), order.reason()),
               order.customer().empty() ? "guest" : order.customer(), order.reference(),
               std::to_string(order.lines_size()), format_money(order.total_minor(), order.currency()),
               format_time(order.placed_at_ms())});
  table.print(out);
  if (!found.after.empty())
    out << "there are more: --after " << actors::order_id_text(found.after) << '\n';
}

} // namespace

int run(const place_options& options, ctl_context& context) {
  v1::request what;
  auto& place = *what.mutable_place_order();
  place.set_order_id(options.order_id.empty()
                         ? actors::make_order_id(options.customer, context.now_ms(), context.random())
                         : options.order_id);
  place.set_reference(options.reference);
  place.set_customer(options.customer);
  place.set_currency(options.currency);
  place.set_payment_method(options.card ? v1::CARD : v1::ACCOUNT);
  place.set_allow_partial(options.partial);
  place.mutable_lines()->Assign(options.lines.begin(), options.lines.end());
  const auto id = actors::order_id_text(place.order_id());
  const auto answer = context.node.call(std::move(what));
  if (answer.has_placement()) {
    print_placement(answer.placement(), options, context);
    return answer.placement().status() == v1::CONFIRMED ? exit_ok : exit_refused;
  }
  if (!answer.has_fault())
    return print_refusal(answer, context);
  const bool is_given = !options.order_id.empty();
  context.err << "orderctl: " << outcome_of(answer.fault(), id, is_given) << '\n'
              << "orderctl: " << refusal_text(answer) << '\n';
  if (context.json) {
    auto value = to_json(answer.fault());
    if (is_given && meaning_of(answer.fault().code()) == fault_meaning::nothing_done)
      value["fault"]["outcome"] = name_of(fault_meaning::not_known);
    print_line(value, context);
  }
  return exit_fault;
}

int run(const get_options& options, ctl_context& context) {
  const auto answer = context.node.call(get_request(options.order_id));
  if (!answer.has_order())
    return print_refusal(answer, context);
  if (context.json)
    print_line(to_json(answer.order()), context);
  else
    print_order(answer.order(), context);
  return exit_ok;
}

int run(const cancel_options& options, ctl_context& context) {
  v1::request what;
  what.mutable_cancel_order()->set_order_id(options.order_id);
  what.mutable_cancel_order()->set_by(by_of(options.said, context));
  what.mutable_cancel_order()->set_why(options.said.why);
  const auto answer = context.node.call(std::move(what));
  if (!answer.has_cancellation())
    return print_refusal(answer, context);
  const auto id = actors::order_id_text(answer.cancellation().order_id());
  const auto status = status_name(answer.cancellation().status());
  if (context.json)
    print_line({{"order_id", id}, {"status", status}}, context);
  else
    context.out << "order " << id << ' ' << status
                << (answer.cancellation().status() == v1::CANCELLING
                        ? ": accepted; it ends as cancelled once the card's provider answers"
                        : "")
                << '\n';
  return exit_ok;
}

int run(const list_options& options, ctl_context& context) {
  const auto shards = context.node.shards();
  if (!shards)
    return print_fault(shards.error(), context);
  if (const auto why = refused_order_cursor(options.after, options.customer, context.node))
    return print_refusal(*why, context);
  const auto found = options.customer.empty() ? find_by_id(options, *shards, context.node)
                                              : find_by_customer(options, *shards, context.node);
  if (found.refused)
    return print_refusal(*found.refused, context);
  if (!context.json) {
    print_table(found, context);
    return warn_of_damaged(found, context);
  }
  auto orders = json::array();
  for (const auto& order : found.orders)
    orders.push_back(to_json(order));
  const auto after = found.after.empty() ? json(nullptr) : json(actors::order_id_text(found.after));
  print_line({{"orders", std::move(orders)}, {"after", after}}, context);
  return warn_of_damaged(found, context);
}

} // namespace orderd::cluster

// Lists of orders, newest first: of all shards by status, or of one customer by its chain of orders; and
// among them those with a reference, which has no index: a bounded number is looked through.
#include "actors/requests/request_decoder.hpp"
#include "actors/rules/order_id.hpp"
#include "cluster/http/lists.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <functional>

namespace orderd::cluster {

namespace {

/// Orders that a request looks through for a reference, or for a customer's orders of one status.
constexpr std::size_t looked_through_max = 10'000;
/// Orders of a customer that are got at once, as by `orderctl list --customer`.
constexpr std::size_t gets_at_once = 32;
/// Bytes of orders, as they are encoded, at which a page is full.
constexpr std::size_t page_bytes_max = 1u << 20;

constexpr std::pair<std::string_view, v1::order_status> statuses[] = {
    {"placed", v1::PLACED},         {"reserving", v1::RESERVING}, {"authorizing", v1::AUTHORIZING},
    {"confirmed", v1::CONFIRMED},   {"rejecting", v1::REJECTING}, {"rejected", v1::REJECTED},
    {"cancelling", v1::CANCELLING}, {"cancelled", v1::CANCELLED}};

struct wanted_orders {
  v1::order_status status = v1::ORDER_STATUS_UNKNOWN;
  std::string customer;
  std::string reference;
  list_place place;
  std::uint32_t shards = 0;
  char list = 'o';

  bool has(const v1::order& order) const {
    return (status == v1::ORDER_STATUS_UNKNOWN || order.status() == status)
           && (reference.empty() || order.reference() == reference);
  }
};

/// A list under way: what was found, and how far it is.
struct search {
  wanted_orders wanted;
  json items = json::array();
  json damaged = json::array();
  std::size_t bytes = 0;
  std::size_t looked_through = 0;
  std::string last; ///< id of the last order that was looked at

  bool full() const { return items.size() >= wanted.place.limit || bytes >= page_bytes_max; }

  void look_at(const v1::order& order) {
    ++looked_through;
    last = order.order_id();
    if (!wanted.has(order))
      return;
    bytes += order.ByteSizeLong();
    items.push_back(to_json(order));
  }
};
using search_ptr = std::shared_ptr<search>;

http_response page_of(search& done, const std::optional<std::string>& next) {
  auto body = list_json(std::move(done.items), done.wanted.list, next);
  if (!done.wanted.reference.empty())
    body["looked_through"] = done.looked_through;
  if (!done.damaged.empty())
    body["damaged"] = std::move(done.damaged);
  return respond(body);
}

// -- of all shards -------------------------------------------------------------------------------

http_step next_orders(const search_ptr& state, const std::string& after);

http_step look_through(const search_ptr& state, const reply_list& all) {
  std::vector<shard_page<const v1::order*>> pages;
  for (const auto& each : all) {
    if (!each->has_order_page())
      return respond(problem_of(*each));
    shard_page<const v1::order*> page{.rows = {}, .more = each->order_page().more()};
    for (const auto& order : each->order_page().orders())
      page.rows.push_back({order.order_id(), &order});
    if (!page.rows.empty())
      page.end = page.rows.back().key;
    else
      page.more = false;
    pages.push_back(std::move(page));
  }
  auto merged = merge_pages(std::move(pages), key_order::descending, limits::page_rows_max * all.size());
  for (const auto* order : merged.rows) {
    if (state->full())
      return page_of(*state, state->last);
    state->look_at(*order);
  }
  if (!merged.next)
    return page_of(*state, std::nullopt);
  if (state->full() || state->looked_through >= looked_through_max)
    return page_of(*state, merged.next);
  return next_orders(state, *merged.next);
}

http_step next_orders(const search_ptr& state, const std::string& after) {
  const auto& wanted = state->wanted;
  // One more than fits, so that the last page is known to be it.
  const auto rows =
      wanted.reference.empty() ? std::min<std::uint32_t>(
          wanted.place.limit - static_cast<std::uint32_t>(state->items.size()) + 1, limits::page_rows_max)
                               : limits::page_rows_max;
  return questions{ask_every_shard(wanted.shards,
                                   [&](v1::request& into, std::uint32_t shard) {
                                     auto& list = *into.mutable_list_orders();
                                     list.set_shard(shard);
                                     list.set_status(wanted.status);
                                     list.set_after_order_id(after);
                                     list.set_limit(rows);
                                     list.set_newest_first(true);
                                   }),
                   [state](const reply_list& all) { return look_through(state, all); }};
}

// -- of a customer -------------------------------------------------------------------------------

http_step next_ids(const search_ptr& state, const std::string& after);
http_step get_next(const search_ptr& state, std::vector<std::string> ids, bool more);

void look_at_answer(search& state, const v1::reply& answer, const std::string& id) {
  if (answer.has_order())
    return state.look_at(answer.order());
  state.last = id;
  ++state.looked_through;
  state.damaged.push_back({{"order_id", actors::order_id_text(id)}, {"error", to_json(problem_of(answer))}});
}

http_step look_at_gets(const search_ptr& state, const reply_list& all, std::vector<std::string> ids,
                       bool more) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (state->full())
      return page_of(*state, state->last);
    // A damaged order hides no other; what may be answered in a moment ends the list.
    const auto& answer = *all[i];
    if (answer.has_fault() && answer.fault().code() != v1::fault::CORRUPT)
      return respond(problem_of(answer));
    look_at_answer(*state, answer, ids[i]);
  }
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(all.size()));
  if (ids.empty() && !more)
    return page_of(*state, std::nullopt);
  if (state->full() || state->looked_through >= looked_through_max)
    return page_of(*state, state->last);
  return ids.empty() ? next_ids(state, state->last) : get_next(state, std::move(ids), more);
}

http_step get_next(const search_ptr& state, std::vector<std::string> ids, bool more) {
  questions next;
  for (std::size_t i = 0; i < std::min(ids.size(), gets_at_once); ++i) {
    auto what = std::make_shared<v1::request>();
    what->set_timeout_ms(read_ms_max);
    what->mutable_get_order()->set_order_id(ids[i]);
    next.asked.push_back({std::move(what)});
  }
  next.then = [state, ids = std::move(ids), more](const reply_list& all) {
    return look_at_gets(state, all, ids, more);
  };
  return next;
}

http_step next_ids(const search_ptr& state, const std::string& after) {
  auto what = std::make_shared<v1::request>();
  what->set_timeout_ms(read_ms_max);
  auto& list = *what->mutable_list_orders();
  list.set_customer(state->wanted.customer);
  list.set_shard(actors::shard_of_request(*what, state->wanted.shards).value_or(0));
  list.set_after_order_id(after);
  list.set_limit(std::min(state->wanted.place.limit + 1, limits::page_rows_max));
  list.set_newest_first(true);
  return ask_cluster(std::move(what), [state](const v1::reply& answer) -> http_step {
    if (!answer.has_order_page())
      return respond(problem_of(answer));
    const auto& ids = answer.order_page().order_ids();
    if (ids.empty())
      return page_of(*state, std::nullopt);
    return get_next(state, {ids.begin(), ids.end()}, answer.order_page().more());
  });
}

std::optional<v1::order_status> status_of(std::string_view text, problem& why) {
  if (text.empty())
    return v1::ORDER_STATUS_UNKNOWN;
  std::string all;
  for (const auto& [name, status] : statuses) {
    if (name == text)
      return status;
    all.append(all.empty() ? "one of " : ", ").append(name);
  }
  why = invalid_field("status", text, all);
  return std::nullopt;
}

} // namespace

http_step list_orders(const call& what) {
  problem why;
  const auto status = status_of(text_of(what, "status"), why);
  if (!status)
    return respond(why);
  const auto customer = text_of(what, "customer");
  const char list = customer.empty() ? 'o' : 'c';
  auto place = place_in_list(what, list, why);
  if (!place)
    return respond(why);
  if (!place->after.empty() && !actors::is_order_id(place->after))
    return respond(invalid_field("cursor", text_of(what, "cursor"), "the \"next\" of the page before"));
  const auto state = std::make_shared<search>();
  state->wanted = {.status = *status,
                   .customer = std::string{customer},
                   .reference = std::string{text_of(what, "reference")},
                   .place = *std::move(place),
                   .shards = what.moment.shards,
                   .list = list};
  return customer.empty() ? next_orders(state, state->wanted.place.after)
                          : next_ids(state, state->wanted.place.after);
}

} // namespace orderd::cluster

// Pages of orders: by status, all, and of one customer.
#include "actors/entities/entity_ids.hpp"
#include "actors/public/page.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/queries.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/stored/codec.hpp"
#include "actors/stored/index_rows.hpp"

#include <optional>
#include <utility>

namespace orderd::actors {

using runtime::result;
using runtime::shard_view;
using runtime::table;

namespace {

class order_page final : public runtime::query {
public:
  order_page(order_status status, std::string after, std::uint32_t limit, bool newest_first)
      : status_(status), after_(std::move(after)), limit_(limit), newest_first_(newest_first) {}

  bool scans() const noexcept override { return true; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    v1::reply reply;
    auto& page = *reply.mutable_order_page();
    const auto prefix = status_ == order_status::none ? std::string(1, static_cast<char>(kind::order))
                                                      : status_index_prefix(status_);
    const page_request wanted{status_ == order_status::none ? table::state : table::index, prefix,
                              after_.empty() ? std::string{} : prefix + after_, newest_first_, limit_};
    const auto end = read_page(view, wanted, [&](std::string_view key, std::string_view) {
      return add(view, page, key.substr(prefix.size()));
    });
    if (!end)
      return end.error();
    page.set_more(end->more);
    return reply_body(reply);
  }

private:
  /// Its rows are as of the same epoch as the index row that led here: the order has that row's status.
  static result<std::size_t> add(shard_view& view, v1::order_page& page, std::string_view order_id) {
    const auto rows = view.rows(entity_of(kind::order, order_id));
    if (!rows)
      return rows.error();
    auto* added = page.add_orders();
    if (const auto filled = fill_order(*added, order_id, *rows); !filled)
      return filled.error();
    return added->ByteSizeLong();
  }

  order_status status_;
  std::string after_;
  std::uint32_t limit_;
  bool newest_first_;
};

class customer_orders final : public runtime::query {
public:
  customer_orders(std::string customer, std::string after, std::uint32_t limit)
      : customer_(std::move(customer)), after_(std::move(after)), limit_(limit) {}

  bool scans() const noexcept override { return true; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    v1::reply reply;
    auto& page = *reply.mutable_order_page();
    if (!after_.empty()) {
      const auto known = may_go_on(view);
      if (!known)
        return known.error();
      if (!*known)
        return invalid_field_body("after_order_id", order_id_text(after_), "an order of this customer");
    }
    auto next = first(view);
    while (next && !next->empty() && static_cast<std::uint32_t>(page.order_ids_size()) < limit_) {
      page.add_order_ids(*next);
      next = previous(view, *next);
    }
    if (!next)
      return next.error();
    page.set_more(!next->empty());
    return reply_body(reply);
  }

private:
  /// Whether `after` has a place in this customer's chain. Chains of customers of one shard lie in one index:
  /// behind an order of another customer theirs would be listed.
  result<bool> may_go_on(shard_view& view) const {
    const auto linked = link_of(view, after_);
    if (!linked)
      return linked.error();
    if (!*linked)
      return false;
    // An order whose id was made for its customer is in this shard too. One that is elsewhere (any id is
    // allowed) or damaged has a place all the same: whose it is cannot be seen from here.
    const auto rows = view.rows(entity_of(kind::order, after_));
    if (!rows || !rows->content)
      return true;
    const auto content = decode_order_content(*rows->content);
    return !content || content->customer == customer_;
  }

  /// The newest of the customer's orders, or the one before `after`; empty: none.
  result<std::string> first(shard_view& view) const {
    if (!after_.empty())
      return previous(view, after_);
    const auto rows = view.rows(entity_of(kind::account, customer_));
    if (!rows)
      return rows.error();
    if (!rows->state)
      return std::string{};
    const auto state = decode_account_state(*rows->state);
    if (!state)
      return state.error();
    return state->last_order.is_set() ? std::string{state->last_order.view()} : std::string{};
  }

  static result<std::string> previous(shard_view& view, std::string_view order_id) {
    auto linked = link_of(view, order_id);
    if (!linked)
      return linked.error();
    return std::move(*linked).value_or(std::string{});
  }

  /// What the chain has before an order (empty: it is the first); none when the order is in no chain here.
  /// One index row by a scan: a row whose key is the prefix comes before all that only start with it.
  static result<std::optional<std::string>> link_of(shard_view& view, std::string_view order_id) {
    const auto key = chain_index_key(order_id);
    std::optional<std::string> found;
    const auto scanned =
        view.scan(table::index, key, {}, false,
                  [&](std::string_view at, std::string_view value) -> result<runtime::state_reader::step> {
                    if (at == key)
                      found = value;
                    return runtime::state_reader::step::stop;
                  });
    if (!scanned)
      return scanned.error();
    return found;
  }

  std::string customer_;
  std::string after_;
  std::uint32_t limit_;
};

} // namespace

query_ptr order_page_query(order_status status, std::string after, std::uint32_t limit, bool newest_first) {
  return std::make_unique<const order_page>(status, std::move(after), limit, newest_first);
}

query_ptr customer_orders_query(std::string customer, std::string after, std::uint32_t limit) {
  return std::make_unique<const customer_orders>(std::move(customer), std::move(after), limit);
}

} // namespace orderd::actors

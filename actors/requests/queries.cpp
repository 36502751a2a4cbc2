// Single reads, and pages of items, accounts and quarantined entities. Pages of orders: order_queries.cpp.
// What operators ask of one entity: explain_query.cpp.
#include "actors/requests/queries.hpp"

#include "actors/entities/entity_ids.hpp"
#include "actors/public/page.hpp"
#include "actors/public/replies.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "actors/stored/codec.hpp"
#include "runtime/shard/stored_rows.hpp"

#include <utility>

namespace orderd::actors {

using runtime::result;
using runtime::shard_view;
using runtime::table;

namespace {

/// A query about one entity by its key: `Answer` makes the reply body from its rows.
template <class Answer>
class single_query final : public runtime::query {
public:
  single_query(kind which, std::string key, Answer answer)
      : which_(which), key_(std::move(key)), answer_(std::move(answer)) {}

  bool scans() const noexcept override { return false; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    const auto rows = view.rows(entity_of(which_, key_));
    if (!rows)
      return rows.error();
    if (!rows->state)
      return not_found();
    return answer_(key_, *rows, *this);
  }

  runtime::reply_body not_found() const {
    return rejection_body(rejection_code::not_found,
                          "there is no " + std::string{kind_name(which_)} + " with this key");
  }

private:
  kind which_;
  std::string key_;
  Answer answer_;
};

template <class Answer>
query_ptr make_single(kind which, std::string key, Answer answer) {
  return std::make_unique<const single_query<Answer>>(which, std::move(key), std::move(answer));
}

/// A page of all items or accounts, in the order of their keys.
template <class Page>
class state_page_query final : public runtime::query {
public:
  state_page_query(std::string after, std::uint32_t limit) : after_(std::move(after)), limit_(limit) {}

  bool scans() const noexcept override { return true; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    v1::reply reply;
    const std::string prefix(1, static_cast<char>(Page::which));
    const page_request page{table::state, prefix, after_.empty() ? std::string{} : prefix + after_, false,
                            limit_};
    const auto end = read_page(view, page, [&](std::string_view key, std::string_view value) {
      return Page::add(reply, key.substr(prefix.size()), value);
    });
    if (!end)
      return end.error();
    const std::string_view last = end->last;
    Page::end(reply, end->more, end->more ? last.substr(prefix.size()) : last);
    return reply_body(reply);
  }

private:
  std::string after_;
  std::uint32_t limit_;
};

struct stock_rows {
  static constexpr kind which = kind::item;
  static result<std::size_t> add(v1::reply& reply, std::string_view sku, std::string_view value) {
    const auto state = decode_item_state(value);
    if (!state)
      return state.error();
    auto* added = reply.mutable_stock_page()->add_items();
    fill(*added, sku, *state);
    return added->ByteSizeLong();
  }
  static void end(v1::reply& reply, bool more, std::string_view) {
    reply.mutable_stock_page()->set_more(more);
  }
};

struct account_rows {
  static constexpr kind which = kind::account;
  static result<std::size_t> add(v1::reply& reply, std::string_view customer, std::string_view value) {
    const auto state = decode_account_state(value);
    if (!state)
      return state.error();
    if (!state->is_open()) // A customer with orders, who has never had an account.
      return std::size_t{0};
    auto* added = reply.mutable_account_page()->add_accounts();
    fill(*added, customer, *state);
    return added->ByteSizeLong();
  }
  static void end(v1::reply& reply, bool more, std::string_view last) {
    auto& page = *reply.mutable_account_page();
    page.set_more(more);
    if (more)
      page.mutable_next_after()->assign(last);
  }
};

class quarantine_query final : public runtime::query {
public:
  quarantine_query(std::string after, std::uint32_t limit) : after_(std::move(after)), limit_(limit) {}

  bool scans() const noexcept override { return true; }

  result<runtime::reply_body> answer(shard_view& view) const override {
    v1::reply reply;
    auto& page = *reply.mutable_quarantine_page();
    const page_request wanted{table::quarantine, {}, after_, false, limit_};
    const auto end = read_page(view, wanted, [&](std::string_view key, std::string_view value) {
      return add(*page.add_entries(), key, value);
    });
    if (!end)
      return end.error();
    page.set_more(end->more);
    for (auto& entry : *page.mutable_entries())
      if (auto counted = count_parked(view, entry); !counted)
        return counted.error();
    return reply_body(reply);
  }

private:
  static result<std::size_t> add(v1::quarantined& to, std::string_view key, std::string_view value) {
    const auto entity = runtime::parse_entity_key(key);
    if (!entity)
      return entity.error();
    const auto why = runtime::parse_quarantine_value(value);
    if (!why)
      return why.error();
    to.mutable_kind()->assign(kind_name(static_cast<kind>(entity->kind())));
    to.set_key(readable_key(*entity));
    to.set_command(why->command_name);
    to.set_error(why->error);
    to.set_attempts(why->attempts);
    to.set_since_ms(why->since_at);
    to.mutable_cursor()->assign(key);
    return to.ByteSizeLong();
  }

  static result<void> count_parked(shard_view& view, v1::quarantined& entry) {
    // By the stored key: a kind that this version does not know has no readable one.
    const auto entity = runtime::parse_entity_key(entry.cursor());
    if (!entity)
      return entity.error();
    std::uint32_t parked = 0;
    auto scanned = view.scan(table::parked, runtime::parked_prefix(*entity), {}, false,
                             [&](std::string_view, std::string_view) {
                               ++parked;
                               return runtime::state_reader::step::next;
                             });
    entry.set_parked(parked);
    return scanned;
  }

  std::string after_;
  std::uint32_t limit_;
};

} // namespace

query_ptr get_order_query(std::string order_id) {
  return make_single(
      kind::order, std::move(order_id),
      [](const std::string& key, const runtime::snapshot& rows, const auto&) -> result<runtime::reply_body> {
        v1::reply reply;
        if (const auto filled = fill_order(*reply.mutable_order(), key, rows); !filled)
          return filled.error();
        return reply_body(reply);
      });
}

query_ptr get_stock_query(std::string sku) {
  return make_single(
      kind::item, std::move(sku),
      [](const std::string& key, const runtime::snapshot& rows, const auto&) -> result<runtime::reply_body> {
        const auto state = decode_item_state(*rows.state);
        if (!state)
          return state.error();
        return stock_item_body(key, *state);
      });
}

query_ptr get_account_query(std::string customer) {
  return make_single(kind::account, std::move(customer),
                     [](const std::string& key, const runtime::snapshot& rows,
                        const auto& self) -> result<runtime::reply_body> {
                       const auto state = decode_account_state(*rows.state);
                       if (!state)
                         return state.error();
                       return state->is_open() ? account_body(key, *state) : self.not_found();
                     });
}

query_ptr stock_page_query(std::string after, std::uint32_t limit) {
  return std::make_unique<const state_page_query<stock_rows>>(std::move(after), limit);
}

query_ptr account_page_query(std::string after, std::uint32_t limit) {
  return std::make_unique<const state_page_query<account_rows>>(std::move(after), limit);
}

query_ptr quarantine_page_query(std::string after, std::uint32_t limit) {
  return std::make_unique<const quarantine_query>(std::move(after), limit);
}

} // namespace orderd::actors

// Lists and pages.
#include "actors/entities/entity_ids.hpp"
#include "actors/rules/kinds.hpp"
#include "actors/rules/order_id.hpp"
#include "runtime/shard/stored_rows.hpp"
#include "tests/unit/actors/entities/mini_engine.hpp"
#include "tests/unit/actors/requests/requests.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace orderd::actors::test {

namespace {

struct list_request {
  v1::order_status status = v1::ORDER_STATUS_UNKNOWN;
  std::string customer = {};
  std::string after = {};
  std::uint32_t limit = 500;
  bool newest_first = false;
};

v1::order_page list(mini_engine& engine, const list_request& wanted) {
  v1::request request;
  auto* list = request.mutable_list_orders();
  list->set_status(wanted.status);
  list->set_customer(wanted.customer);
  list->set_after_order_id(wanted.after);
  list->set_limit(wanted.limit);
  list->set_newest_first(wanted.newest_first);
  return engine.ask(request).order_page();
}

std::vector<std::string> ids(const v1::order_page& page) {
  std::vector<std::string> all{page.order_ids().begin(), page.order_ids().end()};
  for (const auto& order : page.orders())
    all.push_back(order.order_id());
  return all;
}

/// Ten orders of ann, of which every third asks for what there is not.
mini_engine ten_orders() {
  mini_engine engine{{}};
  engine.ask(stock("tea", 100, 1));
  engine.ask(account("ann", 100'000, 2));
  for (std::uint64_t n = 1; n <= 10; ++n)
    engine.ask(
        place(id_of(n, "ann"), "ann", n % 2 == 0 ? v1::ACCOUNT : v1::CARD, {{n % 3 == 0 ? "gone" : "tea"}}));
  return engine;
}

std::vector<std::string> expected(std::initializer_list<std::uint64_t> numbers) {
  std::vector<std::string> all;
  for (const auto n : numbers)
    all.push_back(id_of(n, "ann"));
  return all;
}

} // namespace

TEST(Queries, ListOrdersByStatus) {
  auto engine = ten_orders();
  EXPECT_EQ(ids(list(engine, {.status = v1::REJECTED})), expected({3, 6, 9}));
  EXPECT_EQ(ids(list(engine, {.status = v1::REJECTED, .newest_first = true})), expected({9, 6, 3}));
  EXPECT_TRUE(ids(list(engine, {.status = v1::RESERVING})).empty());
}

TEST(Queries, PageThroughAllOrders) {
  auto engine = ten_orders();
  const auto first = list(engine, {.limit = 6});
  EXPECT_EQ(ids(first), expected({1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(first.more());
  const auto rest = list(engine, {.after = id_of(6, "ann"), .limit = 6});
  EXPECT_EQ(ids(rest), expected({7, 8, 9, 10}));
  EXPECT_FALSE(rest.more());
  EXPECT_FALSE(list(engine, {.limit = 10}).more()) << "exactly what there is";
}

TEST(Queries, PageBackwardsFromTheNewest) {
  auto engine = ten_orders();
  EXPECT_EQ(ids(list(engine, {.limit = 3, .newest_first = true})), expected({10, 9, 8}));
  EXPECT_EQ(ids(list(engine, {.after = id_of(8, "ann"), .limit = 3, .newest_first = true})),
            expected({7, 6, 5}));
}

TEST(Queries, ListACustomersOrdersNewestFirst) {
  auto engine = ten_orders();
  engine.ask(place(id_of(50, "bob"), "bob", v1::CARD, {{"tea"}}));
  const auto all = list(engine, {.customer = "ann"});
  EXPECT_EQ(ids(all), expected({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_FALSE(all.more());
  const auto page = list(engine, {.customer = "ann", .after = id_of(9, "ann"), .limit = 3});
  EXPECT_EQ(ids(page), expected({8, 7, 6}));
  EXPECT_TRUE(page.more());
  EXPECT_TRUE(ids(list(engine, {.customer = "an"})).empty()) << "a name that only begins like another";
  EXPECT_TRUE(ids(list(engine, {.customer = "nobody"})).empty());
}

TEST(Queries, RefuseToGoOnBehindAnOrderThatIsNoneOfTheCustomers) {
  auto engine = ten_orders();
  engine.ask(account("bea", 100'000, 3));
  engine.ask(place(id_of(77, "bea"), "bea", v1::ACCOUNT, {{"tea"}}));
  v1::request request;
  auto& list = *request.mutable_list_orders();
  list.set_customer("ann");
  list.set_limit(3);
  for (const auto& after : {id_of(99, "ann"), id_of(77, "bea")}) {
    list.set_after_order_id(after);
    const auto why = engine.ask(request).rejection();
    EXPECT_EQ(why.code(), v1::rejection::INVALID_FIELD);
    EXPECT_EQ(why.field(), "after_order_id");
    EXPECT_EQ(why.value(), order_id_text(after));
  }
  list.set_after_order_id(id_of(1, "ann")); // the oldest: the end of the list, and no mistake
  const auto end = engine.ask(request);
  EXPECT_TRUE(end.has_order_page());
  EXPECT_EQ(end.order_page().order_ids_size(), 0);
}

TEST(Queries, EndAPageBeforeAFrameIsFull) {
  mini_engine engine{{}};
  const std::vector<line> many(2'000, line{std::string(40, 's'), 1'000'000, 1'000'000});
  for (std::uint64_t n = 1; n <= 20; ++n)
    engine.ask(place(id_of(n), "", v1::CARD, many));
  const auto page = list(engine, {});
  EXPECT_LT(page.orders_size(), 20);
  EXPECT_GT(page.orders_size(), 1);
  EXPECT_TRUE(page.more());
  EXPECT_LT(page.ByteSizeLong(), std::size_t{1} << 20);
}

TEST(Queries, ListStockAndAccountsByKey) {
  mini_engine engine{{}};
  for (std::uint64_t n = 1; n <= 5; ++n)
    engine.ask(stock("sku-" + std::to_string(n), static_cast<std::int64_t>(n), n));
  engine.ask(account("ann", 7, 1));
  engine.ask(place(id_of(1, "zoe"), "zoe", v1::CARD, {{"sku-5"}})); // zoe has a chain and no account
  v1::request request;
  request.mutable_list_stock()->set_limit(2);
  request.mutable_list_stock()->set_after_sku("sku-2");
  const auto page = engine.ask(request).stock_page();
  ASSERT_EQ(page.items_size(), 2);
  EXPECT_EQ(page.items(0).sku(), "sku-3");
  EXPECT_EQ(page.items(1).on_hand(), 4);
  EXPECT_TRUE(page.more());
  request.mutable_list_accounts()->set_limit(2);
  const auto accounts = engine.ask(request).account_page();
  ASSERT_EQ(accounts.accounts_size(), 1);
  EXPECT_EQ(accounts.accounts(0).customer(), "ann");
  EXPECT_EQ(accounts.accounts(0).credit_limit_minor(), 7);
  EXPECT_FALSE(accounts.more());
  request.mutable_list_accounts()->set_after_customer("zoe");
  EXPECT_TRUE(engine.ask(request).has_account_page()) << "an empty page is a page";
}

TEST(Queries, ReadNoMoreCustomersThanTheLimitWithAnAccountOrWithout) {
  mini_engine engine{{}};
  engine.ask(stock("tea", 10, 1));
  engine.ask(account("dan", 7, 1));
  std::uint64_t n = 0;
  for (const auto* without : {"ann", "bea", "cid"})
    engine.ask(place(id_of(++n, without), without, v1::CARD, {{"tea"}}));
  v1::request request;
  request.mutable_list_accounts()->set_limit(2);
  const auto first = engine.ask(request).account_page();
  EXPECT_EQ(first.accounts_size(), 0);
  EXPECT_TRUE(first.more());
  EXPECT_EQ(first.next_after(), "bea");
  request.mutable_list_accounts()->set_after_customer(first.next_after());
  const auto second = engine.ask(request).account_page();
  ASSERT_EQ(second.accounts_size(), 1);
  EXPECT_EQ(second.accounts(0).customer(), "dan");
  EXPECT_FALSE(second.more());
}

TEST(Queries, ListTheQuarantinedAndWhatWaitsBehindThem) {
  mini_engine engine{{}};
  const auto sick = entity_of(kind::order, id_of(3));
  engine.rows().put(runtime::quarantine_row_key(sick),
                    runtime::encode(runtime::quarantine_entry{"reserve_answer", "it hurts", 4, 123}));
  for (std::uint64_t n = 1; n <= 2; ++n)
    engine.rows().put(runtime::to_row(runtime::parked_key{sick, n}), runtime::parked_value("bytes"));
  engine.rows().put(runtime::to_row(runtime::parked_key{entity_of(kind::item, "tea"), 1}),
                    runtime::parked_value("bytes"));
  v1::request request;
  request.mutable_list_quarantine();
  const auto page = engine.ask(request).quarantine_page();
  ASSERT_EQ(page.entries_size(), 1);
  const auto& entry = page.entries(0);
  EXPECT_EQ(entry.kind(), "order");
  EXPECT_EQ(entry.key(), order_id_text(id_of(3)));
  EXPECT_EQ(entry.command(), "reserve_answer");
  EXPECT_EQ(entry.error(), "it hurts");
  EXPECT_EQ(entry.attempts(), 4u);
  EXPECT_EQ(entry.since_ms(), 123);
  EXPECT_EQ(entry.parked(), 2u);
  EXPECT_FALSE(page.more());
}

TEST(Queries, PageThroughTheQuarantined) {
  mini_engine engine{{}};
  for (const auto* sku : {"tea", "coffee", "milk"})
    engine.rows().put(runtime::quarantine_row_key(entity_of(kind::item, sku)),
                      runtime::encode(runtime::quarantine_entry{"reserve", "it hurts", 4, 123}));
  v1::request request;
  auto& list = *request.mutable_list_quarantine();
  list.set_limit(2);
  const auto first = engine.ask(request).quarantine_page();
  ASSERT_EQ(first.entries_size(), 2);
  EXPECT_TRUE(first.more());
  list.set_after(first.entries(1).cursor());
  const auto second = engine.ask(request).quarantine_page();
  ASSERT_EQ(second.entries_size(), 1);
  EXPECT_FALSE(second.more());
  EXPECT_EQ(first.entries(0).key() + first.entries(1).key() + second.entries(0).key(), "teamilkcoffee");
  list.set_after("no cursor");
  EXPECT_EQ(engine.ask(request).rejection().field(), "after");
}

} // namespace orderd::actors::test

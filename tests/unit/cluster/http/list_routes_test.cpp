// Lists over HTTP: pages of all shards, merged, and what goes on from where.
#include "actors/rules/order_id.hpp"
#include "tests/unit/cluster/http/door_bench.hpp"

#include <map>

namespace orderd::cluster {
namespace {

/// Orders with ids that grow with `number`, spread over two shards.
std::string id_of(int number) {
  return actors::make_order_id({}, 1'700'000'000'000 + number, static_cast<std::uint64_t>(number));
}

/// A cluster with so many orders; every third one has the reference "r".
v1::reply order_page(const question& asked, int orders) {
  v1::reply out;
  const auto& list = asked.what->list_orders();
  auto& page = *out.mutable_order_page();
  for (int number = orders - 1; number >= 0; --number) {
    const auto id = id_of(number);
    if (static_cast<std::uint32_t>(number % 2) != list.shard()
        || (!list.after_order_id().empty() && id >= list.after_order_id()))
      continue;
    if (static_cast<std::uint32_t>(page.orders_size()) == list.limit()) {
      page.set_more(true);
      break;
    }
    auto& order = *page.add_orders();
    order.set_order_id(id);
    order.set_reference(number % 3 == 0 ? "r" : "");
    order.set_status(v1::CONFIRMED);
  }
  return out;
}

std::vector<std::string> read_all(door_bench& bench, const std::string& query, std::size_t pages_max) {
  std::vector<std::string> ids;
  std::string cursor;
  for (std::size_t pages = 0; pages < pages_max; ++pages) {
    const auto got = body_of(bench.get(query + (cursor.empty() ? "" : "&cursor=" + cursor)));
    for (const auto& item : got["items"])
      ids.push_back(item["order_id"]);
    if (got["next"].is_null())
      return ids;
    cursor = got["next"];
  }
  ADD_FAILURE() << "more than " << pages_max << " pages";
  return ids;
}

TEST(ListRoutes, PageThroughAllOrdersNewestFirst) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) { return order_page(asked, 25); };
  const auto ids = read_all(bench, "/v1/orders?limit=4", 7);
  ASSERT_EQ(ids.size(), 25u);
  for (int i = 0; i < 25; ++i)
    EXPECT_EQ(ids[static_cast<std::size_t>(i)], actors::order_id_text(id_of(24 - i)));
}

TEST(ListRoutes, LookThroughABoundedNumberForAReference) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) { return order_page(asked, 25'000); };
  const auto got = body_of(bench.get("/v1/orders?reference=none"));
  EXPECT_EQ(got["items"].size(), 0u);
  EXPECT_GE(got["looked_through"], 10'000);
  EXPECT_LE(got["looked_through"], 11'000);
  EXPECT_FALSE(got["next"].is_null());
  EXPECT_EQ(read_all(bench, "/v1/orders?reference=r&limit=500", 30).size(), 8'334u);
}

TEST(ListRoutes, GetTheOrdersOfACustomerOneByOne) {
  door_bench bench;
  const auto damaged = id_of(3);
  bench.cluster->answer = [&](const question& asked) {
    if (asked.what->has_list_orders()) {
      v1::reply out;
      EXPECT_EQ(asked.what->list_orders().customer(), "alice");
      for (int number = 39; number >= 0; --number)
        if (const auto& after = asked.what->list_orders().after_order_id();
            after.empty() || id_of(number) < after) {
          if (static_cast<std::uint32_t>(out.order_page().order_ids_size())
              == asked.what->list_orders().limit()) {
            out.mutable_order_page()->set_more(true);
            break;
          }
          out.mutable_order_page()->add_order_ids(id_of(number));
        }
      return out;
    }
    if (asked.what->get_order().order_id() == damaged)
      return fault_reply(v1::fault::CORRUPT);
    v1::reply out;
    out.mutable_order()->set_order_id(asked.what->get_order().order_id());
    return out;
  };
  EXPECT_EQ(read_all(bench, "/v1/orders?customer=alice&limit=7", 7).size(), 39u);
  const auto all = body_of(bench.get("/v1/orders?customer=alice&limit=50"));
  EXPECT_EQ(all["damaged"][0]["order_id"], actors::order_id_text(damaged));
  EXPECT_EQ(all["damaged"][0]["error"]["code"], "corrupt");
  bench.cluster->answer = [](const question&) { return fault_reply(v1::fault::UNAVAILABLE); };
  EXPECT_EQ(bench.get("/v1/orders?customer=alice").status, 503);
}

TEST(ListRoutes, MergeStockAccountsAndQuarantine) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) {
    v1::reply out;
    if (asked.what->has_list_stock()) {
      EXPECT_EQ(asked.what->list_stock().after_sku(), "");
      out.mutable_stock_page()->add_items()->set_sku(asked.what->list_stock().shard() == 0 ? "B" : "A");
    } else if (asked.what->has_list_accounts()) {
      auto& page = *out.mutable_account_page();
      page.set_more(asked.what->list_accounts().shard() == 0);
      page.set_next_after("carol");
      page.add_accounts()->set_customer(asked.what->list_accounts().shard() == 0 ? "bob" : "dave");
    } else {
      auto& entry = *out.mutable_quarantine_page()->add_entries();
      entry.set_kind("item");
      entry.set_key("A");
      entry.set_cursor(asked.what->list_quarantine().shard() == 0 ? "2" : "1");
    }
    return out;
  };
  const auto stock = body_of(bench.get("/v1/stock"));
  EXPECT_EQ(stock["items"][0]["sku"], "A");
  EXPECT_EQ(stock["items"][1]["sku"], "B");
  EXPECT_TRUE(stock["next"].is_null());
  const auto accounts = body_of(bench.get("/v1/accounts"));
  EXPECT_EQ(accounts["items"].size(), 1u) << "dave may come after others of the first shard";
  EXPECT_FALSE(accounts["next"].is_null());
  EXPECT_EQ(body_of(bench.get("/v1/quarantine"))["items"].size(), 2u);
}

TEST(ListRoutes, RefuseWhatIsNoPlaceInTheList) {
  door_bench bench;
  for (const auto* bad :
       {"/v1/orders?limit=0", "/v1/orders?limit=501", "/v1/orders?limit=x", "/v1/orders?cursor=x",
        "/v1/stock?cursor=b0E", "/v1/orders?status=open", "/v1/orders?cursor=b0E"})
    EXPECT_EQ(bench.get(bad).status, 400) << bad;
  EXPECT_TRUE(bench.cluster->asked.empty());
  bench.cluster->shard_count = 0;
  EXPECT_EQ(bench.get("/v1/stock").status, 503);
}

TEST(ListRoutes, FailAsAWholeWhenOneShardDoesNotAnswer) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) {
    if (asked.what->list_stock().shard() == 1)
      return fault_reply(v1::fault::UNAVAILABLE, 500);
    v1::reply out;
    out.mutable_stock_page();
    return out;
  };
  const auto got = bench.get("/v1/stock");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(header_of(got, "Retry-After"), "1");
}

} // namespace
} // namespace orderd::cluster

#include "cluster/orderctl/ctl_pages.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using shard_rows = std::vector<std::vector<std::string>>;

/// A node whose shards hold these SKUs; its pages are of two rows.
class CtlPages : public testing::Test {
protected:
  void hold(shard_rows rows, bool descending) {
    rows_ = std::move(rows);
    descending_ = descending;
    for (auto& shard : rows_)
      std::sort(shard.begin(), shard.end(), [this](const auto& a, const auto& b) { return before(a, b); });
    node_.answer = [this](const v1::request& what) { return answer(what.list_stock()); };
  }

  std::vector<std::string> read(const std::string& after = {}) {
    merged_pages<v1::stock_item> pages{
        node_,
        static_cast<std::uint32_t>(rows_.size()),
        after,
        descending_,
        [](std::uint32_t shard, const std::string& behind) {
          v1::request what;
          what.mutable_list_stock()->set_shard(shard);
          what.mutable_list_stock()->set_after_sku(behind);
          return what;
        },
        [](v1::reply& reply) -> std::optional<page<v1::stock_item>> {
          if (!reply.has_stock_page())
            return std::nullopt;
          const auto& items = reply.stock_page().items();
          return page<v1::stock_item>{{items.begin(), items.end()}, reply.stock_page().more()};
        },
        [](const v1::stock_item& item) -> const std::string& { return item.sku(); }};
    std::vector<std::string> skus;
    while (const auto item = pages.next())
      skus.push_back(item->sku());
    refused_ = pages.refused();
    return skus;
  }

  fake_node node_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::optional<std::uint32_t> broken_shard_;
  std::optional<v1::reply> refused_;

private:
  bool before(const std::string& a, const std::string& b) const { return descending_ ? b < a : a < b; }

  v1::reply answer(const v1::list_stock& list) {
    if (broken_shard_ == list.shard())
      return failed_with(v1::fault::UNAVAILABLE, "no");
    v1::reply reply;
    auto& stock = *reply.mutable_stock_page();
    for (const auto& sku : rows_[list.shard()]) {
      if (!list.after_sku().empty() && !before(list.after_sku(), sku))
        continue;
      if (stock.items_size() == 2) {
        stock.set_more(true);
        break;
      }
      stock.add_items()->set_sku(sku);
    }
    return reply;
  }

  shard_rows rows_;
  bool descending_ = false;
};

TEST_F(CtlPages, MergesTheShardsInTheOrderOfTheKeys) {
  hold({{"A", "C", "E", "G", "H"}, {"B"}, {}, {"D", "F", "I"}}, false);
  EXPECT_EQ(read(), (std::vector<std::string>{"A", "B", "C", "D", "E", "F", "G", "H", "I"}));
  EXPECT_FALSE(refused_);
}

TEST_F(CtlPages, MergesDescendingPagesToo) {
  hold({{"A", "C", "E"}, {"B", "D"}}, true);
  EXPECT_EQ(read(), (std::vector<std::string>{"E", "D", "C", "B", "A"}));
  EXPECT_EQ(read("D"), (std::vector<std::string>{"C", "B", "A"}));
}

TEST_F(CtlPages, BeginsBehindAKeyThatLivesInOneShardOnly) {
  hold({{"A", "C", "E"}, {"B", "D"}}, false);
  EXPECT_EQ(read("B"), (std::vector<std::string>{"C", "D", "E"}));
}

TEST_F(CtlPages, GoesOnBehindAPageWithoutRows) {
  node_.answer = [](const v1::request& what) {
    v1::reply reply;
    auto& page = *reply.mutable_account_page();
    const auto& after = what.list_accounts().after_customer();
    if (after.empty() || after == "A") {
      page.set_more(true);
      page.set_next_after(after.empty() ? "A" : "B");
    } else {
      page.add_accounts()->set_customer(after + "C");
    }
    return reply;
  };
  ctl_context context{node_, out_, err_, true, false, [] { return 0; }, [] { return 0; }};
  EXPECT_EQ(run(export_options{export_what::accounts}, context), exit_ok);
  EXPECT_EQ(json::parse(out_.str())["customer"], "BC");
}

TEST_F(CtlPages, EndsWithTheRefusalOfAShard) {
  hold({{"A", "C"}, {"B"}}, false);
  broken_shard_ = 1;
  EXPECT_TRUE(read().empty());
  ASSERT_TRUE(refused_);
  EXPECT_EQ(refused_->fault().code(), v1::fault::UNAVAILABLE);
}

} // namespace
} // namespace orderd::cluster

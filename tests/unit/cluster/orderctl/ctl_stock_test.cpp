#include "cluster/orderctl/ctl_commands.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::cluster {
namespace {

class CtlStock : public testing::Test, protected ctl_fixture {};

TEST_F(CtlStock, LoadsStockAsAnImportReadsAndSaysWhichValueIsWrong) {
  const test::temporary_folder folder;
  const auto file = folder / "stock.csv";
  std::ofstream{file} << "\xEF\xBB\xBF\"On Hand\",\"Text\",\"SKU\"\r\n 5 ,\"two\nlines\", A \r\n";
  v1::reply reply;
  reply.mutable_stock_item()->set_sku("A");
  node.answer = [reply](const v1::request&) { return reply; };
  EXPECT_EQ(run(stock_load_options{file}, context), exit_ok);
  ASSERT_EQ(node.seen.size(), 1U);
  EXPECT_EQ(node.seen[0].set_stock().sku(), "A");
  EXPECT_EQ(node.seen[0].set_stock().on_hand(), 5);
  EXPECT_NE(err.str().find("2 cells had blanks around them"), std::string::npos);
  std::ofstream{file} << "sku,on_hand\nA,1\nB,x\n";
  EXPECT_EQ(run(stock_load_options{file}, context), exit_usage);
  EXPECT_NE(err.str().find(file + ", line 3: on_hand 'x' has to be a whole number from 0 to 1000000000\n"),
            std::string::npos)
      << err.str();
}

TEST_F(CtlStock, ShowsAKeyOfAnEarlierVersionEscapedAndAsValidJson) {
  v1::reply reply;
  reply.mutable_stock_item()->set_sku("A\x1b[2J\n");
  node.answer = [reply](const v1::request&) { return reply; };
  EXPECT_EQ(run(stock_get_options{"A\x1b[2J\n"}, context), exit_ok);
  EXPECT_TRUE(out.str().starts_with("A\\u{001B}[2J\\u{000A}: ")) << out.str();
  out.str({});
  print_line({{"file", "caf\xe9.csv"}}, context);
  EXPECT_EQ(printed()["file"], "caf\xEF\xBF\xBD.csv") << "a name that is no UTF-8 ends nothing";
}

TEST_F(CtlStock, TakesNoKeyThatBreaksTheRuleFromAFileOrACommandLine) {
  const test::temporary_folder folder;
  const auto file = folder / "stock.csv";
  std::ofstream{file} << "sku,on_hand\nA\x1b,1\n";
  EXPECT_EQ(run(stock_load_options{file}, context), exit_usage);
  EXPECT_NE(err.str().find("line 2: sku 'A\\u{001B}' has to be UTF-8 in NFC"), std::string::npos)
      << err.str();
  EXPECT_FALSE(parse_arguments({"stock", "set", "A ", "1"}).what);
  EXPECT_TRUE(parse_arguments({"stock", "get", "A "}).what) << "one of an earlier version can be looked at";
  EXPECT_FALSE(parse_arguments({"place", "A=1@1", "--reference", "a\nb"}).what);
  EXPECT_FALSE(parse_arguments({"place", "A\u200b=1@1"}).what);
}

/// A page of the keys "A" to "D" that fall to a shard (A and C to the first), behind `after`.
std::vector<std::string> keys_behind(std::uint32_t shard, const std::string& after) {
  std::vector<std::string> keys;
  for (const char first : {'A', 'B', 'C', 'D'})
    if (const std::string key(1, first); static_cast<std::uint32_t>(first - 'A') % 2 == shard && key > after)
      keys.push_back(key);
  return keys;
}

TEST_F(CtlStock, ListsTheStockOfAllShardsByKeyAndSaysWhereToGoOn) {
  node.shard_count = 2;
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    if (what.has_get_stock()) {
      reply.mutable_stock_item()->set_sku(what.get_stock().sku());
      return reply;
    }
    auto& page = *reply.mutable_stock_page();
    for (const auto& sku : keys_behind(what.list_stock().shard(), what.list_stock().after_sku()))
      page.add_items()->set_sku(sku);
    return reply;
  };
  EXPECT_EQ(run(stock_list_options{{3, {}}}, context), exit_ok);
  EXPECT_EQ(node.seen.at(0).list_stock().limit(), 4U) << "no more is asked for than is shown";
  EXPECT_EQ(out.str(), "sku  on hand  reserved  available\n"
                       "A          0         0          0\n"
                       "B          0         0          0\n"
                       "C          0         0          0\n"
                       "there are more: --after C\n");
  out.str({});
  context.json = true;
  EXPECT_EQ(run(stock_list_options{{3, "C"}}, context), exit_ok);
  EXPECT_EQ(printed()["items"].size(), 1U);
  EXPECT_EQ(printed()["items"][0]["sku"], "D");
  EXPECT_TRUE(printed()["after"].is_null());
}

TEST_F(CtlStock, ListsAccountsOverPagesThatHoldNone) {
  node.answer = [](const v1::request& what) {
    v1::reply reply;
    auto& page = *reply.mutable_account_page();
    if (what.list_accounts().after_customer().empty()) {
      page.set_more(true);
      page.set_next_after("Z");
    } else {
      auto& account = *page.add_accounts();
      account.set_customer("Z1");
      account.set_currency("GBP");
      account.set_credit_limit_minor(500000);
      account.set_held_minor(1530);
    }
    return reply;
  };
  EXPECT_EQ(run(account_list_options{}, context), exit_ok);
  EXPECT_EQ(out.str(), "customer        limit       held  captured\n"
                       "Z1        5000.00 GBP  15.30 GBP  0.00 GBP\n");
}

TEST_F(CtlStock, SaysThatThereIsNothingToListAndWhyItCannot) {
  node.answer = [](const v1::request&) {
    v1::reply reply;
    reply.mutable_stock_page();
    return reply;
  };
  EXPECT_EQ(run(stock_list_options{}, context), exit_ok);
  EXPECT_EQ(out.str(), "no items\n");
  EXPECT_EQ(run(account_list_options{}, context), exit_fault) << "an answer of another kind";
}

} // namespace
} // namespace orderd::cluster

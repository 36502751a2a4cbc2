#include "cluster/ctl_commands.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/fake_node.hpp"

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

} // namespace
} // namespace orderd::cluster

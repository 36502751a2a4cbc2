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
  EXPECT_NE(err.str().find("2 cells have blanks around them"), std::string::npos);
  std::ofstream{file} << "sku,on_hand\nA,1\nB,x\n";
  EXPECT_EQ(run(stock_load_options{file}, context), exit_usage);
  EXPECT_NE(err.str().find(file + ", line 3: on_hand 'x' has to be a whole number from 0 to 1000000000\n"),
            std::string::npos)
      << err.str();
}

} // namespace
} // namespace orderd::cluster

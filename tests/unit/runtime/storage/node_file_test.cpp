// node.json: what is written comes back, files of before clusters are read, and others are refused.
#include "runtime/storage/node_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace orderd::runtime {
namespace {

class NodeFile : public testing::Test {
protected:
  result<std::optional<node_file>> parsed(const std::string& text) {
    std::ofstream{path_} << text;
    return read_node_file(path_);
  }

  test::temporary_folder folder_;
  std::string path_ = folder_ / "node.json";
};

TEST_F(NodeFile, ComesBackAsItWasWritten) {
  auto written = new_node_file(7);
  written.complete = true;
  written.incarnation = 3;
  written.boot = 1'000'000'000'000;
  written.cluster = "c0ffee";
  ASSERT_TRUE(write_node_file(path_, written));
  const auto read = read_node_file(path_);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->node_id, written.node_id);
  EXPECT_EQ((*read)->shards, 7u);
  EXPECT_TRUE((*read)->complete);
  EXPECT_EQ((*read)->incarnation, 3u);
  EXPECT_EQ((*read)->boot, 1'000'000'000'000u);
  EXPECT_EQ((*read)->cluster, "c0ffee");
}

TEST_F(NodeFile, RemembersWhoseItIsAndWhatIsUnderWay) {
  auto written = new_node_file(7);
  written.node = 5;
  written.pending = true;
  written.distrusted = "its rows \xff are wrong";
  written.setting_aside = "0003";
  written.taking_back = "0001";
  ASSERT_TRUE(write_node_file(path_, written));
  const auto read = read_node_file(path_);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->node, 5u);
  EXPECT_TRUE((*read)->pending);
  EXPECT_NE((*read)->distrusted.find("are wrong"), std::string::npos);
  EXPECT_EQ((*read)->setting_aside, "0003");
  EXPECT_EQ((*read)->taking_back, "0001");
}

TEST_F(NodeFile, ReadsAFileOfBeforeClusters) {
  const auto read = parsed(R"({"format": 1, "node_id": "ab", "shards": 4, "complete": true})");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->incarnation, 1u);
  EXPECT_EQ((*read)->boot, 0u);
  EXPECT_EQ((*read)->cluster, "");
  EXPECT_EQ((*read)->node, std::nullopt);
  EXPECT_FALSE((*read)->pending);
}

TEST_F(NodeFile, RefusesAFieldOfTheWrongType) {
  for (const auto* field : {R"("incarnation": -1)", R"("boot": "2")", R"("cluster": 5)", R"("boot": null)",
                            R"("node": "1")", R"("pending": 1)", R"("distrusted": 2)"}) {
    const auto read = parsed(R"({"format": 1, "node_id": "ab", "shards": 4, "complete": true, )"
                             + std::string{field} + "}");
    ASSERT_FALSE(read) << field;
    EXPECT_EQ(read.error().code, fault_code::corrupt);
  }
}

} // namespace
} // namespace orderd::runtime

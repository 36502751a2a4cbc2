// Disks that were given up: none is overwritten, none is lost by a crash, each can be taken back.
#include "cluster/start/given_up.hpp"

#include "runtime/lmdb/lmdb_storage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace orderd::cluster {
namespace {

namespace files = std::filesystem;

struct GivenUp : testing::Test {
  test::temporary_folder folder;
  const std::string data = folder.path() + "/data";

  /// A disk by a name that tells it from others.
  static runtime::node_file disk(const std::string& name) {
    auto out = runtime::new_node_file(1);
    out.node_id = name;
    out.cluster = "c";
    return out;
  }

  void put(const std::string& name) const {
    files::create_directories(data + "/journal");
    std::ofstream{data + "/journal/data.mdb"} << name;
    ASSERT_TRUE(runtime::write_node_file(data + "/node.json", disk(name)));
  }

  static std::string content(const std::string& path) {
    std::ifstream file{path};
    std::string out;
    file >> out;
    return out;
  }

  std::string here() const { return content(data + "/journal/data.mdb"); }
  std::string kept(const std::string& name) const {
    return content(data + "/given-up/" + name + "/journal/data.mdb");
  }
};

TEST_F(GivenUp, GetsANumberOfItsOwnEachTime) {
  for (const auto* name : {"first", "second", "third"}) {
    put(name);
    ASSERT_TRUE(set_aside(data, disk("next"), "it is a test"));
    EXPECT_FALSE(files::exists(data + "/journal"));
  }
  EXPECT_EQ(kept("0001"), "first");
  EXPECT_EQ(kept("0002"), "second");
  EXPECT_EQ(kept("0003"), "third");
  const auto listed = list_given_up(data);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 3u);
  EXPECT_EQ(listed->front().why, "it is a test");
  EXPECT_EQ(listed->front().file->node_id, "first");
  EXPECT_TRUE(listed->front().there);
}

TEST_F(GivenUp, IsKeptBesideWhatAnEarlierVersionKeptWithoutANumber) {
  put("old");
  files::create_directories(data + "/given-up");
  files::rename(data + "/journal", data + "/given-up/journal");
  files::rename(data + "/node.json", data + "/given-up/node.json");
  put("new");
  ASSERT_TRUE(set_aside(data, disk("next"), ""));
  EXPECT_EQ(content(data + "/given-up/journal/data.mdb"), "old");
  EXPECT_EQ(kept("0001"), "new");
  const auto listed = list_given_up(data);
  ASSERT_TRUE(listed && listed->size() == 2);
  EXPECT_EQ(listed->front().name, unnumbered);
  ASSERT_TRUE(take_back(data, unnumbered));
  EXPECT_EQ(here(), "old");
  EXPECT_EQ(kept("0001"), "new");
}

TEST_F(GivenUp, IsTakenBackInExchangeForWhatIsThere) {
  put("first");
  ASSERT_TRUE(set_aside(data, disk("next"), ""));
  put("second");
  ASSERT_TRUE(take_back(data, "0001"));
  EXPECT_EQ(here(), "first");
  EXPECT_EQ((*runtime::read_node_file(data + "/node.json"))->node_id, "first");
  EXPECT_EQ(kept("0002"), "second");
  EXPECT_FALSE((*list_given_up(data))[0].there);
  ASSERT_TRUE(take_back(data, "0002"));
  EXPECT_EQ(here(), "second");
  EXPECT_EQ(kept("0003"), "first");
}

TEST_F(GivenUp, IsRefusedWhenThereIsNoneOfThatName) {
  put("first");
  const auto refused = take_back(data, "0001");
  ASSERT_FALSE(refused);
  EXPECT_EQ(runtime::fault_code::malformed, refused.error().code);
  EXPECT_EQ(here(), "first");
}

TEST_F(GivenUp, IsWholeAfterACrashAtAnyStep) {
  // What a crash leaves: node.json says what was begun, and some of the parts have moved.
  put("first");
  files::create_directories(data + "/shards");
  std::ofstream{data + "/shards/x"} << "first";
  files::create_directories(data + "/given-up/0001/journal");
  files::rename(data + "/journal/data.mdb", data + "/given-up/0001/journal/data.mdb");
  files::remove(data + "/journal");
  auto next = disk("next");
  next.setting_aside = "0001";
  ASSERT_TRUE(runtime::write_node_file(data + "/node.json", next));
  ASSERT_TRUE(finish_moves(data));
  EXPECT_EQ(kept("0001"), "first");
  EXPECT_EQ(content(data + "/given-up/0001/shards/x"), "first");
  EXPECT_EQ((*runtime::read_node_file(data + "/node.json"))->setting_aside, "");
  // And on the way back.
  files::create_directories(data + "/journal");
  files::rename(data + "/given-up/0001/journal/data.mdb", data + "/journal/data.mdb");
  files::remove(data + "/given-up/0001/journal");
  next = disk("first");
  next.taking_back = "0001";
  ASSERT_TRUE(runtime::write_node_file(data + "/node.json", next));
  ASSERT_TRUE(finish_moves(data));
  EXPECT_EQ(here(), "first");
  EXPECT_EQ(content(data + "/shards/x"), "first");
}

/// The exchange was interrupted: node.json is of the disk that comes back, the parts are of the one before.
TEST_F(GivenUp, IsTakenBackOnlyAfterWhatWasBegunBefore) {
  put("first");
  ASSERT_TRUE(set_aside(data, disk("second"), ""));
  put("second");
  files::create_directories(data + "/given-up/0002");
  ASSERT_TRUE(runtime::write_node_file(data + "/given-up/0002/node.json", disk("second")));
  auto begun = disk("first");
  begun.taking_back = "0001";
  begun.setting_aside = "0002";
  ASSERT_TRUE(runtime::write_node_file(data + "/node.json", begun));
  ASSERT_TRUE(take_back(data, "0002"));
  EXPECT_EQ(here(), "second");
  EXPECT_EQ((*runtime::read_node_file(data + "/node.json"))->node_id, "second");
  EXPECT_EQ(kept("0003"), "first");
  EXPECT_EQ((*runtime::read_node_file(data + "/given-up/0003/node.json"))->node_id, "first");
}

TEST_F(GivenUp, IsNeverMovedOverSomethingElse) {
  put("first");
  files::create_directories(data + "/given-up/0001/journal");
  std::ofstream{data + "/given-up/0001/journal/data.mdb"} << "other";
  auto next = disk("next");
  next.setting_aside = "0001";
  ASSERT_TRUE(runtime::write_node_file(data + "/node.json", next));
  EXPECT_FALSE(finish_moves(data));
  EXPECT_EQ(here(), "first");
  EXPECT_EQ(kept("0001"), "other");
}

TEST_F(GivenUp, SaysWhatIsOnADisk) {
  ASSERT_TRUE(runtime::open_storage(data, 2));
  const auto found = inspect_disk(data);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  EXPECT_TRUE(found->front().whole);
  files::remove(data + "/journal/data.mdb");
  EXPECT_EQ(runtime::fault_code::corrupt, inspect_disk(data).error().code);
  EXPECT_FALSE(files::exists(data + "/journal/data.mdb"));
}

} // namespace
} // namespace orderd::cluster

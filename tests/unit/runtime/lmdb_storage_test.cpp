// What a data folder accepts and refuses.
#include "runtime/lmdb_storage.hpp"

#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

class DataFolder : public testing::Test {
protected:
  std::string data() const { return folder_ / "data"; }
  void make(std::uint32_t shards) { ASSERT_TRUE(open_storage(data(), shards, small_maps)); }
  void put(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(data());
    std::ofstream{data() + "/" + file} << text;
  }
  fault refusal(std::uint32_t shards) const {
    auto opened = open_storage(data(), shards, small_maps);
    return opened ? fault{fault_code::timeout, "it opened"} : opened.error();
  }

private:
  temporary_folder folder_;
};

TEST_F(DataFolder, IsMadeWithTheShardsAskedFor) {
  make(3);
  auto store = open_storage(data(), 3, small_maps);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->shards(), 3u);
  EXPECT_TRUE(std::filesystem::exists(data() + "/shards/0002/state/data.mdb"));
}

TEST_F(DataFolder, HasAsManyShardsAsItWasMadeWith) {
  make(3);
  EXPECT_EQ((*open_storage(data(), 0, small_maps))->shards(), 3u);
  const auto refused = refusal(2);
  EXPECT_EQ(refused.code, fault_code::malformed);
  EXPECT_THAT(refused.message, HasSubstr("has 3 shards, asked for 2"));
}

TEST_F(DataFolder, IsMadeWithOneShardWhenNobodySays) {
  EXPECT_EQ((*open_storage(data(), 0, small_maps))->shards(), 1u);
}

TEST_F(DataFolder, HasALimitOfShards) {
  EXPECT_EQ(refusal(65).code, fault_code::too_large);
}

TEST_F(DataFolder, IsOpenInOneProcessAtATime) {
  auto first = open_storage(data(), 1, small_maps);
  ASSERT_TRUE(first);
  const auto second = refusal(1);
  EXPECT_EQ(second.code, fault_code::unavailable);
  EXPECT_THAT(second.message, HasSubstr("in use by process " + std::to_string(getpid())));
  first = fault{};
  EXPECT_TRUE(open_storage(data(), 1, small_maps)) << "free again once the first is gone";
}

TEST_F(DataFolder, IsNotAFolderOfSomethingElse) {
  put("holiday.jpg", "");
  const auto refused = refusal(1);
  EXPECT_EQ(refused.code, fault_code::malformed);
  EXPECT_THAT(refused.message, HasSubstr("not a data folder: it has no node.json, but has 'holiday.jpg'"));
  EXPECT_FALSE(std::filesystem::exists(data() + "/journal"));
}

TEST_F(DataFolder, IsNotAFile) {
  std::filesystem::create_directories(std::filesystem::path{data()}.parent_path());
  std::ofstream{data()} << "a file";
  EXPECT_EQ(refusal(1).code, fault_code::internal);
}

TEST_F(DataFolder, OfANewerProgramIsLeftAlone) {
  put("node.json", R"({"format": 2, "secret": true})");
  const auto refused = refusal(1);
  EXPECT_EQ(refused.code, fault_code::unsupported_version);
  EXPECT_THAT(refused.message, HasSubstr("format 2, this program knows 1"));
}

TEST_F(DataFolder, WithADamagedDescriptionIsRefused) {
  for (const auto* text :
       {"", "{", "[]", "{}", R"({"format": "1"})", R"({"format": 1, "node_id": "x", "shards": 1})",
        R"({"format": 1, "node_id": "x", "shards": 0, "complete": true})",
        R"({"format": 1, "node_id": "x", "shards": -1, "complete": true})",
        R"({"format": 1, "node_id": "x", "shards": 65, "complete": true})",
        R"({"format": 1, "node_id": 7, "shards": 1, "complete": true})"}) {
    put("node.json", text);
    EXPECT_EQ(refusal(1).code, fault_code::corrupt) << text;
  }
}

TEST_F(DataFolder, WithAMissingPartIsRefusedNotRepaired) {
  for (const auto* part : {"/journal", "/shards/0001"}) {
    make(2);
    std::filesystem::rename(data() + part, data() + ".hidden");
    const auto refused = refusal(2);
    EXPECT_EQ(refused.code, fault_code::corrupt);
    EXPECT_THAT(refused.message, HasSubstr("is missing"));
    std::filesystem::rename(data() + ".hidden", data() + part);
  }
}

TEST_F(DataFolder, WithAFileThatWasCutShortIsRefused) {
  for (const std::string part : {"/journal/data.mdb", "/shards/0001/state/data.mdb"}) {
    make(2);
    const auto whole = std::filesystem::file_size(data() + part);
    std::filesystem::copy_file(data() + part, data() + ".kept");
    for (const auto bytes : {std::uintmax_t{0}, std::uintmax_t{1}, whole / 2, whole - 4096}) {
      std::filesystem::resize_file(data() + part, bytes);
      const auto refused = refusal(2);
      EXPECT_EQ(refused.code, fault_code::corrupt) << part << " of " << bytes << " bytes";
      EXPECT_THAT(refused.message, HasSubstr(data() + part));
      EXPECT_EQ(std::filesystem::file_size(data() + part), bytes) << "nothing is made in its place";
    }
    std::filesystem::rename(data() + ".kept", data() + part);
  }
}

TEST_F(DataFolder, WhoseMakingWasInterruptedIsMadeWhole) {
  put("node.json", R"({"format": 1, "node_id": "x", "shards": 2, "complete": false})");
  std::filesystem::create_directories(data() + "/journal");
  make(2);
  make(2);
}

TEST_F(DataFolder, KnowsAStateThatBelongsToAnotherShard) {
  {
    auto store = open_storage(data(), 2, small_maps);
    ASSERT_TRUE((*store)->state(0).apply(std::vector{make_epoch(0, 1, {})}));
  }
  std::filesystem::rename(data() + "/shards/0000", data() + "/shards/x");
  std::filesystem::rename(data() + "/shards/0001", data() + "/shards/0000");
  std::filesystem::rename(data() + "/shards/x", data() + "/shards/0001");
  EXPECT_EQ(refusal(2).code, fault_code::corrupt);
}

} // namespace
} // namespace orderd::test

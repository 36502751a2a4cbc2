#include "cluster/joining.hpp"
#include "runtime/lmdb_storage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace orderd::cluster {

namespace {

using runtime::fault_code;

struct Joining : testing::Test {
  test::temporary_folder folder;
  static_configuration store;
  config::node_settings settings;

  Joining() {
    settings.data_dir = folder.path() + "/node";
    settings.node = 4;
    settings.shards = 2;
  }

  runtime::result<joined_node> join() {
    return join_cluster(settings, store, "127.0.0.1:1", "127.0.0.1:2", [] { return false; });
  }
};

TEST_F(Joining, TheFirstNodeFixesTheTermsOfTheCluster) {
  const auto joined = join();
  ASSERT_TRUE(joined);
  EXPECT_EQ(2u, joined->terms.shards);
  EXPECT_EQ(3u, joined->terms.replication);
  EXPECT_EQ((replica_id{4, 1}), joined->self);
  EXPECT_EQ(2u, joined->found.size());
  EXPECT_EQ(joined->terms, *decode_cluster_terms(store.get(cluster_name)->value));
}

TEST_F(Joining, AnotherStartOfTheSameDiskIsTheSameReplica) {
  ASSERT_TRUE(join());
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 1}), again->self);
  EXPECT_EQ(2u, again->boot);
}

TEST_F(Joining, AWipedDiskIsAnotherReplica) {
  ASSERT_TRUE(join());
  std::filesystem::remove_all(settings.data_dir);
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 2}), again->self);
}

TEST_F(Joining, ADiskThatWasSetBackIsAnotherReplica) {
  ASSERT_TRUE(join());
  std::filesystem::copy(settings.data_dir, folder.path() + "/older",
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(join());
  std::filesystem::remove_all(settings.data_dir);
  std::filesystem::rename(folder.path() + "/older", settings.data_dir);
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ(2u, again->self.incarnation);
}

TEST_F(Joining, ADiskThatWasGivenUpIsAnotherReplica) {
  ASSERT_TRUE(join());
  ASSERT_TRUE(give_up_disk(settings.data_dir));
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ(2u, again->self.incarnation);
}

TEST_F(Joining, ADamagedDiskBeginsAnew) {
  ASSERT_TRUE(join());
  std::filesystem::remove(settings.data_dir + "/journal/data.mdb");
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ(2u, again->self.incarnation);
}

TEST_F(Joining, RefusesTheFolderOfAnotherCluster) {
  {
    static_configuration other;
    ASSERT_TRUE(join_cluster(settings, other, "127.0.0.1:1", "127.0.0.1:2", [] { return false; }));
  }
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(fault_code::malformed, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("another cluster"));
}

TEST_F(Joining, RefusesTheFolderOfANodeByItself) {
  ASSERT_TRUE(runtime::open_storage(settings.data_dir, 2));
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(fault_code::malformed, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("by itself"));
}

TEST_F(Joining, RefusesAnotherNumberOfShardsThanTheCluster) {
  ASSERT_TRUE(join());
  settings.shards = 5;
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(fault_code::malformed, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("5"));
}

} // namespace

} // namespace orderd::cluster

// A folder leaves its cluster only with all that it could have. Faults: its copy was not finished, its node
// does not trust it, it never joined.
#include "cluster/start/leaving.hpp"

#include "cluster/replication/replica_note.hpp"
#include "cluster/start/joining.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/node_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

struct Leaving : testing::Test {
  test::temporary_folder folder;
  static_configuration store;
  config::node_settings settings;
  joining_ports ports{store, [] { return true; }, [] { return std::int64_t{1'000'000'000'000}; }};

  Leaving() {
    settings.data_dir = folder.path() + "/node";
    settings.node = 4;
    settings.shards = 2;
  }
  std::string node_json() const { return settings.data_dir + "/node.json"; }
  void rewrite(const std::function<void(runtime::node_file&)>& change) const {
    auto file = **runtime::read_node_file(node_json());
    change(file);
    ASSERT_TRUE(runtime::write_node_file(node_json(), file));
  }
  /// Refused with those words, and still of its cluster.
  void expect_stays(const std::string& why) const {
    const auto left = leave_cluster(settings.data_dir);
    ASSERT_FALSE(left) << *left;
    EXPECT_NE(std::string::npos, left.error().message.find(why)) << left.error().message;
    EXPECT_FALSE((*runtime::read_node_file(node_json()))->cluster.empty());
  }
};

TEST_F(Leaving, SaysWhatEachShardEndsWith) {
  ASSERT_TRUE(join_cluster(settings, ports));
  const auto left = leave_cluster(settings.data_dir);
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_NE(std::string::npos, left->find("shard 1 ends with epoch 0")) << *left;
}

TEST_F(Leaving, IsRefusedToAFolderWithACopyThatWasNotFinished) {
  {
    const auto joined = join_cluster(settings, ports);
    ASSERT_TRUE(joined);
    replica_note note;
    note.copying = true;
    const std::vector<runtime::journal_entry> entries{runtime::shard_note{1, 0, encode(note)}};
    ASSERT_TRUE(joined->disk->journal().append(entries));
  }
  expect_stays("shard 1 in it is not whole: a copy that was not finished");
}

TEST_F(Leaving, IsRefusedToAFolderThatItsNodeDoesNotTrust) {
  ASSERT_TRUE(join_cluster(settings, ports));
  ASSERT_TRUE(distrust_disk(settings.data_dir, "its state is another"));
  expect_stays("does not trust it: its state is another");
}

TEST_F(Leaving, IsRefusedToAFolderThatBeganAnewAndNeverJoined) {
  ASSERT_TRUE(join_cluster(settings, ports));
  rewrite([](auto& file) { file.pending = true; });
  expect_stays("never joined");
}

/// A lost disk's replacement that got nothing yet.
TEST_F(Leaving, IsRefusedToAReplacementThatHoldsNothing) {
  ASSERT_TRUE(join_cluster(settings, ports));
  rewrite([](auto& file) { file.incarnation = 2; });
  expect_stays("holds nothing of shard 0");
}

} // namespace
} // namespace orderd::cluster

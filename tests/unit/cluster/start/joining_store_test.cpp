// Faults injected: the configuration store becomes another one between what a starting node reads there and
// what it writes.
#include "cluster/configuration/known_disks.hpp"
#include "cluster/configuration/lost_mark.hpp"
#include "cluster/start/joining.hpp"
#include "runtime/storage/node_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace orderd::cluster {
namespace {

using runtime::fault_code;

struct JoiningMeanwhile : testing::Test {
  test::temporary_folder folder;
  static_configuration store;
  config::node_settings settings;
  joining_ports ports{store, [] { return true; }, [] { return std::int64_t{1'000'000'000'000}; }};

  JoiningMeanwhile() {
    settings.data_dir = folder.path() + "/node";
    settings.node = 4;
    settings.shards = 2;
  }
  runtime::result<joined_node> join() { return join_cluster(settings, ports); }
  known_disks known() { return *decode_known_disks(store.get(name_of_node(4))->value); }
};

TEST_F(JoiningMeanwhile, TakesTheTermsOfAnotherNodeThatIsFirstMeanwhile) {
  const cluster_terms theirs{"c2", 2, 2};
  ports.bind = [&] {
    EXPECT_TRUE(store.compare_and_set(cluster_name, 0, encode(theirs), unguarded));
    return runtime::result<void>{};
  };
  const auto joined = join();
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(theirs, joined->terms);
  EXPECT_EQ(1u, known().node.disk.incarnation);
}

/// The record that it would change may have the version of the one it has read, and be another's.
TEST_F(JoiningMeanwhile, DoesNotAnnounceItselfInAnotherStoreThanItHasRead) {
  ASSERT_TRUE(join());
  ports.bind = [&] {
    auto terms = *decode_cluster_terms(store.get(cluster_name)->value);
    ++terms.generation;
    const auto version = store.get(cluster_name)->version;
    EXPECT_TRUE(store.compare_and_set(cluster_name, version, encode(terms), unguarded));
    return runtime::result<void>{};
  };
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(fault_code::unavailable, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("written again meanwhile"))
      << refused.error().message;
  EXPECT_EQ(1u, known().node.disk.boot);
  ports.bind = [] { return runtime::result<void>{}; };
  EXPECT_TRUE(join()) << "the next start reads what is there now";
}

/// Its record was lost, and assignments name a disk of it: an empty one must not take that name.
TEST_F(JoiningMeanwhile, AnEmptyFolderIsRefusedAlsoWhereOnlyAssignmentsNameItsDisk) {
  const assignment what{3, {4, 7}, {{4, 7}, {5, 1}}, {}, {4, 5, 6}};
  ASSERT_TRUE(store.compare_and_set(cluster_name, 0, encode(cluster_terms{"c1", 2, 3}), unguarded));
  ASSERT_TRUE(store.compare_and_set(name_of_shard(0), 0, encode(what), unguarded));
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--replace-disk"), std::string::npos) << refused.error().message;
  ports.replace_disk = true;
  const auto joined = join();
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->self.incarnation, 8u);
}

/// Its nodes run, and have marked the store.
TEST_F(JoiningMeanwhile, FoundsNoClusterWhereAnotherHasLostItsRecords) {
  for (const bool meanwhile : {false, true}) {
    static_configuration lost;
    joining_ports there{lost, ports.keep_waiting, ports.now_ms};
    const auto mark = [&] {
      EXPECT_TRUE(lost.compare_and_set(lost_name, 0, "c1", unguarded));
      return runtime::result<void>{};
    };
    if (meanwhile)
      there.bind = mark;
    else
      ASSERT_TRUE(mark());
    const auto refused = join_cluster(settings, there);
    ASSERT_FALSE(refused);
    EXPECT_NE(std::string::npos, refused.error().message.find("lost the records of cluster c1"))
        << refused.error().message;
    EXPECT_EQ(0u, lost.get(cluster_name)->version);
    EXPECT_EQ(0u, lost.get(name_of_node(4))->version);
    EXPECT_FALSE(std::filesystem::exists(settings.data_dir + "/node.json"));
  }
  EXPECT_TRUE(join()) << "in an empty store without a mark";
}

/// A copy of its folder, at other addresses.
TEST_F(JoiningMeanwhile, ANumberThatOthersHearChangesNothing) {
  ASSERT_TRUE(join());
  const auto other = encode(5, known_node{{1, 1}, "127.0.0.1:5", "127.0.0.1:6"});
  ASSERT_TRUE(store.compare_and_set(name_of_node(5), 0, other, unguarded));
  std::uint32_t heard_for = 1'000;
  std::uint32_t waits = 0;
  ports.keep_waiting = [&] { return ++waits > 0; };
  ports.hears = [&](const auto& others, const std::string& cluster) {
    EXPECT_EQ(others.size(), 1u);
    EXPECT_EQ(others.begin()->first, 5u);
    EXPECT_FALSE(cluster.empty());
    return waits < heard_for ? std::optional<std::string>{"node 5 hears it"} : std::nullopt;
  };
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(fault_code::unavailable, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("node 4 runs already: node 5 hears it"))
      << refused.error().message;
  EXPECT_EQ(1u, known().node.disk.boot);
  waits = 0;
  heard_for = 3; // It has just ended.
  EXPECT_TRUE(join());
  EXPECT_EQ(3u, waits);
}

/// An older copy, while the node runs elsewhere: nothing is said of giving disks up.
TEST_F(JoiningMeanwhile, AnOlderCopyIsToldWhereTheNodeRuns) {
  const assignment what{3, {4, 1}, {{4, 1}}, {}, {4}};
  ASSERT_TRUE(join());
  std::filesystem::copy(settings.data_dir, folder.path() + "/old", std::filesystem::copy_options::recursive);
  ASSERT_TRUE(join());
  ASSERT_TRUE(store.compare_and_set(name_of_shard(0), 0, encode(what), unguarded));
  settings.data_dir = folder.path() + "/old";
  ports.answers = [](const known_node& node, const std::string&) {
    return std::optional<std::string>{"it answers at " + node.client_endpoint};
  };
  const auto refused = join();
  ASSERT_FALSE(refused);
  EXPECT_NE(std::string::npos, refused.error().message.find("node 4 runs already"))
      << refused.error().message;
  EXPECT_EQ(std::string::npos, refused.error().message.find("--replace-disk")) << refused.error().message;
}

/// Opening it would make it a folder that the build before cannot read.
TEST_F(JoiningMeanwhile, AFolderOfAnEarlierFormatStaysOneWhenItsStartIsRefused) {
  ASSERT_TRUE(join());
  const auto path = settings.data_dir + "/node.json";
  auto file = **runtime::read_node_file(path);
  file.format = 1;
  ASSERT_TRUE(runtime::write_node_file(path, file));
  ports.bind = [] { return runtime::fault{fault_code::unavailable, "cannot listen: in use"}; };
  EXPECT_FALSE(join());
  EXPECT_EQ(1u, (*runtime::read_node_file(path))->format);
  ports.bind = [] { return runtime::result<void>{}; };
  ASSERT_TRUE(join());
  EXPECT_EQ(runtime::folder_format, (*runtime::read_node_file(path))->format);
}

} // namespace
} // namespace orderd::cluster

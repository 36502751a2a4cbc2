#include "cluster/start/joining.hpp"

#include "cluster/start/given_up.hpp"
#include "cluster/start/leaving.hpp"
#include "config/start_limits.hpp"
#include "runtime/lmdb/lmdb_storage.hpp"
#include "runtime/storage/node_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace orderd::cluster {

namespace {

namespace files = std::filesystem;
using runtime::fault_code;

struct Joining : testing::Test {
  test::temporary_folder folder;
  static_configuration store;
  config::node_settings settings;
  std::function<void()> waited = [] {}; ///< at each wait
  std::uint32_t waits = 0;
  joining_ports ports{store, [this] { return wait(); }, [] { return std::int64_t{1'000'000'000'000}; }};

  Joining() {
    settings.data_dir = folder.path() + "/node";
    settings.node = 4;
    settings.shards = 2;
  }

  bool wait() {
    ++waits;
    waited();
    return true;
  }

  runtime::result<joined_node> join() { return join_cluster(settings, ports); }
  /// As an operator who says it once.
  runtime::result<joined_node> join_replacing() {
    ports.replace_disk = true;
    auto out = join();
    ports.replace_disk = false;
    return out;
  }

  /// What the refusal of a start says; nothing else may have changed.
  std::string refusal(fault_code code = fault_code::malformed) {
    const auto before = everything();
    const auto refused = join();
    EXPECT_FALSE(refused);
    EXPECT_EQ(before, everything()) << "a start that fails changed the store";
    EXPECT_EQ(code, refused ? fault_code::internal : refused.error().code);
    return refused ? "" : refused.error().message;
  }
  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> out;
    const auto all = store.list("");
    for (const auto& [name, value] : *all)
      out[name] = value.value;
    return out;
  }

  void place(std::uint32_t shard, std::vector<replica_id> in_sync, std::vector<replica_id> eligible = {}) {
    const auto name = name_of_shard(shard);
    const assignment what{3, in_sync.front(), in_sync, std::move(eligible), {4, 5, 6}};
    ASSERT_TRUE(store.compare_and_set(name, store.get(name)->version, encode(what), unguarded));
  }
  known_disks known(std::uint32_t node = 4) const {
    return *decode_known_disks(const_cast<static_configuration&>(store).get(name_of_node(node))->value);
  }
  void copy_to(const std::string& name) const {
    files::copy(settings.data_dir, folder.path() + "/" + name, files::copy_options::recursive);
  }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  void bring_back(const std::string& name) const {
    files::remove_all(settings.data_dir);
    files::rename(path(name), settings.data_dir);
  }
};

bool says(const std::string& message, const std::vector<std::string>& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [&](const auto& part) { return message.find(part) != std::string::npos; });
}

TEST_F(Joining, TheFirstNodeFixesTheTermsOfTheCluster) {
  const auto joined = join();
  ASSERT_TRUE(joined);
  EXPECT_EQ(2u, joined->terms.shards);
  EXPECT_EQ(3u, joined->terms.replication);
  EXPECT_EQ((replica_id{4, 1}), joined->self);
  EXPECT_EQ(2u, joined->found.size());
  EXPECT_EQ(joined->terms, *decode_cluster_terms(store.get(cluster_name)->value));
  EXPECT_EQ(4u, (*runtime::read_node_file(settings.data_dir + "/node.json"))->node);
}

TEST_F(Joining, AnotherStartOfTheSameDiskIsTheSameReplica) {
  ASSERT_TRUE(join());
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 1}), again->self);
  EXPECT_EQ(2u, again->boot);
}

TEST_F(Joining, AFolderOfAnEarlierVersionGetsTheNumberOfItsNode) {
  ASSERT_TRUE(join());
  const auto path = settings.data_dir + "/node.json";
  auto file = **runtime::read_node_file(path);
  file.node.reset();
  ASSERT_TRUE(runtime::write_node_file(path, file));
  // So is the record of a store that such a version wrote.
  const auto name = name_of_node(4);
  ASSERT_TRUE(store.compare_and_set(name, store.get(name)->version, encode(4, known().node), unguarded));
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 1}), again->self);
  EXPECT_EQ(4u, (*runtime::read_node_file(path))->node);
}

// -- a folder that is empty, and should not be ---------------------------------------------------

TEST_F(Joining, AnEmptyFolderOfAKnownNumberIsRefusedWithBothWaysOut) {
  ASSERT_TRUE(join());
  place(1, {{4, 1}, {5, 1}, {6, 1}});
  const auto right = settings.data_dir;
  settings.data_dir = path("wrong");
  EXPECT_TRUE(says(refusal(), {"node 4", "disk 1", "since 2001-09-09T01:46:40Z", path("wrong"), "--data-dir",
                               "--replace-disk", "shard 1"}));
  EXPECT_FALSE(files::exists(path("wrong")));
  settings.data_dir = right;
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 1}), again->self);
}

TEST_F(Joining, AReplacedDiskIsAnotherReplica) {
  ASSERT_TRUE(join());
  files::remove_all(settings.data_dir);
  const auto again = join_replacing();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 2}), again->self);
  EXPECT_EQ(start_outcome::begins, again->outcome);
  EXPECT_EQ((std::vector<disk_identity>{{1, 1}}), known().earlier);
}

TEST_F(Joining, AReplacedDiskThatIsThereIsKept) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}});
  for (std::uint64_t incarnation = 2; incarnation <= 3; ++incarnation) {
    const auto again = join_replacing();
    ASSERT_TRUE(again);
    EXPECT_EQ((replica_id{4, incarnation}), again->self);
  }
  const auto kept = list_given_up(settings.data_dir);
  ASSERT_TRUE(kept && kept->size() == 2);
  EXPECT_EQ(1u, kept->at(0).file->incarnation);
  EXPECT_EQ(2u, kept->at(1).file->incarnation);
  EXPECT_TRUE(says(kept->at(0).why, {"--replace-disk", "shard 0"}));
  EXPECT_TRUE(inspect_disk(kept->at(0).folder));
}

TEST_F(Joining, AnIntactDiskServesAgainAfterAnotherThatNeverJoined) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}, {5, 1}});
  const auto right = settings.data_dir;
  settings.data_dir = path("wrong");
  ASSERT_TRUE(join_replacing());
  settings.data_dir = right;
  const auto back = join();
  ASSERT_TRUE(back);
  EXPECT_EQ((replica_id{4, 1}), back->self);
  EXPECT_EQ(2u, back->boot);
  EXPECT_EQ(start_outcome::serves_again, back->outcome);
  EXPECT_EQ((disk_identity{1, 2}), known().node.disk);
  // And the wrong one does not take its place by being started once more.
  settings.data_dir = path("wrong");
  EXPECT_TRUE(says(refusal(), {"disk 2", "replaced by its disk 1"}));
}

TEST_F(Joining, AnOlderDiskIsRefusedWhenTheNewerHoldsEverything) {
  ASSERT_TRUE(join());
  copy_to("older");
  files::remove_all(settings.data_dir);
  ASSERT_TRUE(join_replacing());
  place(0, {{4, 2}, {5, 1}});
  bring_back("older");
  EXPECT_TRUE(says(refusal(), {"disk 1", "replaced by its disk 2", "shard 0", "orderd disks show"}));
  EXPECT_TRUE(inspect_disk(settings.data_dir)) << "it is as it was";
}

// -- a disk that cannot go on --------------------------------------------------------------------

TEST_F(Joining, ADiskThatWasSetBackIsGivenUpWhenOthersHoldEverything) {
  ASSERT_TRUE(join());
  copy_to("older");
  ASSERT_TRUE(join());
  bring_back("older");
  place(0, {{5, 1}, {6, 1}});
  const auto again = join();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(2u, again->self.incarnation);
  EXPECT_EQ(1u, list_given_up(settings.data_dir)->size());
}

TEST_F(Joining, ADiskThatWasSetBackIsKnownAlsoUnderAnEarlierIncarnation) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}, {5, 1}});
  copy_to("older");
  ASSERT_TRUE(join());
  files::remove_all(settings.data_dir);
  ASSERT_TRUE(join_replacing());
  bring_back("older");
  EXPECT_TRUE(says(refusal(), {"disk 1", "counts 1 starts", "2", "shard 0", "--replace-disk"}));
}

TEST_F(Joining, ADamagedDiskThatMayBeTheLastIsRefusedAndKept) {
  ASSERT_TRUE(join());
  place(0, {{5, 1}, {6, 1}});
  place(1, {{4, 1}});
  files::remove(settings.data_dir + "/journal/data.mdb");
  EXPECT_TRUE(says(refusal(), {"journal/data.mdb", "shard 1", "--replace-disk"}));
  EXPECT_EQ(limits::superseded_looks_max, waits);
  EXPECT_FALSE(files::exists(settings.data_dir + "/given-up"));
  const auto replaced = join_replacing();
  ASSERT_TRUE(replaced);
  EXPECT_EQ(2u, replaced->self.incarnation);
}

TEST_F(Joining, ADamagedDiskBeginsAnewOnceTheOthersHoldEverything) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}, {5, 1}, {6, 1}});
  files::remove(settings.data_dir + "/journal/data.mdb");
  waited = [this] {
    if (waits == 3)
      place(0, {{5, 1}, {6, 1}});
  };
  const auto again = join();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(3u, waits);
  EXPECT_EQ(2u, again->self.incarnation);
  EXPECT_EQ(start_outcome::begins_anew, again->outcome);
}

TEST_F(Joining, ADiskThatCannotBeLookedAtIsNotADamagedOne) {
  ASSERT_TRUE(join());
  place(0, {{5, 1}, {6, 1}});
  for (const auto* part : {"/journal/data.mdb", "/shards/0000/state/sums", "/shards/0001/state/data.mdb"}) {
    const auto file = settings.data_dir + part;
    files::rename(file, path("kept"));
    files::create_symlink(file, file);
    EXPECT_TRUE(says(refusal(fault_code::internal), {file}));
    files::rename(path("kept"), file);
  }
  EXPECT_FALSE(files::exists(settings.data_dir + "/given-up"));
  EXPECT_EQ(1u, join()->self.incarnation);
}

TEST_F(Joining, ADistrustedDiskIsGivenUpByTheSameRule) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}, {5, 1}});
  ASSERT_TRUE(distrust_disk(settings.data_dir, "its state is not that of the others"));
  EXPECT_TRUE(says(refusal(), {"its state is not that of the others", "shard 0"}));
  place(0, {{5, 1}, {6, 1}});
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ(2u, again->self.incarnation);
}

TEST_F(Joining, ADiskThatWasTakenBackServesAgain) {
  ASSERT_TRUE(join());
  place(0, {{4, 1}, {5, 1}});
  ASSERT_TRUE(join_replacing());
  ASSERT_TRUE(take_back(settings.data_dir, "0001"));
  const auto again = join();
  ASSERT_TRUE(again);
  EXPECT_EQ((replica_id{4, 1}), again->self);
}

TEST_F(Joining, ADiskWithoutAReadableNodeFileIsNotTouched) {
  ASSERT_TRUE(join());
  std::ofstream{settings.data_dir + "/node.json"} << "{";
  EXPECT_TRUE(says(refusal(fault_code::corrupt), {"node.json", "--replace-disk"}));
  const auto replaced = join_replacing();
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(2u, replaced->self.incarnation);
  EXPECT_TRUE(files::exists(settings.data_dir + "/given-up/0001/journal/data.mdb"));
}

// -- folders that belong elsewhere ---------------------------------------------------------------

TEST_F(Joining, RefusesTheFolderOfAnotherCluster) {
  {
    static_configuration other;
    auto there = ports;
    joining_ports of_other{other, there.keep_waiting, there.now_ms};
    ASSERT_TRUE(join_cluster(settings, of_other));
  }
  EXPECT_TRUE(says(refusal(), {"knows no cluster", settings.data_dir}));
  const auto foreign = settings.data_dir;
  settings.data_dir = path("mine");
  ASSERT_TRUE(join());
  settings.data_dir = foreign;
  EXPECT_TRUE(says(refusal(), {"another cluster", foreign}));
}

TEST_F(Joining, RefusesTheFolderOfANodeByItself) {
  ASSERT_TRUE(runtime::open_storage(settings.data_dir, 2));
  const auto said = refusal();
  EXPECT_TRUE(says(said, {"by itself", settings.data_dir}));
  EXPECT_FALSE(says(said, {"empty folder"}));
}

TEST_F(Joining, RefusesTheSwappedFoldersOfTwoNodes) {
  ASSERT_TRUE(join());
  auto other = settings;
  other.node = 5;
  other.data_dir = path("other");
  ASSERT_TRUE(join_cluster(other, ports));
  std::swap(settings.data_dir, other.data_dir);
  EXPECT_TRUE(says(refusal(), {"that of node 5", "this is node 4", path("other")}));
  settings = other;
  EXPECT_TRUE(says(refusal(), {"that of node 4", "this is node 5"}));
}

TEST_F(Joining, TouchesNothingInAForeignFolder) {
  files::create_directories(settings.data_dir);
  std::ofstream{settings.data_dir + "/lock"} << "of somebody else";
  std::ofstream{settings.data_dir + "/letter.txt"} << "dear reader";
  EXPECT_TRUE(says(refusal(), {settings.data_dir, "not a data folder"}));
  files::remove(settings.data_dir + "/letter.txt");
  EXPECT_TRUE(says(join().error().message, {settings.data_dir + "/lock", "not touched"}));
  std::ostringstream kept;
  kept << std::ifstream{settings.data_dir + "/lock"}.rdbuf();
  EXPECT_EQ("of somebody else", kept.str());
}

TEST_F(Joining, RefusesAnotherNumberOfShardsThanTheCluster) {
  ASSERT_TRUE(join());
  settings.shards = 5;
  EXPECT_TRUE(says(refusal(), {"5"}));
}

TEST_F(Joining, LeavesItsClusterOnlyOnPurpose) {
  EXPECT_TRUE(check_alone(settings.data_dir));
  const auto joined = join();
  ASSERT_TRUE(joined);
  const auto refused = check_alone(settings.data_dir);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(says(refused.error().message, {joined->terms.id, "node 4", "--leave-cluster"}));
  EXPECT_EQ(fault_code::unavailable, leave_cluster(settings.data_dir).error().code) << "it runs";
}

TEST_F(Joining, StartsAloneOnceItHasLeft) {
  ASSERT_TRUE(join());
  ASSERT_TRUE(leave_cluster(settings.data_dir));
  EXPECT_TRUE(check_alone(settings.data_dir));
  EXPECT_TRUE(runtime::open_storage(settings.data_dir, 2));
  EXPECT_TRUE(says(refusal(), {"by itself"}));
  EXPECT_EQ(fault_code::malformed, leave_cluster(settings.data_dir).error().code);
}

// -- nobody is disturbed -------------------------------------------------------------------------

TEST_F(Joining, AnAddressThatIsTakenChangesNothing) {
  ASSERT_TRUE(join());
  files::remove_all(settings.data_dir);
  ports.bind = [] { return runtime::fault{fault_code::unavailable, "cannot listen: in use"}; };
  ports.replace_disk = true;
  EXPECT_TRUE(says(refusal(fault_code::unavailable), {"in use"}));
  EXPECT_FALSE(files::exists(settings.data_dir));
}

TEST_F(Joining, ANumberThatIsAnsweredForChangesNothing) {
  ASSERT_TRUE(join());
  files::remove_all(settings.data_dir);
  ports.answers = [](const known_node& node, const std::string&) {
    return std::optional<std::string>{"it answers at " + node.client_endpoint};
  };
  ports.replace_disk = true;
  EXPECT_TRUE(says(refusal(fault_code::unavailable), {"node 4 runs already", settings.listen}));
}

TEST_F(Joining, ANewClusterIsNotMadeByAStartThatFails) {
  ports.bind = [] { return runtime::fault{fault_code::unavailable, "cannot listen: in use"}; };
  refusal(fault_code::unavailable);
  EXPECT_TRUE(everything().empty());
}

} // namespace

} // namespace orderd::cluster

// Faults of the disk under the LMDB storage. Injected: each write and sync failing once (a full disk, a
// broken one), a full file system, a full map, a killed process, flipped bytes in the files. Each must
// be survivable because a commit is acknowledged only after its sync, and LMDB turns to new pages only
// with the last write of a commit.
#include "runtime/storage/recovery.hpp"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

/// An epoch whose row is its number, with enough beside it to take several pages.
epoch_ptr numbered(std::uint64_t number, std::size_t bytes = 10'000) {
  return make_epoch(0, number,
                    {write(table::state, "last", std::to_string(number)),
                     write(table::content, "row " + std::to_string(number), std::string(bytes, 'x'))});
}

result<std::unique_ptr<storage>> open(const std::string& path) {
  return open_storage(path, 1, small_maps);
}

/// Opens, recovers, and says how far shard 0 came; its row must say the same.
std::uint64_t recovered(const std::string& path) {
  auto store = open(path);
  EXPECT_TRUE(store) << store.error().message;
  const auto shards = recover(**store);
  EXPECT_TRUE(shards) << shards.error().message;
  const auto epoch = shards ? shards->front().last.epoch : 0;
  EXPECT_EQ(read((*store)->state(0), {table::state, "last"}), epoch == 0 ? "" : std::to_string(epoch));
  return epoch;
}

TEST(LmdbStorage, ShowsASalvageThatItFinishedOfAProcessThatEndedBefore) {
  const temporary_folder folder;
  {
    auto store = open(folder.path());
    ASSERT_TRUE((*store)->state(0).apply(std::vector{numbered(1)}));
    ASSERT_TRUE(recover(**store));
    ASSERT_TRUE(append((*store)->journal(), {numbered(1)}));
  }
  const std::filesystem::path state{std::string{folder.path()} + "/shards/0000/state"};
  std::filesystem::rename(state, state.string() + ".saved"); // What is left when it ends between two renames.
  {
    auto store = open(folder.path());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE((*store)->damage(0).salvaged);
    EXPECT_EQ((*store)->state(0).applied_epoch(), 1u);
  }
  EXPECT_FALSE((*open(folder.path()))->damage(0).salvaged) << "by an earlier start";
}

// -- each write fails once -----------------------------------------------------------------------

/// Appends 1 to 3, then 4 with its nth write failing; true when there was an nth.
bool append_failing(std::uint64_t nth, int code) {
  const temporary_folder folder;
  bool happened = false;
  {
    auto store = open(folder.path());
    EXPECT_TRUE(recover(**store));
    auto& journal = (*store)->journal();
    for (std::uint64_t number = 1; number <= 3; ++number)
      EXPECT_TRUE(append(journal, {numbered(number)}));
    const failing_write failing{nth, code};
    const auto done = append(journal, {numbered(4)});
    happened = failing.happened();
    EXPECT_EQ(!done, happened);
    if (!done) {
      EXPECT_EQ(done.error().code, code == ENOSPC ? fault_code::storage_full : fault_code::internal);
      EXPECT_FALSE(append(journal, {numbered(4)})) << "after an unknown outcome nothing goes on";
    }
  }
  const auto epoch = recovered(folder.path());
  EXPECT_TRUE(epoch == 4 || (happened && epoch == 3)) << epoch << " after failing write " << nth;
  return happened;
}

TEST(LmdbStorageFaults, AnAppendSurvivesEachWriteFailingOnce) {
  for (const int code : {ENOSPC, EIO}) {
    std::uint64_t nth = 1;
    while (append_failing(nth, code))
      ++nth;
    EXPECT_GT(nth, 3u) << "pages, sync and meta page are three at least";
  }
}

/// Applies 1, then 2 and 3 with the nth write failing, then again; true when there was an nth. Counts in
/// `reopened` how often the second try needed the store opened anew.
bool apply_failing(std::uint64_t nth, int code, int& reopened) {
  const temporary_folder folder;
  auto store = open(folder.path());
  EXPECT_TRUE((*store)->state(0).apply(std::vector{numbered(1)}));
  const std::vector rest{numbered(2), numbered(3)};
  {
    const failing_write failing{nth, code};
    const auto done = (*store)->state(0).apply(rest);
    EXPECT_EQ(!done, failing.happened());
    if (done)
      return false;
  }
  EXPECT_EQ((*store)->state(0).applied_epoch(), 1u);
  if (!(*store)->state(0).apply(rest)) {
    ++reopened;
    store = fault{};
    store = open(folder.path());
    EXPECT_TRUE((*store)->state(0).apply(rest));
  }
  EXPECT_EQ(read((*store)->state(0), {table::state, "last"}), "3");
  return true;
}

TEST(LmdbStorageFaults, AnApplySurvivesEachWriteFailingOnce) {
  for (const int code : {ENOSPC, EIO}) {
    int reopened = 0;
    std::uint64_t nth = 1;
    while (apply_failing(nth, code, reopened))
      ++nth;
    EXPECT_GT(nth, 3u);
    EXPECT_LE(reopened, 1) << "only a failed meta page, which is never the disk being full";
  }
}

TEST(LmdbStorageFaults, MakingADataFolderSurvivesEachWriteFailingOnce) {
  for (std::uint64_t nth = 1;; ++nth) {
    const temporary_folder folder;
    const auto happened = [&] {
      const failing_write failing{nth, EIO};
      const auto made = open(folder.path());
      EXPECT_EQ(!made, failing.happened());
      return failing.happened();
    }();
    EXPECT_EQ(recovered(folder.path()), 0u) << "after failing write " << nth;
    if (!happened)
      return;
  }
}

// -- full ----------------------------------------------------------------------------------------

/// A file system of its own, small; empty path when this process may not mount one.
class small_disk {
public:
  explicit small_disk(const std::string& options)
      : mounted_(mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0), error_(errno) {}
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string why_not() const { return std::string{"cannot mount a tmpfs: "} + std::strerror(error_); }
  std::string operator/(const std::string& name) const { return folder_ / name; }

private:
  temporary_folder folder_;
  bool mounted_;
  int error_;
};

/// Fills the rest of a file system but for `left` bytes.
void fill_up(const std::string& file, std::uint64_t left) {
  const auto free = std::filesystem::space(std::filesystem::path{file}.parent_path()).available;
  std::ofstream{file} << std::string(free - left, 'f') << std::flush;
}

TEST(LmdbStorageFaults, AFullDiskRefusesAppendsAndKeepsWhatWasAcknowledged) {
  const small_disk disk{"size=4m"};
  if (!disk.mounted())
    GTEST_SKIP() << disk.why_not();
  std::uint64_t acknowledged = 0;
  {
    auto store = open(disk / "data");
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(recover(**store));
    for (;;) {
      const auto done = append((*store)->journal(), {numbered(acknowledged + 1, 100'000)});
      if (!done) {
        EXPECT_EQ(done.error().code, fault_code::storage_full) << done.error().message;
        break;
      }
      ++acknowledged;
    }
    EXPECT_GT((*store)->space()->used, 0.9);
  }
  EXPECT_GT(acknowledged, 10u);
  auto store = open(disk / "data");
  ASSERT_TRUE(store) << "a full disk must not keep a node from starting: " << store.error().message;
  EXPECT_GE(replayed(**store).size(), acknowledged);
}

TEST(LmdbStorageFaults, AStateWorksAgainOnceAFullDiskHasSpace) {
  const small_disk disk{"size=4m"};
  if (!disk.mounted())
    GTEST_SKIP() << disk.why_not();
  auto store = open(disk / "data");
  ASSERT_TRUE(store) << store.error().message;
  auto& state = (*store)->state(0);
  ASSERT_TRUE(state.apply(std::vector{numbered(1)}));
  fill_up(disk / "filler", 20'000);
  const std::vector large{numbered(2, 200'000)};
  const auto refused = state.apply(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, fault_code::storage_full) << refused.error().message;
  EXPECT_EQ(read(state, {table::state, "last"}), "1");
  std::filesystem::remove(disk / "filler");
  EXPECT_TRUE(state.apply(large));
  EXPECT_EQ(read(state, {table::state, "last"}), "2");
}

TEST(LmdbStorageFaults, AFullMapIsAFullStorage) {
  const temporary_folder folder;
  std::uint64_t acknowledged = 0;
  {
    auto store = open_storage(folder.path(), 1, {1u << 20, 1u << 20, 0});
    ASSERT_TRUE(recover(**store));
    for (;;) {
      const auto done = append((*store)->journal(), {numbered(acknowledged + 1, 50'000)});
      if (!done) {
        EXPECT_EQ(done.error().code, fault_code::storage_full);
        EXPECT_THAT(done.error().message, HasSubstr("journal is full: "));
        break;
      }
      ++acknowledged;
    }
  }
  EXPECT_GT(acknowledged, 5u);
  EXPECT_EQ(recovered(folder.path()), acknowledged) << "with the larger map";
}

// -- kill -9 -------------------------------------------------------------------------------------

/// Appends and applies until it is killed; writes each acknowledged number to the pipe.
[[noreturn]] void run_until_killed(const std::string& path, int pipe) {
  auto store = open(path);
  const auto shards = store ? recover(**store) : result<std::vector<recovered_shard>>{store.error()};
  if (!shards)
    _exit(1);
  for (auto number = shards->front().last.epoch + 1;; ++number) {
    const std::vector next{numbered(number)};
    if (!append((*store)->journal(), next) || ::write(pipe, &number, sizeof number) != sizeof number)
      _exit(1);
    if (number % 3 == 0) {
      if (!(*store)->state(0).apply(std::vector{numbered(number - 2), numbered(number - 1), next.front()}))
        _exit(1);
      (*store)->journal().trim(0, number);
    }
  }
}

/// Runs a process on the folder, kills it after so many acknowledgements; returns the last of all.
std::uint64_t acknowledged_until_killed(const std::string& path, int acknowledgements) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const auto child = fork();
  if (child == 0) {
    close(ends[0]);
    run_until_killed(path, ends[1]);
  }
  close(ends[1]);
  std::uint64_t last = 0;
  std::uint64_t next = 0;
  for (int seen = 0; ::read(ends[0], &next, sizeof next) == sizeof next;) {
    last = next;
    if (++seen == acknowledgements)
      kill(child, SIGKILL); // what it still acknowledges is read as well
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
  return last;
}

TEST(LmdbStorageFaults, AKilledProcessLosesNothingItAcknowledged) {
  const temporary_folder folder;
  for (int round = 1; round <= 8; ++round) {
    const auto acknowledged = acknowledged_until_killed(folder.path(), round * 5);
    const auto epoch = recovered(folder.path());
    EXPECT_GE(epoch, acknowledged);
    EXPECT_LE(epoch, acknowledged + 1) << "one more at most was under way";
  }
}

// -- damage --------------------------------------------------------------------------------------

/// Flips a bit of the first place in the file where the text is.
void damage(const std::string& file, const std::string& text) {
  std::ostringstream read;
  read << std::ifstream{file, std::ios::binary}.rdbuf();
  auto bytes = read.str();
  const auto at = bytes.find(text);
  ASSERT_NE(at, std::string::npos);
  std::fstream out{file, std::ios::binary | std::ios::in | std::ios::out};
  out.seekp(static_cast<std::streamoff>(at));
  out.put(static_cast<char>(bytes[at] ^ 1));
}

/// Overwrites the first place in the file where the text is.
void overwrite(const std::string& file, const std::string& text) {
  std::ostringstream read;
  read << std::ifstream{file, std::ios::binary}.rdbuf();
  const auto at = read.str().find(text);
  ASSERT_NE(at, std::string::npos);
  std::fstream out{file, std::ios::binary | std::ios::in | std::ios::out};
  out.seekp(static_cast<std::streamoff>(at));
  out << std::string(text.size(), '#');
}

TEST(LmdbStorageFaults, AFlippedBitInTheStateIsTurnedBack) {
  const temporary_folder folder;
  {
    auto store = open(folder.path());
    ASSERT_TRUE((*store)->state(0).apply(
        std::vector{make_epoch(0, 1, {write(table::state, "hurt", "tobeflipped")})}));
  }
  damage(folder / "shards/0000/state/data.mdb", "tobeflipped");
  auto store = open(folder.path());
  ASSERT_TRUE(store);
  EXPECT_EQ(read((*store)->state(0), {table::state, "hurt"}), "tobeflipped");
}

TEST(LmdbStorageFaults, DamagedBytesInTheStateAreReportedNotReturned) {
  const temporary_folder folder;
  {
    auto store = open(folder.path());
    ASSERT_TRUE((*store)->state(0).apply(std::vector{make_epoch(
        0, 1, {write(table::state, "good", "sound"), write(table::state, "hurt", "tobeflipped")})}));
  }
  overwrite(folder / "shards/0000/state/data.mdb", "tobeflipped");
  auto store = open(folder.path());
  ASSERT_TRUE(store);
  EXPECT_THAT(read((*store)->state(0), {table::state, "hurt"}),
              HasSubstr("shard 0, table 2, key 68757274: wrong checksum"));
  EXPECT_EQ(read((*store)->state(0), {table::state, "good"}), "sound");
  auto reader = (*store)->state(0).reader();
  int seen = 0;
  const auto scanned = (*reader)->scan(table::state, "", "", false, [&](std::string_view, std::string_view) {
    ++seen;
    return result<state_reader::step>{state_reader::step::next};
  });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, fault_code::corrupt);
  EXPECT_EQ(seen, 1);
}

TEST(LmdbStorageFaults, AFlippedByteInTheJournalStopsTheStart) {
  const temporary_folder folder;
  {
    auto store = open(folder.path());
    ASSERT_TRUE(recover(**store));
    ASSERT_TRUE(
        append((*store)->journal(), {make_epoch(0, 1, {write(table::state, "hurt", "tobeflipped")})}));
  }
  damage(folder / "journal/data.mdb", "tobeflipped");
  auto store = open(folder.path());
  ASSERT_TRUE(store);
  const auto done = recover(**store);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, fault_code::corrupt);
  EXPECT_THAT(done.error().message, HasSubstr("record 1 of the journal: journal record: wrong checksum"));
  EXPECT_EQ((*store)->state(0).applied_epoch(), 0u);
}

} // namespace
} // namespace orderd::test

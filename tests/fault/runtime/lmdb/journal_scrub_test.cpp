// A journal that is looked through while it is used. Injected: one flipped bit under it, anywhere; appends
// and erased records between the slices, and at the same time; pages that only the disk cannot read. Damage
// must be found before a start is refused by it, and nothing may be found where nothing is.
#include "runtime/lmdb/lmdb_journal.hpp"
#include "runtime/lmdb/lmdb_pages.hpp"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace orderd::test {
namespace {

using namespace runtime;

class JournalScrub : public testing::Test {
protected:
  void SetUp() override {
    auto opened = lmdb_journal::open(folder_.path(), {std::size_t{1} << 28, 0, 0});
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = *std::move(opened);
    ASSERT_TRUE(journal_->replay([](const epoch_ptr&) { return result<void>{}; }));
    for (int i = 0; i < 12; ++i)
      append_some(10);
  }
  std::string file() const { return folder_ / "data.mdb"; }

  /// Records of many sizes: in a page with others, in pages of their own, of several chunks.
  void append_some(int count, std::uint32_t shard = 0) {
    std::vector<epoch_ptr> epochs;
    for (; count > 0; --count) {
      const auto number = ++last_[shard];
      const auto bytes = number % 7 == 0 ? 40'000 : number % 3 == 0 ? 3'000 : 100 + number % 50;
      epochs.push_back(make_epoch(shard, number, {write(table::state, "k", std::string(bytes, 'v'))}));
    }
    ASSERT_TRUE(append(*journal_, epochs));
  }

  struct round {
    std::optional<fault> failure;
    unsigned slices = 0;
    std::uint64_t pages = 0;
    std::uint64_t mended = 0;
  };
  round look(std::size_t bytes_max = 40'000, const std::function<void()>& between = {}) {
    round out;
    double share = 0;
    for (scrub_cursor at; out.slices < 10'000; ++out.slices) {
      const auto slice = journal_->verify(at, bytes_max);
      if (!slice) {
        out.failure = slice.error();
        return out;
      }
      out.pages += slice->pages;
      out.mended += slice->mended;
      EXPECT_GE(slice->share, share);
      EXPECT_LE(slice->bytes, bytes_max + 600'000) << "a slice is short";
      share = slice->share;
      at = slice->next;
      if (slice->end) {
        EXPECT_EQ(share, 1);
        return out;
      }
      if (between)
        between();
    }
    ADD_FAILURE() << "it does not end";
    return out;
  }

  /// Whether a node could be started on what lies on the disk now.
  bool starts() const {
    const temporary_folder copy;
    for (const char* name : {"data.mdb", "end"})
      std::filesystem::copy_file(folder_ / name, copy / name);
    auto opened = lmdb_journal::open(copy.path(), {std::size_t{1} << 28, 0, 0}, journal_->id());
    return opened && (*opened)->replay([](const epoch_ptr&) { return result<void>{}; });
  }
  /// Whether the file system can be read past memory.
  bool can_be_read_past_memory() const {
    alignas(4'096) char page[4'096];
    const int fd = ::open(file().c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
    const bool read = fd >= 0 && ::pread(fd, page, sizeof page, 0) == sizeof page;
    ::close(fd);
    return read;
  }

  temporary_folder folder_;
  std::unique_ptr<lmdb_journal> journal_;
  std::map<std::uint32_t, std::uint64_t> last_;
};

TEST_F(JournalScrub, FindsNothingInASoundJournal) {
  for (const std::size_t slice : {std::size_t{1}, std::size_t{40'000}, std::size_t{1} << 30}) {
    const auto seen = look(slice);
    EXPECT_FALSE(seen.failure) << seen.failure->message;
    EXPECT_GT(seen.pages, 120u);
    EXPECT_EQ(seen.mended, 0u);
  }
  EXPECT_EQ(look(std::size_t{1} << 30).slices, 0u) << "one is enough";
  EXPECT_GT(look(1).slices, 100u);
}

TEST_F(JournalScrub, FindsNothingInAnEmptyJournal) {
  const temporary_folder folder;
  auto opened = lmdb_journal::open(folder.path(), {std::size_t{1} << 28, 0, 0});
  ASSERT_TRUE((*opened)->replay([](const epoch_ptr&) { return result<void>{}; }));
  const auto slice = (*opened)->verify({}, 1);
  ASSERT_TRUE(slice) << slice.error().message;
}

/// It looks at more than a start: at the number of a chunk too, say.
TEST_F(JournalScrub, FindsAFlippedBitWhereverAStartWouldBeRefusedByIt) {
  const auto pages = std::filesystem::file_size(file()) / lmdb::page_bytes;
  unsigned refused = 0;
  unsigned found = 0;
  for (std::uint64_t page = 2; page < pages; ++page) {
    const auto byte = page % 3 == 0 ? page * 7 % 16 : page % 3 == 1 ? 16 + page % 24 : page * 131 % 4'096;
    const flipped_bit damage{file(), page * lmdb::page_bytes + byte, static_cast<int>(page % 8)};
    const auto seen = look(std::size_t{1} << 20);
    found += seen.failure ? 1 : 0;
    if (!starts()) {
      ++refused;
      EXPECT_TRUE(seen.failure) << page << " " << byte;
    }
    if (seen.failure) {
      EXPECT_EQ(seen.failure->code, fault_code::corrupt) << seen.failure->message;
    }
  }
  EXPECT_GT(refused, pages / 4);
  EXPECT_LE(found, refused + pages / 20);
  EXPECT_FALSE(look().failure) << "all bits were turned back";
}

/// LMDB believes its list of free pages: one that names a page in use is written over.
TEST_F(JournalScrub, FindsAFlippedBitInTheListOfFreePages) {
  journal_->trim(0, last_[0] - 20);
  append_some(60);
  append_some(1);
  const auto meta = lmdb::require_meta_pages(file());
  ASSERT_TRUE(meta);
  ASSERT_EQ((*meta).newest.free.depth, 1u);
  unsigned refused = 0;
  for (std::uint64_t byte = 0; byte < lmdb::page_bytes; byte += byte < 24 ? 1 : 24) {
    const flipped_bit damage{file(), (*meta).newest.free.root * lmdb::page_bytes + byte,
                             static_cast<int>(byte % 7)};
    if (starts())
      continue;
    ++refused;
    EXPECT_TRUE(look().failure) << byte;
    EXPECT_TRUE(look(std::size_t{1} << 20).failure) << byte;
  }
  EXPECT_GT(refused, 20u);
}

TEST_F(JournalScrub, SaysWhetherTheStateHasWhatADamagedRecordSays) {
  // The last page of the file is the last chunk of a long record, or the leaf of the newest.
  const auto pages = std::filesystem::file_size(file()) / lmdb::page_bytes;
  std::optional<fault> found;
  for (auto page = pages - 1; !found; --page) {
    const flipped_bit damage{file(), page * lmdb::page_bytes + 2'000, 1};
    found = look().failure;
    if (found && found->message.find("it is epoch") == std::string::npos)
      found.reset();
    if (!found)
      continue;
    EXPECT_THAT(found->message, testing::HasSubstr("is not in the state yet"));
    journal_->trim(0, last_[0]);
    EXPECT_THAT(look().failure->message, testing::HasSubstr("which the state has"));
  }
}

TEST_F(JournalScrub, FindsNothingWhileRecordsComeAndGo) {
  for (const std::size_t slice : {std::size_t{1}, std::size_t{20'000}}) {
    std::uint64_t left = 100;
    const auto seen = look(slice, [&] {
      if (left-- == 0)
        return;
      append_some(1, left % 3);
      append_some(1);
      for (const auto shard : {0u, 1u}) // the third keeps all: marks stay behind
        if (left % 5 == 0 && last_[shard] > 8)
          journal_->trim(shard, last_[shard] - 8);
    });
    EXPECT_FALSE(seen.failure) << seen.failure->message;
  }
}

TEST_F(JournalScrub, EndsThoughRecordsComeFasterThanItLooks) {
  const auto seen = look(1, [&] { append_some(3); });
  EXPECT_FALSE(seen.failure) << seen.failure->message;
  EXPECT_LT(seen.slices, 200u);
}

TEST_F(JournalScrub, FindsNothingWhileAnotherThreadAppends) {
  std::atomic<bool> stop = false;
  std::thread appends{[&] {
    for (std::uint64_t i = 0; !stop; ++i) {
      append_some(1);
      if (i % 10 == 0)
        journal_->trim(0, last_[0] - 8);
    }
  }};
  for (int rounds = 0; rounds < 10; ++rounds) {
    const auto seen = look(4'000);
    EXPECT_FALSE(seen.failure) << seen.failure->message;
  }
  stop = true;
  appends.join();
}

TEST_F(JournalScrub, DoesNotKeepPagesFromBeingUsedAgain) {
  const auto settle = [&](int appends, bool looking) {
    scrub_cursor at;
    for (int i = 0; i < appends; ++i) {
      append_some(1);
      journal_->trim(0, last_[0] - 4);
      if (looking && i % 50 == 0)
        at = journal_->verify({}, 1)->next; // begun, and never gone on with
    }
    return std::filesystem::file_size(file());
  };
  const auto settled = settle(300, false);
  EXPECT_LE(settle(400, true), settled * 5 / 4);
}

TEST_F(JournalScrub, APageThatOnlyTheDiskCannotReadIsWrittenAnewFromMemory) {
  const auto pages = std::filesystem::file_size(file()) / lmdb::page_bytes;
  if (!can_be_read_past_memory())
    GTEST_SKIP() << "this file system cannot be read past memory";
  std::uint64_t unreadable = 0;
  std::uint64_t mended = 0;
  for (std::uint64_t page = 2; page < pages; page += 11) {
    const unreadable_byte damage{page * lmdb::page_bytes + 600};
    const auto seen = look();
    EXPECT_FALSE(seen.failure) << seen.failure->message;
    unreadable += damage.happened() ? 1 : 0;
    mended += seen.mended;
  }
  EXPECT_GT(unreadable, pages / 20) << "of those that are used";
  EXPECT_GT(mended, pages / 50) << "but for those that only lie beside them";
}

} // namespace
} // namespace orderd::test

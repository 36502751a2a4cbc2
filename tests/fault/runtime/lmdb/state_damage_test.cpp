// A state store whose files were damaged while it was closed, or under it while it is open. Injected: flipped
// bits, lost sectors, zeros, older and other pages, cut files, in every kind of page and in the sums. Each
// must be survivable because every page has sums by sector: what is answered is right, or it is `corrupt`; a
// row is never said not to be there because of a damaged page.
#include "tests/fault/runtime/lmdb/damaged_state.hpp"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <functional>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orderd::test {
namespace {
using namespace runtime;
using testing::HasSubstr;

using StateDamage = damaged_state;

// -- damage while it is closed -------------------------------------------------------------------

TEST_F(StateDamage, AFlippedBitAnywhereIsTurnedBack) {
  fill();
  std::mt19937 random{7};
  const auto pages = original_.size() / lmdb::page_bytes;
  for (std::size_t page = 0; page < pages; page += page < 2 ? 1 : 1 + random() % 8) {
    auto bytes = original_;
    // The head of a page is where a bit does the most harm; of a meta page only the start counts.
    const auto at = page * lmdb::page_bytes + random() % (page < 2 || random() % 2 == 0 ? 48 : 4'096);
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
    restore();
    put_bytes(file(), bytes);
    const auto seen = look();
    ASSERT_TRUE(seen) << "byte " << at;
    ASSERT_EQ(seen->refused, 0) << "byte " << at;
    ASSERT_FALSE(HasFailure()) << "byte " << at;
  }
}

TEST_F(StateDamage, AFlippedBitInEachPageAtOnceIsTurnedBack) {
  fill();
  std::mt19937 random{11};
  auto bytes = original_;
  // The list of free pages too: which pages need no correction is not known before it was corrected itself.
  for (std::size_t at = lmdb::metas * lmdb::page_bytes; at < bytes.size(); at += lmdb::page_bytes)
    bytes[at + random() % lmdb::page_bytes] ^= 1;
  restore();
  put_bytes(file(), bytes);
  const auto seen = look();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->refused, 0);
}

TEST_F(StateDamage, AFlippedBitInTheSumsIsTurnedBack) {
  fill();
  std::mt19937 random{8};
  for (std::size_t at = 512; at < original_sums_.size(); at += 1 + random() % 400) {
    auto sums = original_sums_;
    sums[at] = static_cast<char>(sums[at] ^ 1 << random() % 8);
    restore();
    put_bytes(folder() + "/sums", sums);
    const auto seen = look();
    ASSERT_TRUE(seen) << "byte " << at;
    EXPECT_EQ(seen->refused, 0) << "byte " << at;
  }
}

TEST_F(StateDamage, WhatIsDamagedBeyondThatIsNeverBelieved) {
  fill();
  std::mt19937 random{9};
  const auto pages = original_.size() / lmdb::page_bytes;
  int served = 0;
  int refused_rows = 0;
  for (int trial = 0; trial < 60; ++trial) {
    auto bytes = original_;
    const auto page = 2 + random() % (pages - 2);
    auto* begin = bytes.data() + page * lmdb::page_bytes;
    if (trial % 4 == 0) // a sector
      std::fill_n(begin + random() % 8 * 512, 512, '\0');
    else if (trial % 4 == 1)
      std::fill_n(begin, 4'096, '\0');
    else if (trial % 4 == 2) // another page in its place
      std::copy_n(original_.data() + (2 + random() % (pages - 2)) * lmdb::page_bytes, 4'096, begin);
    else // bytes of its head, or anywhere
      for (int i = 0; i < 4; ++i)
        begin[random() % (trial % 8 == 3 ? 48 : 4'096)] = static_cast<char>(random());
    restore();
    put_bytes(file(), bytes);
    if (const auto seen = look()) {
      ++served;
      refused_rows += seen->refused;
    }
  }
  EXPECT_GT(served, 40) << "only what lies there is refused";
  EXPECT_GT(refused_rows, 40) << "or the damage did not do any";
}

TEST_F(StateDamage, WithOtherCopiesADamagedStateIsRefusedAndLeftAlone) {
  fill();
  auto bytes = original_;
  std::fill_n(bytes.data() + 3 * lmdb::page_bytes, 4'096 * 6, '\0');
  put_bytes(file(), bytes);
  const auto refused = open(lmdb_state::when_damaged::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, fault_code::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("the state of shard 0 is damaged"));
  EXPECT_EQ(bytes_of(file()), bytes);
}

TEST_F(StateDamage, ACutFileIsNoSignal) {
  fill();
  for (const std::size_t kept : {std::size_t{1}, std::size_t{100}, std::size_t{4'096}, std::size_t{8'192},
                                 original_.size() / 2, original_.size() - 1}) {
    restore();
    std::filesystem::resize_file(file(), kept);
    look();
    restore();
    std::filesystem::resize_file(folder() + "/sums", std::min(kept, original_sums_.size() - 1));
    look();
  }
}

// -- damage while it is open ---------------------------------------------------------------------

TEST_F(StateDamage, UnderAnOpenStoreIsCorruptNotAbsence) {
  fill();
  auto state = open();
  const auto pages = original_.size() / lmdb::page_bytes;
  for (std::size_t page = 2; page < pages; page += 3) {
    auto bytes = original_;
    bytes[page * lmdb::page_bytes + 12] ^= 0x10; // the number of rows of the page
    put_bytes(file(), bytes);
    read_all(**state);
  }
  put_bytes(file(), original_);
  EXPECT_EQ(read_all(**state).refused, 0);
}

/// What a process of its own ends with that does this: 0 when it went well, 1 when it was refused, 3 when the
/// process had to end; above 256: a signal.
int ends(const std::function<bool()>& what) {
  const auto child = fork();
  if (child == 0)
    _exit(what() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/// Applies to a store one of whose pages is damaged after it was opened.
int apply_over(const std::function<result<std::unique_ptr<lmdb_state>>()>& open,
               const std::function<void()>& damage) {
  return ends([&] {
    auto state = open();
    damage();
    std::vector<row_write> writes;
    for (unsigned i = 0; i < 300; i += 7)
      writes.push_back(write(table::state, key_of('i', i), "new"));
    return static_cast<bool>((*state)->apply(std::vector{make_epoch(0, 5, std::move(writes))}));
  });
}

/// Whoever touches it, in whatever thread: a file is cut by others.
TEST_F(StateDamage, AFileThatIsCutUnderAnOpenStoreIsNoSignal) {
  fill();
  for (const std::size_t kept : {std::size_t{0}, std::size_t{4'096}, original_.size() / 2}) {
    restore();
    const auto cut = [&] { std::filesystem::resize_file(file(), kept); };
    const auto written = apply_over([&] { return open(); }, cut);
    EXPECT_TRUE(written == 1 || written == 3) << written << " with " << kept << " bytes";
    restore();
    const auto seen = ends([&] {
      auto state = open();
      cut();
      read_all(**state);
      return false;
    });
    EXPECT_TRUE(seen == 1 || seen == 3) << seen << " with " << kept << " bytes";
  }
}

TEST_F(StateDamage, ABugOfTheProgramIsNotTakenForDamage) {
  fill();
  const auto how = ends([&] {
    auto state = open();
    auto* nowhere = ::mmap(nullptr, lmdb::page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *static_cast<volatile char*>(nowhere) = 1;
    return true;
  });
  EXPECT_EQ(how, 256 + SIGSEGV);
}

TEST_F(StateDamage, IsNotWrittenAnewAsIfItWereGood) {
  fill();
  std::map<int, int> ended;
  for (std::size_t page = 2; page < original_.size() / lmdb::page_bytes; page += 3) {
    restore();
    const auto how = apply_over([&] { return open(); },
                                [&] {
                                  std::fstream out{file(), std::ios::binary | std::ios::in | std::ios::out};
                                  for (const auto at : {12, 14, 600}) {
                                    const auto where = page * lmdb::page_bytes + static_cast<std::size_t>(at);
                                    out.seekp(static_cast<std::streamoff>(where));
                                    out.put(static_cast<char>(original_[where] ^ 0x18));
                                  }
                                });
    EXPECT_TRUE(how == 0 || how == 1 || how == 3) << how << " of page " << page;
    ++ended[how];
    auto state = open();
    if (!state)
      continue;
    for (unsigned i = 0; i < 300; ++i)
      rows_[{table::state, key_of('i', i)}] =
          how == 0 && i % 7 == 0 ? "new" : "item " + std::to_string(4'000 + i) + std::string(40, 's');
    read_all(**state);
  }
  EXPECT_GT(ended[1] + ended[3], 0) << "pages that are changed, and lists of pages";
  EXPECT_GT(ended[0], 0) << "pages that are not";
}

// -- folders of before ---------------------------------------------------------------------------

TEST_F(StateDamage, AFolderOfBeforeTheSumsGetsSome) {
  fill();
  std::filesystem::remove(folder() + "/sums");
  auto bytes = original_;
  for (std::size_t page = 0; page < 2; ++page) // nor did meta pages have one
    std::fill_n(bytes.data() + page * lmdb::page_bytes + 152, 8, '\0');
  put_bytes(file(), bytes);
  const auto seen = look();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->refused, 0);
  EXPECT_EQ(bytes_of(folder() + "/sums").size(), original_sums_.size());
  EXPECT_EQ(bytes_of(file()), original_);
}

TEST_F(StateDamage, AFolderOfBeforeTheSumsThatIsDamagedIsRefused) {
  fill();
  const auto pages = original_.size() / lmdb::page_bytes;
  int refused = 0;
  for (std::size_t page = 2; page < pages; page += 2) {
    restore();
    std::filesystem::remove(folder() + "/sums");
    auto bytes = original_;
    bytes[page * lmdb::page_bytes + 12] ^= 0x10;
    put_bytes(file(), bytes);
    auto state = open();
    if (state) {
      EXPECT_EQ(read_all(**state).refused, 0) << "page " << page << " is nobody's";
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 25);
}

// -- stopped anywhere ----------------------------------------------------------------------------

TEST_F(StateDamage, ACommitCutShortAtAnyWriteLeavesAWholeState) {
  for (std::uint64_t nth = 1;; ++nth) {
    std::filesystem::remove_all(root_.path());
    rows_.clear();
    fill();
    bool happened = false;
    {
      auto state = open();
      const failing_write failing{nth, EIO};
      const auto done = (*state)->apply(std::vector{make_epoch(
          0, 5, {write(table::state, key_of('i', 3), "n"), erase(table::state, key_of('o', 2'000))})});
      happened = failing.happened();
      EXPECT_EQ(!done, happened);
    }
    if (!happened)
      return;
    auto state = open(lmdb_state::when_damaged::refuse);
    ASSERT_TRUE(state) << nth << ": " << state.error().message;
    EXPECT_EQ((*state)->applied_epoch(), 4u);
    EXPECT_EQ(read_all(**state).refused, 0);
    EXPECT_TRUE((*state)->apply(std::vector{make_epoch(0, 5, {write(table::state, "z", "z")})}));
  }
}

} // namespace
} // namespace orderd::test

// A state store that is looked through while it is open. Injected: one flipped bit under it, anywhere; a
// commit that was cut short; commits between the slices. A damaged page must be found, whoever else reads it
// or not, and nothing may be found where nothing is.
#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb_state.hpp"
#include "runtime/storage/runtime.pb.h"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>

namespace orderd::test {
namespace {
using namespace runtime;

std::string key_of(char kind, std::uint64_t number) {
  std::string out(1, kind);
  append_integer(out, number);
  return out;
}

class StateScrub : public testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directories(folder());
    open();
    for (int i = 0; i < 4; ++i)
      ASSERT_TRUE(apply_more());
  }
  void open() {
    state_.reset();
    auto opened = lmdb_state::open(folder(), 0, {std::size_t{1} << 26, 0, 0});
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = *std::move(opened);
  }
  /// The meta row as a version of before, or a bug, would have left it.
  void write_meta(const std::function<void(stored::v1::state_meta&)>& change) {
    state_.reset();
    {
      auto pages = lmdb::page_sums::open(folder(), std::size_t{1} << 26);
      ASSERT_TRUE(pages) << pages.error().message;
      auto to =
          lmdb::environment::open(folder(), {std::size_t{1} << 26, state_databases_max, 0}, pages->get());
      ASSERT_TRUE(to) << to.error().message;
      auto writing = (*to)->begin_write();
      ASSERT_TRUE(writing);
      const auto database = writing->database("meta", true);
      const row_key key{table{0}, "applied"};
      stored::v1::state_meta meta;
      ASSERT_TRUE(meta.ParseFromString(
          std::string{open_value(0, key, **writing->get(**database, key.key()))->value}));
      change(meta);
      ASSERT_TRUE(writing->put(**database, key.key(),
                               seal_value(0, meta.applied_epoch(), key, meta.SerializeAsString())));
      ASSERT_TRUE(writing->commit());
    }
    open();
  }
  std::string folder() const { return root_ / "state"; }
  std::string file() const { return folder() + "/data.mdb"; }

  result<void> apply_more() {
    const auto number = state_->applied_epoch() + 1;
    std::vector<row_write> writes;
    for (std::uint64_t i = 0; i < 300; ++i) {
      writes.push_back(write(table::content, key_of('o', number * 1'000 + i), std::string(90, 'c')));
      writes.push_back(write(table::state, key_of('o', number * 1'000 + i), "state"));
      writes.push_back(
          write(table::state, key_of('i', i), "item " + std::to_string(number) + std::string(40, 's')));
      writes.push_back(write(table::index, "x" + key_of('c', number * 1'000 + i), ""));
    }
    writes.push_back(write(table::content, key_of('o', number * 1'000 + 500), std::string(9'000, 'l')));
    return state_->apply(std::vector{make_epoch(0, number, std::move(writes))});
  }

  struct round {
    std::optional<fault> failure;
    unsigned slices = 0;
    scrub_slice sum;
  };
  /// Looks through all of it; `between` two slices something may happen.
  round look(std::size_t bytes_max = 40'000, const std::function<void()>& between = {}) {
    round out;
    double share = 0;
    for (scrub_cursor at; out.slices < 10'000; ++out.slices) {
      auto slice = state_->verify(at, bytes_max);
      if (!slice) {
        out.failure = slice.error();
        return out;
      }
      out.sum.pages += slice->pages;
      out.sum.bad_rows += slice->bad_rows;
      out.sum.mended += slice->mended;
      out.sum.rows += slice->rows;
      out.sum.rows_differ += slice->rows_differ;
      if (!between) {
        EXPECT_GE(slice->share, share);
      }
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

  temporary_folder root_;
  std::unique_ptr<lmdb_state> state_;
};

TEST_F(StateScrub, ReadsEveryPageAndFindsNothingInASoundState) {
  const auto pages = state_->size_bytes() / lmdb::page_bytes;
  for (const std::size_t slice : {std::size_t{1}, std::size_t{40'000}, std::size_t{1} << 30}) {
    const auto seen = look(slice);
    EXPECT_FALSE(seen.failure) << seen.failure->message;
    EXPECT_GE(seen.sum.pages, pages - 2) << slice;
    EXPECT_EQ(seen.sum.bad_rows + seen.sum.mended, 0u);
    EXPECT_EQ(seen.sum.rows, state_->rows());
    EXPECT_EQ(seen.sum.rows_differ, "");
  }
}

TEST_F(StateScrub, CountsOnceTheRowsOfAStateOfBeforeTheyWereCounted) {
  const auto counted = state_->rows();
  EXPECT_GT(counted.rows, 3'000u);
  write_meta([](auto& meta) {
    meta.clear_rows();
    meta.clear_rows_hash();
  });
  EXPECT_EQ(state_->rows(), counted);
  EXPECT_EQ(state_->applied_epoch(), 4u);
  bool kept = false;
  write_meta([&](const auto& meta) { kept = meta.has_rows_hash() && meta.rows() == counted.rows; });
  EXPECT_TRUE(kept);
}

TEST_F(StateScrub, FindsRowsThatAreNotThoseThatWereWritten) {
  write_meta([](auto& meta) { meta.set_rows_hash(meta.rows_hash() + 1); });
  const auto seen = look();
  EXPECT_FALSE(seen.failure);
  EXPECT_THAT(seen.sum.rows_differ, testing::HasSubstr("rows were lost or changed"));
}

TEST_F(StateScrub, FindsNothingWhileItIsWritten) {
  const auto seen = look(20'000, [&] {
    if (state_->applied_epoch() < 40) {
      ASSERT_TRUE(apply_more());
    }
  });
  EXPECT_FALSE(seen.failure) << seen.failure->message;
  EXPECT_EQ(state_->applied_epoch(), 40u);
  EXPECT_EQ(seen.sum.bad_rows + seen.sum.mended, 0u);
  EXPECT_EQ(seen.sum.rows_differ, "");
}

TEST_F(StateScrub, FindsAFlippedBitInEveryPageThatIsUsed) {
  const auto pages = state_->size_bytes() / lmdb::page_bytes;
  ASSERT_GT(pages, 40u);
  unsigned found = 0;
  unsigned free = 0;
  for (std::uint64_t page = 2; page < pages; ++page) {
    const flipped_bit damage{file(), page * lmdb::page_bytes + page * 131 % lmdb::page_bytes, 3};
    const auto seen = look(std::size_t{1} << 30);
    if (!seen.failure) {
      ++free;
      continue;
    }
    ++found;
    EXPECT_EQ(seen.failure->code, fault_code::corrupt);
    EXPECT_THAT(seen.failure->message, testing::HasSubstr("page " + std::to_string(page) + " of"));
  }
  EXPECT_GT(found, pages / 2);
  EXPECT_GT(free, 0u) << "free pages are nobody's";
  EXPECT_FALSE(look().failure) << "all bits were turned back";
}

TEST_F(StateScrub, APageThatOnlyTheDiskCannotReadIsWrittenAnewFromMemory) {
  const auto pages = state_->size_bytes() / lmdb::page_bytes;
  std::uint64_t mended = 0;
  for (std::uint64_t page = 2; page < pages; page += 5) {
    const unreadable_byte damage{page * lmdb::page_bytes + 600};
    const auto seen = look(std::size_t{1} << 30);
    if (!damage.happened())
      GTEST_SKIP() << "this file system cannot read past memory";
    EXPECT_FALSE(seen.failure) << seen.failure->message;
    EXPECT_LE(seen.sum.mended, 1u) << "free pages are nobody's";
    mended += seen.sum.mended;
  }
  EXPECT_GT(mended, pages / 10);
}

TEST_F(StateScrub, WhatACommitCutShortHasLeftIsNoDamage) {
  for (std::uint64_t nth = 1;; ++nth) {
    const failing_write failing{nth, EIO};
    const auto done = apply_more();
    if (!failing.happened())
      break;
    EXPECT_FALSE(done);
    const auto seen = look();
    if (seen.failure) {
      EXPECT_NE(seen.failure->code, fault_code::corrupt) << nth << ": " << seen.failure->message;
    }
    open();
  }
}

} // namespace
} // namespace orderd::test

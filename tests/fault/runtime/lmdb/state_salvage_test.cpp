// The rows of a damaged state that could be read, saved. Injected: a lost sector, an end of the process after
// each step of the salvage, copies that earlier ones have left. Each must be survivable because the damaged
// state stays in its place until its copy is whole.
#include "runtime/lmdb/state_salvage.hpp"
#include "tests/fault/runtime/lmdb/damaged_state.hpp"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"

#include <gmock/gmock.h>

#include <sys/wait.h>
#include <unistd.h>

namespace orderd::test {
namespace {
using testing::HasSubstr;
using StateSalvage = damaged_state;

TEST_F(StateSalvage, OfADamagedSectorOnlyTheRowsThatLieThereAreRefused) {
  fill();
  const auto row = "content 2042";
  auto bytes = original_;
  for (auto at = bytes.find(row); at != std::string::npos; at = bytes.find(row, at + 1))
    bytes.replace(at, 12, "xxxxxxxxxxxx");
  put_bytes(file(), bytes);
  const auto seen = look();
  ASSERT_TRUE(seen);
  EXPECT_GE(seen->refused, 1);
  EXPECT_LE(seen->refused, 12) << "of two sectors at most";
  EXPECT_TRUE(std::filesystem::exists(folder() + ".damaged-1/data.mdb")) << "kept, not deleted";
  auto state = open();
  EXPECT_THAT(read(**state, {table::content, key_of('o', 2'042)}), HasSubstr("wrong checksum"));
  EXPECT_EQ(read(**state, {table::content, key_of('o', 9'999)}), "") << "what was never there is not refused";
}

TEST_F(StateSalvage, ASalvageThatWasKilledBetweenItsStepsIsFinished) {
  fill();
  auto bytes = original_;
  for (auto at = bytes.find("content 2042"); at != std::string::npos; at = bytes.find("content 2042", at + 1))
    bytes.replace(at, 12, "xxxxxxxxxxxx");
  for (std::uint64_t step = 1; step <= 3; ++step) {
    restore();
    put_bytes(file(), bytes);
    const auto child = fork();
    if (child == 0) {
      end_after_rename(step);
      (void)open();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(WEXITSTATUS(status), ended_after_rename) << "a salvage has as many renames";
    const auto finished = finish_salvage(folder());
    EXPECT_TRUE(finished) << finished.error().message;
    EXPECT_TRUE(look()) << "after step " << step;
    EXPECT_TRUE(std::filesystem::exists(folder() + ".damaged-1/data.mdb"));
    EXPECT_FALSE(std::filesystem::exists(folder() + ".damaged-2"));
    EXPECT_FALSE(std::filesystem::exists(folder() + ".saved"));
  }
}

TEST_F(StateSalvage, WhatIsGivenUpWasNeverThereForReadersOfBeforeAndAfterAStart) {
  fill();
  auto bytes = original_;
  for (auto at = bytes.find("content 2042"); at != std::string::npos; at = bytes.find("content 2042", at + 1))
    bytes.replace(at, 12, "xxxxxxxxxxxx");
  put_bytes(file(), bytes);
  const row_key gone{table::content, key_of('o', 2'042)};
  {
    auto state = open();
    const auto ranges = (*state)->lost();
    ASSERT_FALSE(ranges.empty());
    EXPECT_GT(ranges[0].found_ms, 1'600'000'000'000);
    auto before = *(*state)->reader();
    EXPECT_FALSE(before->get(gone));
    EXPECT_EQ(before->lost(), ranges);
    ASSERT_TRUE((*state)->give_up(std::vector{lost_range{table::content, "x", "y"}}));
    EXPECT_EQ((*state)->lost(), ranges) << "what was not lost is left out";
    ASSERT_TRUE((*state)->give_up(ranges));
    EXPECT_TRUE((*state)->lost().empty());
    EXPECT_EQ(*before->get(gone), std::nullopt);
    EXPECT_TRUE(before->scan(table::content, {}, {}, false, [](auto, auto) {
      return result<state_reader::step>{state_reader::step::next};
    }));
  }
  auto state = open();
  EXPECT_TRUE((*state)->lost().empty());
  EXPECT_EQ(read(**state, gone), "");
}

TEST_F(StateSalvage, WhoSaysThatRowsAreLostMayReadTheOthers) {
  fill();
  auto bytes = original_;
  for (auto at = bytes.find("content 2042"); at != std::string::npos; at = bytes.find("content 2042", at + 1))
    bytes.replace(at, 12, "xxxxxxxxxxxx");
  put_bytes(file(), bytes);
  auto state = open();
  std::size_t seen = 0;
  const auto count = [&seen](auto, auto) {
    ++seen;
    return result<state_reader::step>{state_reader::step::next};
  };
  auto reader = *(*state)->reader();
  EXPECT_FALSE(reader->scan(table::content, {}, {}, false, count));
  seen = 0;
  reader->pass_lost();
  EXPECT_TRUE(reader->scan(table::content, {}, {}, false, count));
  EXPECT_GE(seen, 1'190u);
  EXPECT_LT(seen, 1'204u);
  EXPECT_FALSE((*(*state)->reader())->get({table::content, key_of('o', 2'042)})) << "another reader does not";
}

TEST_F(StateSalvage, ASavedCopyOfBeforeIsNotTakenForTheState) {
  fill();
  std::filesystem::create_directories(folder() + ".saved");
  put_bytes(folder() + ".saved/data.mdb", "of an earlier salvage that was cut short");
  ASSERT_TRUE(finish_salvage(folder()));
  EXPECT_FALSE(std::filesystem::exists(folder() + ".saved"));
  EXPECT_EQ(bytes_of(file()), original_);
}

/// A key of an order's form: a kind, and a UUIDv7 of that time.
std::string timed_key(std::int64_t time_ms, unsigned number) {
  std::string time;
  append_integer(time, static_cast<std::uint64_t>(time_ms));
  std::string key = "o" + time.substr(2) + std::string("\x70\0\x80\0\0\0", 6);
  append_integer(key, number);
  return key;
}

TEST_F(StateSalvage, WhatIsMadeAfterItIsNotTakenForLost) {
  constexpr std::int64_t now = 1'790'000'000'000;
  std::filesystem::create_directories(folder());
  {
    std::vector<row_write> writes;
    for (unsigned i = 0; i < 400; ++i) {
      const auto text = i == 399 ? std::string{"thelast"} : std::to_string(i);
      writes.push_back(write(table::content, timed_key(now + i, i), text + std::string(40, 'c')));
      writes.push_back(write(table::state, timed_key(now + i, i), text));
    }
    auto last = std::make_shared<epoch>(*make_epoch(0, 1, std::move(writes)));
    last->time_ms = now + 1'000;
    auto state = open();
    ASSERT_TRUE((*state)->apply(std::vector<epoch_ptr>{last}));
  }
  auto bytes = bytes_of(file());
  for (auto at = bytes.find("thelast"); at != std::string::npos; at = bytes.find("thelast"))
    bytes.replace(at / lmdb::page_bytes * lmdb::page_bytes, lmdb::page_bytes, lmdb::page_bytes, '\0');
  put_bytes(file(), bytes);
  auto state = open();
  ASSERT_TRUE(state) << state.error().message;
  for (const auto in : {table::content, table::state}) {
    EXPECT_THAT(read(**state, {in, timed_key(now + 399, 399)}), HasSubstr("wrong checksum"));
    EXPECT_THAT(read(**state, {in, timed_key(now + 50'000, 1)}), HasSubstr("wrong checksum"))
        << "by a client whose clock is ahead";
    EXPECT_EQ(read(**state, {in, timed_key(now + 62'000, 1)}), "") << "a new order can be placed";
  }
}

TEST_F(StateSalvage, AnEngineRowThatMayBeLostStopsTheStart) {
  std::filesystem::create_directories(folder());
  {
    auto state = open();
    ASSERT_TRUE((*state)->apply(std::vector{
        make_epoch(0, 1, {write(table::timer, "due", "tobedamaged"), write(table::state, "a", "b")})}));
  }
  auto bytes = bytes_of(file());
  bytes.replace(bytes.find("tobedamaged"), 11, "xxxxxxxxxxx");
  put_bytes(file(), bytes);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, fault_code::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("engine's own table 3"));
  EXPECT_EQ(bytes_of(file()), bytes) << "left as it was";
}

} // namespace
} // namespace orderd::test

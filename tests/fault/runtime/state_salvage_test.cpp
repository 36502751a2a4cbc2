// The rows of a damaged state that could be read, saved. Injected: a lost sector, an end of the process after
// each step of the salvage, copies that earlier ones have left. Each must be survivable because the damaged
// state stays in its place until its copy is whole.
#include "runtime/state_salvage.hpp"
#include "tests/fault/runtime/damaged_state.hpp"
#include "tests/fault/runtime/disk_faults.hpp"

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

TEST_F(StateSalvage, ASavedCopyOfBeforeIsNotTakenForTheState) {
  fill();
  std::filesystem::create_directories(folder() + ".saved");
  put_bytes(folder() + ".saved/data.mdb", "of an earlier salvage that was cut short");
  ASSERT_TRUE(finish_salvage(folder()));
  EXPECT_FALSE(std::filesystem::exists(folder() + ".saved"));
  EXPECT_EQ(bytes_of(file()), original_);
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

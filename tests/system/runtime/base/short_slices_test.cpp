#include "runtime/base/short_slices.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/resource.h>
#include <thread>

namespace orderd::test {
namespace {

TEST(ShortSlices, LeaveTheThreadItsPolicyAndItsShare) {
  std::thread{[] {
    const auto before = getpriority(PRIO_PROCESS, 0);
    EXPECT_TRUE(runtime::request_short_slices());
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
  }}.join();
}

} // namespace
} // namespace orderd::test

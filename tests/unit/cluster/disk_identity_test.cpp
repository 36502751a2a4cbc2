// Which disk goes on, and which begins anew (B4, B9), a row each.
#include "cluster/disk_identity.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(DiskIdentity, GoesOnOnlyWithTheDiskThatStartedLast) {
  struct row {
    disk_identity disk, stored;
    bool sound;
    bool anew;
    disk_identity now;
  };
  const row rows[] = {
      {{0, 0}, {0, 0}, true, true, {1, 1}},  // a new node
      {{1, 3}, {1, 3}, true, false, {1, 4}}, // a restart
      {{1, 4}, {1, 3}, true, false, {1, 5}}, // the store missed a start
      {{1, 2}, {1, 3}, true, true, {2, 1}},  // set back
      {{0, 0}, {1, 3}, true, true, {2, 1}},  // wiped
      {{1, 3}, {1, 3}, false, true, {2, 1}}, // fails its check
      {{1, 9}, {2, 1}, true, true, {3, 1}},  // an earlier disk comes back
      {{2, 1}, {1, 9}, true, false, {2, 2}}, // the store missed that it began anew
  };
  for (const auto& each : rows) {
    const auto decided = decide_start(each.disk, each.stored, each.sound);
    EXPECT_EQ(decided.anew, each.anew) << "row " << &each - rows;
    EXPECT_EQ(decided.now.incarnation, each.now.incarnation) << "row " << &each - rows;
    EXPECT_EQ(decided.now.boot, each.now.boot) << "row " << &each - rows;
  }
}

} // namespace
} // namespace orderd::cluster

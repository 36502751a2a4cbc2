// What a start makes of a disk: a row for each case (B4, B9). A disk is given up only for a better one.
#include "cluster/start/start_verdict.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using shards = std::map<std::uint32_t, assignment>;
using outcome = start_outcome;

constexpr std::uint32_t me = 1;

/// Shard 0 with copies on nodes 1, 2 and 3.
assignment with(std::vector<replica_id> in_sync, std::vector<replica_id> eligible = {}) {
  return {5, in_sync.front(), in_sync, std::move(eligible), {1, 2, 3}};
}

const assignment of_all = with({{1, 1}, {2, 1}, {3, 1}});
const assignment of_others = with({{2, 1}, {3, 1}});
const assignment of_one_other = with({{2, 1}});
const assignment eligible_here = with({{2, 1}}, {{1, 1}});
const assignment of_the_second = with({{1, 2}, {2, 1}, {3, 1}});

known_disks known(disk_identity now, std::vector<disk_identity> earlier = {}) {
  return {{now, "127.0.0.1:1", "127.0.0.1:2"}, std::move(earlier), 0};
}

struct row {
  const char* what;
  disk_found disk;
  known_disks store;
  shards there;
  bool replace = false;
  outcome wanted = outcome::goes_on;
  disk_identity now;
  std::vector<std::uint32_t> why = {};
};

void check(const row& each) {
  const auto decided = judge_start({me, each.disk, each.store, each.there, 2, each.replace});
  EXPECT_EQ(decided.outcome, each.wanted) << each.what;
  EXPECT_EQ(decided.now, each.now) << each.what;
  EXPECT_EQ(decided.shards, each.why) << each.what;
  EXPECT_EQ(decided.may_start(), decided.now.incarnation != 0) << each.what;
}

TEST(StartVerdict, GoesOnWithTheDiskThatStartedLast) {
  const row rows[] = {
      {"a new node", {}, {}, {}, false, outcome::begins, {1, 1}},
      {"a new node where shards are placed", {}, {}, {{0, of_others}}, false, outcome::begins, {1, 1}},
      {"a restart", {{1, 3}}, known({1, 3}), {{0, of_all}}, false, outcome::goes_on, {1, 4}},
      {"a restart of one left out",
       {{1, 3}},
       known({1, 3}),
       {{0, of_others}},
       false,
       outcome::goes_on,
       {1, 4}},
      {"the store missed a start", {{1, 4}}, known({1, 3}), {{0, of_all}}, false, outcome::goes_on, {1, 5}},
      {"the store knows no such node", {{2, 4}}, {}, {}, false, outcome::goes_on, {2, 5}},
      {"the store missed that it began anew",
       {{2, 1}, true, true},
       known({1, 9}),
       {{0, of_all}},
       false,
       outcome::goes_on,
       {2, 2}},
  };
  for (const auto& each : rows)
    check(each);
}

TEST(StartVerdict, GivesNoNumberToAnEmptyDiskButByAPersonsWord) {
  const row rows[] = {
      {"wiped", {}, known({1, 3}), {{0, of_others}}, false, outcome::refuses_empty, {}},
      {"wiped, and in sync", {}, known({1, 3}), {{0, of_all}}, false, outcome::refuses_empty, {}, {0}},
      {"replaced", {}, known({1, 3}), {{0, of_all}}, true, outcome::begins, {2, 1}, {0}},
      {"replaced again", {}, known({1, 3}, {{7, 2}}), {{0, of_others}}, true, outcome::begins, {8, 1}},
      {"the word, where nobody was", {}, {}, {}, true, outcome::begins, {1, 1}},
  };
  for (const auto& each : rows)
    check(each);
}

TEST(StartVerdict, GivesUpADiskThatCannotGoOnOnlyWhenOthersHoldEverything) {
  const disk_found damaged{{1, 3}, false};
  const row rows[] = {
      {"damaged", damaged, known({1, 3}), {{0, of_others}}, false, outcome::begins_anew, {2, 1}},
      {"damaged, in sync", damaged, known({1, 3}), {{0, of_all}}, false, outcome::not_superseded, {}, {0}},
      {"damaged, eligible",
       damaged,
       known({1, 3}),
       {{0, eligible_here}},
       false,
       outcome::not_superseded,
       {},
       {0}},
      {"damaged, too few others",
       damaged,
       known({1, 3}),
       {{0, of_one_other}},
       false,
       outcome::not_superseded,
       {},
       {0}},
      {"damaged, and a person elected the other",
       damaged,
       known({1, 3}),
       {{0, elected(of_all, {2, 1}, 6)}},
       false,
       outcome::begins_anew,
       {2, 1}},
      {"damaged, with one shard of two",
       damaged,
       known({1, 3}),
       {{0, of_others}, {4, of_all}},
       false,
       outcome::not_superseded,
       {},
       {4}},
      {"damaged, by a person's word",
       damaged,
       known({1, 3}),
       {{0, of_all}},
       true,
       outcome::begins_anew,
       {2, 1},
       {0}},
  };
  for (const auto& each : rows)
    check(each);
}

TEST(StartVerdict, TakesADiskThatCountsFewerStartsForDamaged) {
  const disk_found set_back{{1, 2}};
  const row rows[] = {
      {"set back", set_back, known({1, 3}), {{0, of_others}}, false, outcome::begins_anew, {2, 1}},
      {"set back, in sync", set_back, known({1, 3}), {{0, of_all}}, false, outcome::not_superseded, {}, {0}},
      {"an earlier one, set back",
       set_back,
       known({2, 1}, {{1, 3}}),
       {{0, of_all}},
       false,
       outcome::not_superseded,
       {},
       {0}},
      {"intact, by a person's word",
       {{1, 3}},
       known({1, 3}),
       {{0, of_all}},
       true,
       outcome::begins_anew,
       {2, 1},
       {0}},
      {"the word said again while it begins",
       {{2, 1}, true, true},
       known({1, 9}),
       {{0, of_all}},
       true,
       outcome::goes_on,
       {2, 2}},
  };
  for (const auto& each : rows)
    check(each);
}

TEST(StartVerdict, LetsAnIntactDiskServeAgainUnlessAnotherHoldsMore) {
  const row rows[] = {
      {"the other never joined",
       {{1, 9}},
       known({2, 1}, {{1, 9}}),
       {{0, of_all}},
       false,
       outcome::serves_again,
       {1, 10}},
      {"nobody of this node holds anything",
       {{1, 9}},
       known({2, 1}, {{1, 9}}),
       {{0, of_others}},
       false,
       outcome::serves_again,
       {1, 10}},
      {"the other holds everything",
       {{1, 9}},
       known({2, 1}, {{1, 9}}),
       {{0, of_the_second}},
       false,
       outcome::refuses_replaced,
       {},
       {0}},
      {"each holds a shard",
       {{1, 9}},
       known({2, 1}, {{1, 9}}),
       {{0, of_the_second}, {1, of_all}},
       false,
       outcome::serves_again,
       {1, 10}},
      {"the wrong folder again, a newer one",
       {{2, 1}},
       known({1, 9}, {{2, 1}}),
       {{0, of_all}},
       false,
       outcome::refuses_replaced,
       {},
       {0}},
      {"a record of before earlier disks were kept",
       {{1, 9}},
       known({2, 1}),
       {{0, of_all}},
       false,
       outcome::serves_again,
       {1, 10}},
      {"given up by a person's word",
       {{1, 9}},
       known({2, 1}, {{1, 9}}),
       {{0, of_the_second}},
       true,
       outcome::begins_anew,
       {3, 1}},
  };
  for (const auto& each : rows)
    check(each);
}

} // namespace
} // namespace orderd::cluster

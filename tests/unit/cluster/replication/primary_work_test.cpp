// When a primary begins what is new, by who is in sync and who is heard.
#include "tests/support/primary_bench.hpp"

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

class PrimaryWork : public test::primary_bench {};

/// Members 1 to 3, of which two have to be there; nodes 2 and 3 were heard last so long ago.
TEST_F(PrimaryWork, BeginsNothingThatCannotBeCommittedSoon) {
  const struct {
    const char* what;
    std::vector<replica_id> in_sync, eligible;
    milliseconds two, three;
    bool takes_work;
  } rows[] = {
      {"all are heard", {self, two, three}, {}, 100ms, 100ms, true},
      {"one is silent, and is left out soon", {self, two, three}, {}, 100ms, 900ms, true},
      {"one is silent, and is not left out: the store does not answer",
       {self, two, three},
       {},
       0ms,
       901ms,
       false},
      {"it was left out", {self, two}, {}, 100ms, 5'000ms, true},
      {"two are silent for no longer than a grace", {self, two, three}, {}, 550ms, 550ms, true},
      {"too few would be left", {self, two, three}, {}, 551ms, 551ms, false},
      {"too few would be left of two", {self, two}, {}, 551ms, 0ms, false},
      {"too few are left", {self}, {two, three}, 5'000ms, 5'000ms, false},
      {"too few are in sync, though all are heard", {self}, {two, three}, 0ms, 0ms, false},
  };
  for (const auto& row : rows) {
    board.resign(0);
    open({.starts = {}, .promised = term});
    if (row.in_sync.size() < 2)
      lead(row.in_sync, row.eligible);
    else
      serve(row.in_sync, row.eligible);
    const auto now = 10'000ms;
    leases(two, now - row.two);
    leases(three, now - row.three);
    EXPECT_EQ(leader->takes_work(start + now), row.takes_work) << row.what;
  }
}

} // namespace
} // namespace orderd::cluster

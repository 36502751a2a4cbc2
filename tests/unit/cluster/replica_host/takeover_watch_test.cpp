#include "cluster/replica_host/takeover_watch.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t self = 1;

struct step {
  std::string state;
  std::uint32_t primary = 0;
  int at_ms = 0;
};

struct row {
  std::string name;
  std::vector<step> steps;
  std::string took; ///< what is said, in milliseconds
};

class TakeoverWatch : public testing::TestWithParam<row> {};

TEST_P(TakeoverWatch, TellsHowLongNobodyServed) {
  takeover_watch watch{self};
  const std::map<std::uint32_t, int> heard_at_ms{{2, 1'000}, {3, 5'000}};
  std::string took;
  for (const auto& each : GetParam().steps) {
    const auto heard = [&](std::uint32_t node) -> std::optional<steady_time> {
      const auto found = heard_at_ms.find(node);
      return found == heard_at_ms.end() ? std::nullopt
                                        : std::optional{steady_time{milliseconds{found->second}}};
    };
    if (const auto said = watch.see(each.state, each.primary, steady_time{milliseconds{each.at_ms}}, heard))
      took += std::to_string(std::chrono::duration_cast<milliseconds>(*said).count()) + ' ';
  }
  EXPECT_EQ(took, GetParam().took);
}

INSTANTIATE_TEST_SUITE_P(
    Table, TakeoverWatch,
    testing::Values(row{"AfterADeath",
                        {{"following", 2, 900},
                         {"taking over", 2, 1'600},
                         {"taking over", 1, 1'650},
                         {"opening", 1, 1'660},
                         {"serving", 1, 1'700}},
                        "700 "},
                    row{"OnceForEachTakeover",
                        {{"following", 2, 900},
                         {"taking over", 2, 1'600},
                         {"serving", 1, 1'700},
                         {"serving", 1, 1'800},
                         {"too few heard", 1, 1'900},
                         {"serving", 1, 2'000},
                         {"following", 3, 4'000},
                         {"taking over", 3, 5'600},
                         {"serving", 1, 6'000}},
                        "700 1000 "},
                    row{"OneThatCameToNothing",
                        {{"following", 2, 900}, {"taking over", 2, 1'600}, {"following", 3, 1'700}},
                        ""},
                    row{"OfANodeByItself", {{"taking over", 1, 10}, {"serving", 1, 20}}, "0 "},
                    row{"OfALeaderThatWasNeverHeard",
                        {{"following", 7, 10}, {"taking over", 7, 600}, {"serving", 1, 700}},
                        "0 "}),
    [](const auto& each) { return each.param.name; });

} // namespace
} // namespace orderd::cluster

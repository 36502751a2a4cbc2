// The simulation finds bugs: each test breaks one thing on purpose and expects a complaint.
#include "actors/rules/kinds.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace orderd::simulation {
namespace {

constexpr std::uint64_t seeds_max = 60;

/// The first complaint about a bug planted in every seed in turn; "" when no seed finds it.
std::string complaint_about(const std::function<void(simulation_options&)>& plant) {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    auto options = options_of_seed(seed);
    options.throws = false;
    plant(options);
    const auto report = simulate(options);
    if (!report.violations.empty()) {
      std::cout << "  seed " << seed << ": " << report.violations.front() << '\n';
      return report.violations.front();
    }
  }
  return {};
}

bool is(const runtime::entity_id& id, actors::kind kind) {
  return id.kind() == static_cast<std::uint8_t>(kind);
}

/// Does something to one turn in so many, of those that `concerns` is true for.
template <class Concerns, class Does>
turn_hook now_and_then(std::uint64_t times, Concerns concerns, Does does) {
  return [random = chance{1}, times, concerns, does](runtime::turn& now) mutable {
    if (concerns(now) && random.once_in(times))
      does(now);
  };
}

TEST(PlantedBug, OfADiskThatAcknowledgesBeforeItSyncsIsFound) {
  EXPECT_NE(complaint_about([](auto& options) { options.disk_bugs.acknowledges_before_sync = true; }), "");
}

TEST(PlantedBug, OfAJournalThatLosesItsLastRecordInACrashIsFound) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.after_crash = [](test::memory_disk& disk) {
                if (disk.journal_records() > 0)
                  disk.lose_record(disk.journal_records() - 1);
              };
            }),
            "");
}

std::string complaint_about_lost(runtime::table in) {
  return complaint_about([in](auto& options) {
    options.shards = std::max(options.shards, 2u);
    options.steps_between_crashes = 200;
    options.disk_bugs.loses = [in](const runtime::row_key& key) { return key.in() == in; };
  });
}

TEST(PlantedBug, OfTheLastSequenceTakenNotRecordedIsFound) {
  EXPECT_NE(complaint_about_lost(runtime::table::inbox), "");
}

TEST(PlantedBug, OfCommandsToOtherShardsNotRecordedIsFound) {
  EXPECT_NE(complaint_about_lost(runtime::table::outbox), "");
}

TEST(PlantedBug, OfTimersNotRecordedIsFound) {
  EXPECT_NE(complaint_about_lost(runtime::table::timer), "");
}

TEST(PlantedBug, OfProviderCallsNotRecordedIsFound) {
  EXPECT_NE(complaint_about_lost(runtime::table::call), "");
}

TEST(PlantedBug, OfATimeThatEachProcessBeginsAnewIsFound) {
  EXPECT_NE(complaint_about([](auto& options) { options.disk_bugs.forgets_time = true; }), "");
}

TEST(PlantedBug, OfAReleaseForgottenIsFound) {
  const auto complaint = complaint_about([](auto& options) {
    options.alters_turn = now_and_then(
        10, [](const runtime::turn& now) { return is(now.self, actors::kind::order); },
        [](runtime::turn& now) {
          std::erase_if(now.out.commands, [](const auto& each) { return each.what->name() == "release"; });
        });
  });
  EXPECT_NE(complaint, "");
}

TEST(PlantedBug, OfAnItemThatForgetsToSaveIsFound) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.alters_turn = now_and_then(
                  30, [](const runtime::turn& now) { return is(now.self, actors::kind::item); },
                  [](runtime::turn& now) { now.out.state.reset(); });
            }),
            "");
}

TEST(PlantedBug, OfAnIdempotencyKeyThatChangesIsFound) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.alters_turn = [attempt = 0](runtime::turn& now) mutable {
                for (auto& call : now.out.calls)
                  call.idempotency_key += '#' + std::to_string(++attempt);
              };
            }),
            "");
}

TEST(PlantedBug, OfAnOutcomeThatIsNotRecordedIsFound) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.alters_turn = now_and_then(
                  20, [](const runtime::turn& now) { return now.out.announcement.has_value(); },
                  [](runtime::turn& now) { now.out.state.reset(); });
            }),
            "");
}

TEST(PlantedBug, OfACallerForgottenIsFound) {
  EXPECT_NE(complaint_about([](auto& options) {
              options.alters_turn = now_and_then(
                  50, [](const runtime::turn& now) { return now.out.reply.has_value(); },
                  [](runtime::turn& now) { now.out.reply.reset(); });
            }),
            "");
}

TEST(PlantedBug, IsNotSeenWhereThereIsNone) {
  EXPECT_EQ(complaint_about([](auto&) {}), "");
}

} // namespace
} // namespace orderd::simulation

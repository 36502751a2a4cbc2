// Many seeds of a simulation, up to the first that fails, and what happened in them.
//
// PREFIX_SEED is the first seed, PREFIX_SEEDS how many. A seed that fails prints itself; run alone, it does
// exactly the same again.
#pragma once

#include "tests/simulation/counters.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace orderd::simulation {

class seed_run {
public:
  seed_run(std::string prefix, std::uint64_t seeds_otherwise)
      : prefix_(std::move(prefix)), first_(number_of("_SEED", 1)),
        seeds_(number_of("_SEEDS", seeds_otherwise)) {}

  /// `simulate` gives the report of a seed: violations, happened, simulated_ms, events.
  template <class Simulate>
  void run(const Simulate& simulate) {
    std::uint64_t passed = 0;
    std::int64_t simulated_ms = 0;
    std::uint64_t events = 0;
    const auto started_at = std::chrono::steady_clock::now();
    for (; passed < seeds_; ++passed) {
      const auto report = simulate(first_ + passed);
      if (!report.violations.empty()) {
        ADD_FAILURE() << shown(report.violations, first_ + passed);
        break;
      }
      happened_.add(report.happened);
      simulated_ms += report.simulated_ms;
      events += report.events;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
    std::cout << passed << " seeds, " << simulated_ms / 1'000 << " s simulated, " << events << " events, "
              << static_cast<double>(passed) / took.count() << " seeds/s\n";
    for (const auto& [what, times] : happened_.all())
      std::cout << "  " << times << "  " << what << '\n';
  }

  /// A long run must have met them all: a simulation that never gets there proves nothing.
  void expect(const std::vector<const char*>& wanted) const {
    if (testing::Test::HasFailure() || seeds_ < long_run)
      return; // Too few to expect everything.
    for (const auto* what : wanted)
      EXPECT_GT(happened_.of(what), 0u) << what << " never happened";
  }

private:
  static constexpr std::uint64_t long_run = 1'000; ///< seeds

  std::uint64_t number_of(const char* suffix, std::uint64_t otherwise) const {
    const auto* set = std::getenv((prefix_ + suffix).c_str());
    return set ? std::strtoull(set, nullptr, 10) : otherwise;
  }

  /// A seed's violations, one a line, with how to see them again.
  std::string shown(const std::vector<std::string>& violations, std::uint64_t seed) const {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string all = "seed " + std::to_string(seed) + " fails; again: " + prefix_ + "_SEED="
                      + std::to_string(seed) + ' ' + prefix_ + "_SEEDS=1 simulation_tests --gtest_filter="
                      + test->test_suite_name() + '.' + test->name() + '\n';
    for (const auto& each : violations)
      all += "  " + each + '\n';
    return all;
  }

  std::string prefix_;
  std::uint64_t first_;
  std::uint64_t seeds_;
  counters happened_;
};

} // namespace orderd::simulation

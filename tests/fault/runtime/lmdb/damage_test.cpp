// Damage of every file of a data folder, in every kind of page: flipped bits, zeros, cut ends, older copies,
// another shard's files. Injected one at a time into a sound folder; each must be survivable because what is
// damaged is recognised before it is believed. Nothing may be missing or wrong without a word, no signal may
// end the process, and nothing may hang.
//
// ORDERD_DAMAGE_TRIALS (150), ORDERD_DAMAGE_KIND and ORDERD_SEED say how many and which; scripts/damage.sh
// runs as many as wanted.
#include "tests/fault/runtime/lmdb/damage_trial.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>

namespace orderd::test {
namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const auto* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Trials after which another folder is made.
constexpr std::uint64_t trials_per_bed = 250;

using outcomes = std::map<damage_outcome, int>;

/// How often each kind of damage came to what.
void print(const std::map<std::string, outcomes>& table) {
  std::printf("%-24s", "");
  for (const auto outcome : damage_outcomes)
    std::printf("%9s", to_string(outcome).c_str());
  for (const auto& [kind, found] : table) {
    std::printf("\n%-24s", kind.c_str());
    for (const auto outcome : damage_outcomes)
      std::printf("%9d", found.count(outcome) == 0 ? 0 : found.at(outcome));
  }
  std::printf("\n");
}

TEST(Damage, IsFoundNeverBelieved) {
  const auto trials = number_from("ORDERD_DAMAGE_TRIALS", 150);
  const auto seed = number_from("ORDERD_SEED", 1);
  const auto* only = std::getenv("ORDERD_DAMAGE_KIND");
  const auto kinds = only ? std::vector<std::string>{only} : damage_bed::kinds();
  std::map<std::string, outcomes> table;
  std::optional<damage_bed> bed;
  std::mt19937_64 random{seed};
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    if (trial % trials_per_bed == 0)
      bed.emplace(seed + trial);
    const auto& kind = kinds[trial % kinds.size()];
    const auto report = bed->run(kind, random);
    ++table[kind][report.outcome];
    EXPECT_LT(report.outcome, damage_outcome::silent)
        << "seed " << seed << ", trial " << trial << ": " << report.what;
  }
  print(table);
}

} // namespace
} // namespace orderd::test

// The worlds of a long run.
#include "tests/simulation/chance.hpp"
#include "tests/simulation/replica_world.hpp"

#include <algorithm>

namespace orderd::simulation {

world_options world_of_seed(std::uint64_t seed) {
  chance random{seed * 0x9e3779b97f4a7c15ull + 7};
  world_options options;
  options.seed = seed;
  options.nodes = static_cast<std::uint32_t>(random.between(3, 5));
  options.faulty_ms = random.between(3'000, 40'000);
  options.idles = random.percent(30);
  if (random.percent(20))
    options.round_trip_ms = random.between(20, 300);
  if (random.percent(25) && options.faulty_ms > 15'000)
    options.rests_at_ms = random.between(2'000, options.faulty_ms - 12'000);
  options.turns = random.percent(40);
  options.lies = random.percent(20);
  options.habits.minimum = cluster::min_in_sync(std::min<std::size_t>(3, options.nodes));
  if (random.percent(30))
    options.habits.recent_bytes = random.percent(50) ? 1 : 20'000;
  if (random.percent(15))
    options.habits.terms_kept = 2;
  options.habits.drifts_most = random.percent(20);
  options.habits.upgrades = random.percent(20);
  options.habits.heir_is_fast = options.habits.drifts_most && random.percent(60);
  options.turns |= options.habits.heir_is_fast;
  options.quick_store = random.percent(options.habits.drifts_most ? 70 : 20);
  return options;
}

} // namespace orderd::simulation

// The only source of chance of a simulation: one seed, one sequence.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace orderd::simulation {

class chance {
public:
  explicit chance(std::uint64_t seed) : bits_(seed) {}

  std::uint64_t bits() { return bits_(); }
  /// 0 to below - 1.
  std::uint64_t below(std::uint64_t below) { return bits_() % below; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  /// True once in `times`, on average; never for 0.
  bool once_in(std::uint64_t times) { return times != 0 && below(times) == 0; }
  bool percent(std::uint64_t share) { return below(100) < share; }
  std::string bytes(std::size_t count) {
    std::string made;
    while (made.size() < count)
      made += static_cast<char>(bits_());
    return made;
  }

private:
  std::mt19937_64 bits_;
};

/// By how many milliseconds somebody sets a machine's wall clock wrong: seconds, hours, or years.
inline std::int64_t wrong_clock(chance& random) {
  constexpr std::int64_t hour = 3'600'000;
  switch (random.below(4)) {
  case 0:
    return random.between(-400, 400);
  case 1:
    return random.between(-90'000, 90'000);
  case 2:
    return random.between(-30 * hour, 30 * hour);
  default:
    return random.between(-10'000 * hour, 10'000 * hour);
  }
}

} // namespace orderd::simulation

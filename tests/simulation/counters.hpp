// What happened in simulations, by name: a check that everything they are meant for also happens.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace orderd::simulation {

class counters {
public:
  void count(const std::string& what, std::uint64_t times = 1) { counts_[what] += times; }
  std::uint64_t of(const std::string& what) const {
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }
  void add(const counters& other) {
    for (const auto& [what, times] : other.counts_)
      counts_[what] += times;
  }
  const std::map<std::string, std::uint64_t>& all() const noexcept { return counts_; }

private:
  std::map<std::string, std::uint64_t> counts_;
};

} // namespace orderd::simulation

#include "tests/simulation/world_network.hpp"

#include <algorithm>

namespace orderd::simulation {

void world_network::carry(std::uint32_t from, std::uint32_t to, bool in_order, std::function<void()> what) {
  if (cuts_.contains({from, to}) || (!healed_ && random_.percent(loss_)))
    return;
  const auto now = time_.now();
  auto due = now + random_.between(50, 2'000) + one_way_us_
             + (random_.once_in(50) ? random_.between(0, 300) * 1'000 : 0);
  if (in_order)
    due = links_[{from, to}] = std::max(links_[{from, to}], due);
  time_.later(to, due - now, std::move(what));
}

void world_network::heal() {
  healed_ = true;
  mend();
}

} // namespace orderd::simulation

// Handlers that throw, by chance: planted faults of the business, which a shard must survive.
#pragma once

#include "actors/rules/kinds.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/entity/entity.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace orderd::simulation {

class throwing_handlers {
public:
  throwing_handlers(bool throws, std::uint64_t seed, chance& random)
      : throws_(throws), seed_(seed), random_(random) {}

  /// Of some orders and SKUs the handler throws, always, until all is healed.
  bool poisoned(std::string_view key) const {
    return throws_ && runtime::hash_bytes(key, seed_) % (key.size() == 16 ? 32 : 8) == 0;
  }

  void before_turn(const runtime::turn& now) {
    if (!throws_ || healed_)
      return;
    const auto is = [&](actors::kind kind) { return now.self.kind() == static_cast<std::uint8_t>(kind); };
    // An order at one of its commands, which it depends on the order; an item at each reservation.
    const auto which = runtime::hash_bytes(now.self.key()) % 4;
    if (is(actors::kind::order) && poisoned(now.self.key()) && now.what.name().size() % 4 >= which)
      throw std::runtime_error("a planted exception of an order");
    if (is(actors::kind::item) && poisoned(now.self.key()) && now.what.name() == "reserve")
      throw std::runtime_error("a planted exception of an item");
    if (random_.once_in(60))
      throw std::runtime_error("a planted exception, now and then");
  }

  void heal() { healed_ = true; }

private:
  bool throws_;
  std::uint64_t seed_;
  chance& random_;
  bool healed_ = false;
};

} // namespace orderd::simulation

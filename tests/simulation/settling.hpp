// The end of a simulated history: the faults have stopped, and everything must come to rest (N6, S10).
//
// *Operation*: `settle` asks for every outcome that is not known, until all are and every order has settled;
// `read_everything` then reads all orders, stock and accounts, for `shop::review`. What fails is said as a
// complaint of the shop.
#pragma once

#include "tests/simulation/counters.hpp"
#include "tests/simulation/shop.hpp"

#include <chrono>
#include <cstdint>

namespace orderd::simulation {

/// The world that comes to rest.
class settling_world {
public:
  virtual ~settling_world() = default;
  virtual void send(const shop_request& asked) = 0;
  /// Everything that can happen now.
  virtual void run() = 0;
  virtual void pass(std::chrono::milliseconds time) = 0;
  virtual std::int64_t now_ms() const = 0;
  /// Whether a promise is broken already.
  virtual bool failed() const = 0;
};

class settling {
public:
  struct options {
    std::uint32_t shards = 1;
    bool throws = false; ///< entities may be in quarantine
    std::int64_t ms_max = 120'000;
  };
  settling(settling_world& world, shop& clients, counters& happened, options with)
      : world_(world), shop_(clients), happened_(happened), options_(with) {}

  /// Whether everything has settled in time. If not, that is complained about, or something else was.
  bool settle();
  void read_everything();
  /// Lets time pass until every request is answered, and half a second more.
  void wait_for_answers();

private:
  void ask_all_that_is_unknown();
  void resolve_quarantined();

  settling_world& world_;
  shop& shop_;
  counters& happened_;
  options options_;
};

} // namespace orderd::simulation

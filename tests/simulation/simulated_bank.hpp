// The card provider of the simulation, with a memory of its own: it survives every crash of the node and
// knows what was really charged.
//
// A call can be lost on its way (no effect, no answer), and so can its answer (effect, no answer).
//
// *Operation*: `receive` each call; at the end, `charged` against what the orders say.
#pragma once

#include "tests/simulation/chance.hpp"
#include "tests/simulation/counters.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::simulation {

class simulated_bank {
public:
  simulated_bank(chance& random, counters& happened) : random_(random), happened_(happened) {}

  /// In percent of all calls. Healed: none is lost, none is declined that was not before.
  struct behaviour {
    std::uint64_t declines = 10;
    std::uint64_t loses_calls = 8;
    std::uint64_t loses_answers = 8;
  };
  void behave(behaviour how) { how_ = how; }

  /// The answer to a call, or nothing: none comes.
  std::optional<std::string> receive(const std::string& idempotency_key, const std::string& body);

  /// Amounts authorized and not void for an order (its id as text).
  std::vector<std::int64_t> charged(const std::string& order) const;
  /// Every order the bank ever authorized something for.
  std::vector<std::string> orders() const;
  /// Calls that no provider accepts.
  const std::vector<std::string>& complaints() const noexcept { return complaints_; }

private:
  struct payment {
    bool declined = false;
    bool voided = false;
    std::int64_t amount_minor = 0;
  };

  std::string authorize(const std::string& key, std::int64_t amount_minor);
  std::string query(const std::string& key);
  std::string void_of(const std::string& key);
  static std::string order_of(const std::string& key) { return key.substr(0, key.find('/')); }

  chance& random_;
  counters& happened_;
  behaviour how_;
  std::map<std::string, payment> payments_; ///< by the key of their authorization
  std::vector<std::string> complaints_;
};

} // namespace orderd::simulation

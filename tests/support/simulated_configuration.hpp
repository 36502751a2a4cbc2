// A configuration store with faults, for simulations: one register that all nodes of a cluster share, and a
// client a node, each of which sees faults of its own. One thread; everything follows from a seed.
//
// Faults injected, and why each must be survivable:
// - a client is cut off: calls say `unavailable` and do nothing; etcd may be gone for any time;
// - a read fails, though the store is there;
// - a change says `unavailable` and did not take place, did take place, or takes place later: while another
//   call runs, or in settle(); by then it may have been overtaken, and changes nothing;
// - a hint is lost, comes late, or twice.
// - the store loses everything, or is set back to what it was: its folder was removed, a backup restored.
// What
//   was under way goes with it, as a call goes with the connection to the process that had it.
// What never happens, because etcd promises it: a wrong answer. How slow a call is, is the caller's affair.
#pragma once

#include "cluster/configuration/configuration_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace orderd::test {

/// Shares of calls, or of hints.
struct configuration_faults {
  double read_fails = 0;
  double change_lost = 0;   ///< unknown: did not take place
  double change_unseen = 0; ///< unknown: took place
  double change_late = 0;   ///< unknown: takes place later, when its time comes
  double lands = 0.2;       ///< of the late changes, at each call
  double hint_lost = 0;
  double hint_doubled = 0;
  double hint_late = 0; ///< of the hints, at each deliver_hints()
};

/// What the store holds. Versions rise over all names together, as etcd's do.
class simulated_register {
public:
  explicit simulated_register(std::uint64_t seed, configuration_faults faults = {});

  /// Calls watchers; to be called between the steps of a simulation.
  void deliver_hints();
  /// No faults from here on: what is late takes place now, every hint arrives with the next deliver_hints().
  void settle();

  /// There from the beginning.
  void put(const std::string& name, const std::string& value) { values_[name] = {++revision_, value}; }

  void erase(const std::string& name) { values_.erase(name); }

  // -- the store is lost, and another one is there -------------------------------------------------
  struct snapshot {
    std::uint64_t revision = 1;
    std::map<std::string, cluster::versioned_value> values;
  };
  snapshot backup() const { return {revision_, values_}; }
  void restore(const snapshot& older);
  void lose_everything() { restore({}); }

  /// The truth, for checks.
  const std::map<std::string, cluster::versioned_value>& values() const noexcept { return values_; }
  /// What a name may come to have by changes that take place late.
  std::vector<std::string> possible(const std::string& name) const;
  /// How often each fault happened, by name.
  const std::map<std::string, std::uint64_t>& counts() const noexcept { return counts_; }

private:
  friend class simulated_configuration;
  struct change {
    std::string name;
    std::uint64_t expected = 0;
    std::string value;
    std::optional<cluster::store_guard> guard;
  };
  struct watcher {
    std::string prefix;
    std::function<void(const std::string&)> changed;
  };
  struct hint {
    std::size_t watcher = 0;
    std::string name;
  };

  bool chance(double share, const char* fault);
  void land_some();
  cluster::versioned_value value_of(const std::string& name) const;
  bool allowed(const change& what) const { return !what.guard || what.guard->holds(values_); }
  void apply(const change& what);
  void hint_watchers(const std::string& name);

  std::mt19937_64 random_;
  configuration_faults faults_;
  std::uint64_t revision_ = 1;
  std::map<std::string, cluster::versioned_value> values_;
  std::vector<change> late_;
  std::vector<watcher> watchers_;
  std::vector<hint> hints_;
  std::map<std::string, std::uint64_t> counts_;
};

/// One node's way to the register, which outlives it.
class simulated_configuration final : public cluster::configuration_store {
public:
  explicit simulated_configuration(simulated_register& store) : store_(store) {}

  /// Cut off from the store, or not.
  void set_down(bool down) noexcept { down_ = down; }
  /// Calls it was asked for, one letter each: `r` for a read, `w` for a change.
  const std::string& calls() const noexcept { return calls_; }

  runtime::result<cluster::versioned_value> get(const std::string& name) override;
  runtime::result<std::map<std::string, cluster::versioned_value>> list(const std::string& prefix) override;
  runtime::result<cluster::versioned_value>
  compare_and_set(const std::string& name, std::uint64_t expected, const std::string& value,
                  const std::optional<cluster::store_guard>& guard) override;
  void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) override;

private:
  bool readable();

  simulated_register& store_;
  bool down_ = false;
  std::string calls_;
};

} // namespace orderd::test

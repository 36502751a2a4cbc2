// The port to the configuration store: a register of versioned values under names, changed only by
// compare-and-set. It says who owns which shard in which term; it takes no part in the data path.
//
// Implementations: `static_configuration` for one node (below), `etcd_configuration` for a cluster, a
// simulated one with faults for tests. One suite of tests serves them all.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

struct versioned_value {
  std::uint64_t version = 0; ///< rises with every change; 0: does not exist
  std::string value;
};

/// What else must hold when a change takes place: that name has exactly this value, or does not exist.
struct store_guard {
  std::string name;
  std::optional<std::string> value; ///< none: it must not exist

  bool holds(const std::map<std::string, versioned_value>& values) const;
};

/// Of a change that is right in whatever store it meets.
inline constexpr std::nullopt_t unguarded = std::nullopt;

class configuration_store {
public:
  virtual ~configuration_store() = default;

  /// The value of a name as of now; version 0 when there is none. `unavailable` when it cannot be told.
  virtual runtime::result<versioned_value> get(const std::string& name) = 0;

  /// Every name that starts with `prefix` and its value, all as of one moment. `unavailable` when it cannot
  /// be told.
  virtual runtime::result<std::map<std::string, versioned_value>> list(const std::string& prefix) = 0;

  /// Sets a name if its version is still `expected` (0: it must not exist). What is there afterwards: `value`
  /// under a version above `expected` when this call changed it, or another with the same arguments; anything
  /// else when another change came first. Contenders write values that differ.
  /// `unavailable`: the outcome is not known, and the change may still take place at any time. The same call
  /// again is harmless and decides: once the version is above `expected` no earlier try can change anything.
  ///
  /// A store that takes the place of a lost one counts from the beginning: it may have a name under the very
  /// version that the lost one had. So whoever read `expected` says in which store: by a guard, which is
  /// compared in the same moment. When it does not hold nothing is changed, whenever the change arrives, and
  /// the answer is version 0 without a value, whatever is there.
  virtual runtime::result<versioned_value> compare_and_set(const std::string& name, std::uint64_t expected,
                                                           const std::string& value,
                                                           const std::optional<store_guard>& guard) = 0;

  /// Calls `changed` after changes of names that start with `prefix`: a hint to read again, which may be
  /// lost, late or doubled. The name is `prefix` itself when it is not known what changed. Any thread; for
  /// the life of the store, which `changed` must neither end nor wait for.
  virtual void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) = 0;
};

/// The configuration of one node, in memory: it owns everything, in the same term for ever. Nothing to
/// install, nothing to keep: what a single node must remember is in its data folder.
///
/// *Concurrency*: any thread; watchers run on the thread that made the change.
class static_configuration : public configuration_store {
public:
  runtime::result<versioned_value> get(const std::string& name) override;
  runtime::result<std::map<std::string, versioned_value>> list(const std::string& prefix) override;
  runtime::result<versioned_value> compare_and_set(const std::string& name, std::uint64_t expected,
                                                   const std::string& value,
                                                   const std::optional<store_guard>& guard) override;
  void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) override;

private:
  struct watcher {
    std::string prefix;
    std::function<void(const std::string&)> changed;
  };
  std::mutex mutex_;
  std::map<std::string, versioned_value> values_;
  std::vector<watcher> watchers_;
};

} // namespace orderd::cluster

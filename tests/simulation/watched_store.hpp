// A node's way to the configuration store, with somebody looking on: at each compare-and-set of an
// assignment, before and after.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/membership.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace orderd::simulation {

class watched_store final : public cluster::configuration_store {
public:
  using look = std::function<void(const cluster::assignment& proposed)>;

  /// `real` outlives it.
  watched_store(cluster::configuration_store& real, look before, look after)
      : real_(real), before_(std::move(before)), after_(std::move(after)) {}

  runtime::result<cluster::versioned_value> get(const std::string& name) override { return real_.get(name); }
  runtime::result<std::map<std::string, cluster::versioned_value>> list(const std::string& prefix) override {
    return real_.list(prefix);
  }
  runtime::result<cluster::versioned_value>
  compare_and_set(const std::string& name, std::uint64_t expected, const std::string& value,
                  const std::optional<cluster::store_guard>& guard) override {
    const auto what =
        name.starts_with(cluster::shards_prefix) ? cluster::decode_assignment(value) : runtime::fault{};
    if (what)
      before_(*what);
    auto there = real_.compare_and_set(name, expected, value, guard);
    if (what)
      after_(*what);
    return there;
  }
  void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) override {
    real_.watch(prefix, std::move(changed));
  }

private:
  cluster::configuration_store& real_;
  look before_;
  look after_;
};

} // namespace orderd::simulation

#include "cluster/configuration_store.hpp"

#include <utility>

namespace orderd::cluster {

runtime::result<versioned_value> static_configuration::get(const std::string& name) {
  const std::lock_guard lock{mutex_};
  const auto found = values_.find(name);
  return found == values_.end() ? versioned_value{} : found->second;
}

runtime::result<versioned_value> static_configuration::compare_and_set(const std::string& name,
                                                                       std::uint64_t expected,
                                                                       const std::string& value) {
  std::vector<std::function<void(const std::string&)>> told;
  versioned_value now;
  {
    const std::lock_guard lock{mutex_};
    auto& stored = values_[name];
    if (stored.version == expected) {
      stored = {expected + 1, value};
      for (const auto& each : watchers_)
        if (name.starts_with(each.prefix))
          told.push_back(each.changed);
    }
    now = stored;
  }
  for (const auto& changed : told)
    changed(name);
  return now;
}

void static_configuration::watch(const std::string& prefix,
                                 std::function<void(const std::string& name)> changed) {
  const std::lock_guard lock{mutex_};
  watchers_.push_back({prefix, std::move(changed)});
}

} // namespace orderd::cluster

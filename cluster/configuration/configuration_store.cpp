#include "cluster/configuration/configuration_store.hpp"

#include <utility>

namespace orderd::cluster {

bool store_guard::holds(const std::map<std::string, versioned_value>& values) const {
  const auto found = values.find(name);
  return found == values.end() ? !value : value == found->second.value;
}

runtime::result<versioned_value> static_configuration::get(const std::string& name) {
  const std::lock_guard lock{mutex_};
  const auto found = values_.find(name);
  return found == values_.end() ? versioned_value{} : found->second;
}

runtime::result<std::map<std::string, versioned_value>>
static_configuration::list(const std::string& prefix) {
  const std::lock_guard lock{mutex_};
  std::map<std::string, versioned_value> found;
  for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix); ++at)
    found.insert(*at);
  return found;
}

runtime::result<versioned_value>
static_configuration::compare_and_set(const std::string& name, std::uint64_t expected,
                                      const std::string& value, const std::optional<store_guard>& guard) {
  std::vector<std::function<void(const std::string&)>> told;
  versioned_value now;
  {
    const std::lock_guard lock{mutex_};
    if (guard && !guard->holds(values_))
      return versioned_value{};
    const auto found = values_.find(name);
    if (found != values_.end())
      now = found->second;
    if (now.version == expected) {
      now = {expected + 1, value};
      values_[name] = now;
      for (const auto& each : watchers_)
        if (name.starts_with(each.prefix))
          told.push_back(each.changed);
    }
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

#include "tests/support/simulated_configuration.hpp"

#include <utility>

namespace orderd::test {

using cluster::versioned_value;

namespace {

const runtime::fault unknown{runtime::fault_code::unavailable, "the simulated store does not answer"};

} // namespace

simulated_register::simulated_register(std::uint64_t seed, configuration_faults faults)
    : random_(seed), faults_(faults) {}

bool simulated_register::chance(double share, const char* fault) {
  // Drawn even for a share of 0, so that another share elsewhere does not shift every later choice.
  const bool yes = static_cast<double>(random_() >> 11) * 0x1p-53 < share;
  if (yes)
    ++counts_[fault];
  return yes;
}

versioned_value simulated_register::value_of(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? versioned_value{} : found->second;
}

std::vector<std::string> simulated_register::possible(const std::string& name) const {
  std::vector<std::string> out;
  for (const auto& each : late_)
    if (each.name == name && each.expected == value_of(name).version && allowed(each))
      out.push_back(each.value);
  return out;
}

void simulated_register::apply(const change& what) {
  if (value_of(what.name).version != what.expected || !allowed(what))
    return;
  values_[what.name] = {++revision_, what.value};
  hint_watchers(what.name);
}

void simulated_register::hint_watchers(const std::string& name) {
  for (std::size_t i = 0; i < watchers_.size(); ++i)
    if (name.starts_with(watchers_[i].prefix) && !chance(faults_.hint_lost, "hint_lost")) {
      hints_.push_back({i, name});
      if (chance(faults_.hint_doubled, "hint_doubled"))
        hints_.push_back({i, name});
    }
}

void simulated_register::land_some() {
  std::vector<change> later;
  for (auto& each : std::exchange(late_, {}))
    if (chance(faults_.lands, "change_landed"))
      apply(each);
    else
      later.push_back(std::move(each));
  late_ = std::move(later);
}

void simulated_register::deliver_hints() {
  std::vector<hint> later;
  std::vector<hint> now;
  for (auto& each : std::exchange(hints_, {}))
    (chance(faults_.hint_late, "hint_late") ? later : now).push_back(std::move(each));
  hints_ = std::move(later);
  for (const auto& each : now) {
    const auto changed = watchers_[each.watcher].changed; // it may add a watcher
    changed(each.name);
  }
}

void simulated_register::restore(const snapshot& older) {
  ++counts_["store_lost"];
  revision_ = older.revision;
  values_ = older.values;
  late_.clear();
  for (std::size_t i = 0; i < watchers_.size(); ++i)
    hints_.push_back({i, watchers_[i].prefix}); // The stream of changes begins again.
}

void simulated_register::settle() {
  faults_ = {.lands = 1};
  land_some();
}

bool simulated_configuration::readable() {
  calls_ += 'r';
  if (down_)
    return false;
  store_.land_some();
  return !store_.chance(store_.faults_.read_fails, "read_fails");
}

runtime::result<versioned_value> simulated_configuration::get(const std::string& name) {
  if (!readable())
    return unknown;
  return store_.value_of(name);
}

runtime::result<std::map<std::string, versioned_value>>
simulated_configuration::list(const std::string& prefix) {
  if (!readable())
    return unknown;
  std::map<std::string, versioned_value> found;
  for (const auto& each : store_.values_)
    if (each.first.starts_with(prefix))
      found.insert(each);
  return found;
}

runtime::result<versioned_value>
simulated_configuration::compare_and_set(const std::string& name, std::uint64_t expected,
                                         const std::string& value,
                                         const std::optional<cluster::store_guard>& guard) {
  calls_ += 'w';
  if (down_)
    return unknown;
  store_.land_some();
  const auto& faults = store_.faults_;
  if (store_.chance(faults.change_lost, "change_lost"))
    return unknown;
  if (store_.chance(faults.change_late, "change_late")) {
    store_.late_.push_back({name, expected, value, guard});
    return unknown;
  }
  const simulated_register::change wanted{name, expected, value, guard};
  const bool allowed = store_.allowed(wanted);
  store_.apply(wanted);
  if (store_.chance(faults.change_unseen, "change_unseen"))
    return unknown;
  return allowed ? store_.value_of(name) : versioned_value{};
}

void simulated_configuration::watch(const std::string& prefix,
                                    std::function<void(const std::string& name)> changed) {
  store_.watchers_.push_back({prefix, std::move(changed)});
}

} // namespace orderd::test

// The names that a watcher of a configuration store was told, from any thread.
#pragma once

#include <mutex>
#include <set>
#include <string>

namespace orderd::test {

class heard_names {
public:
  void add(const std::string& name) {
    const std::lock_guard lock{mutex_};
    names_.insert(name);
  }

  bool has(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    return names_.contains(name);
  }

private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

} // namespace orderd::test

// Unary calls that are answered and not over: their clients have not read the answer. Who does not read for
// too long is cancelled, or a crowd of such clients would hold the door's units for ever.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace orderd::cluster {

class unread_call {
public:
  virtual ~unread_call() = default;
  /// Any thread; also when it is over.
  virtual void cancel() = 0;
};

/// *Concurrency*: any thread.
class unread_calls {
public:
  using time_point = std::chrono::steady_clock::time_point;

private:
  struct entry {
    std::weak_ptr<unread_call> call;
    time_point answered_at;
  };

public:
  using place = std::list<entry>::iterator;

  place add(std::weak_ptr<unread_call> call, time_point now) {
    const std::lock_guard lock{mutex_};
    return calls_.insert(calls_.end(), {std::move(call), now});
  }

  /// It is over.
  void remove(place where) {
    const std::lock_guard lock{mutex_};
    calls_.erase(where);
  }

  /// Cancels those that were answered before `since`.
  void cancel_before(time_point since) {
    std::vector<std::shared_ptr<unread_call>> late;
    {
      const std::lock_guard lock{mutex_};
      for (auto each = calls_.begin(); each != calls_.end() && each->answered_at < since; ++each)
        if (auto call = each->call.lock())
          late.push_back(std::move(call));
    }
    for (const auto& each : late)
      each->cancel();
  }

  std::size_t count() {
    const std::lock_guard lock{mutex_};
    return calls_.size();
  }

private:
  std::mutex mutex_;
  std::list<entry> calls_; ///< in the order in which they were answered
};

} // namespace orderd::cluster

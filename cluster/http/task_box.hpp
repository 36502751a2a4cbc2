// Work for the server's thread, from any thread: as much as came together wakes it once.
//
// *Operation*: `open` when the thread runs, `take` on it after each wake, `close` when it ends: what comes
// then, or is still there, is dropped.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace orderd::cluster {

class task_box {
public:
  using task = std::function<void()>;

  void open(task wake) {
    const std::lock_guard lock{mutex_};
    wake_ = std::move(wake);
  }

  void put(task what) {
    const std::lock_guard lock{mutex_};
    if (!wake_)
      return;
    tasks_.push_back(std::move(what));
    if (tasks_.size() == 1)
      wake_();
  }

  std::vector<task> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(tasks_, {});
  }

  void close() {
    std::vector<task> dropped; // what they hold is destroyed without the lock
    const std::lock_guard lock{mutex_};
    wake_ = nullptr;
    dropped.swap(tasks_);
  }

private:
  std::mutex mutex_;
  task wake_; ///< empty: nobody takes
  std::vector<task> tasks_;
};

} // namespace orderd::cluster

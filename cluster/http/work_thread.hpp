// A thread for what takes milliseconds, so that the server's thread waits for none of it: long answers, and
// the page for Prometheus.
//
// *Concurrency*: `post` from any thread; tasks run in order. What is left at its end is dropped.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace orderd::cluster {

class work_thread {
public:
  work_thread() : thread_([this] { run(); }) {}
  ~work_thread() { stop(); }
  work_thread(const work_thread&) = delete;
  work_thread& operator=(const work_thread&) = delete;

  void post(std::function<void()> task) {
    const std::lock_guard lock{mutex_};
    if (stopping_)
      return;
    tasks_.push_back(std::move(task));
    more_.notify_one();
  }

  void stop() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      more_.notify_one();
    }
    if (thread_.joinable())
      thread_.join();
    tasks_.clear();
  }

private:
  void run() {
    std::unique_lock lock{mutex_};
    while (true) {
      more_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_)
        return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr; // what it holds goes without the lock
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_; // last: it uses all of them
};

} // namespace orderd::cluster

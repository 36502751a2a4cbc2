// The thread on which calls are answered. Replies come on threads of the actor system, which run the shards:
// what the library does to finish a call (serializing, a lock of the connection, a write to its socket) is
// done here instead, for all replies that came meanwhile.
#pragma once

#include "actors/public/public.pb.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace orderd::cluster {

/// Who waits for the reply to one request.
class reply_taker {
public:
  virtual ~reply_taker() = default;
  /// Once, on the thread of answers.
  virtual void answered(const std::shared_ptr<const v1::reply>& what) = 0;
};

/// *Concurrency*: `post` from any thread; start and stop from one.
class answer_thread {
public:
  answer_thread() = default;
  ~answer_thread();
  answer_thread(const answer_thread&) = delete;
  answer_thread& operator=(const answer_thread&) = delete;

  /// Starts the thread. `tick` is called on it at once, and about every so often. What is posted before
  /// waits.
  void start(std::chrono::milliseconds every, std::function<void()> tick);

  /// After `stop` nothing happens: whoever waited has been told another way.
  void post(std::shared_ptr<reply_taker> to, std::shared_ptr<const v1::reply> what);

  /// Answers what was posted, and ends the thread. Again is harmless.
  void stop();

private:
  struct answer {
    std::shared_ptr<reply_taker> to;
    std::shared_ptr<const v1::reply> what;
  };
  void run();

  std::chrono::milliseconds every_{};
  std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<answer> waiting_; ///< by `mutex_`
  bool stopped_ = false;        ///< likewise
  std::thread thread_;          // last: it uses all of them
};

} // namespace orderd::cluster

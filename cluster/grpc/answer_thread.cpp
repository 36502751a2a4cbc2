#include "cluster/grpc/answer_thread.hpp"

#include <utility>

namespace orderd::cluster {

answer_thread::~answer_thread() {
  stop();
}

void answer_thread::start(std::chrono::milliseconds every, std::function<void()> tick) {
  every_ = every;
  tick_ = std::move(tick);
  thread_ = std::thread{[this] { run(); }};
}

void answer_thread::post(std::shared_ptr<reply_taker> to, std::shared_ptr<const v1::reply> what) {
  {
    const std::lock_guard lock{mutex_};
    if (stopped_)
      return;
    waiting_.push_back({std::move(to), std::move(what)});
    if (waiting_.size() > 1)
      return; // it was told by the first of them
  }
  posted_.notify_one();
}

void answer_thread::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  posted_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

void answer_thread::run() {
  std::vector<answer> taken;
  auto tick_at = std::chrono::steady_clock::now();
  for (bool last = false; !last;) {
    {
      std::unique_lock lock{mutex_};
      posted_.wait_until(lock, tick_at, [this] { return stopped_ || !waiting_.empty(); });
      taken.swap(waiting_);
      last = stopped_;
    }
    for (const auto& one : taken)
      one.to->answered(one.what);
    taken.clear();
    if (!last && std::chrono::steady_clock::now() >= tick_at) {
      tick_();
      tick_at = std::chrono::steady_clock::now() + every_;
    }
  }
}

} // namespace orderd::cluster

// What came for a shard while its open epoch was full: it is taken, as it came, once the epoch is closed.
//
// Answers of the provider are taken before requests. Each comes once, for a call that holds its order, so it
// can be neither refused nor asked for again; a request can.
//
// Pure; times are on the monotone clock. *Concurrency*: none; owned by its shard.
// *Limits*: of answers one each call under way (provider_gate.hpp), of requests what one batch brings: the
// shard's actor hands over none while the epoch is full.
#pragma once

#include "runtime/entity/request.hpp"
#include "runtime/shard/provider_calls.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace orderd::runtime {

class input_backlog {
public:
  struct waiting_request {
    request what;
    std::chrono::nanoseconds queue_age{}; ///< that it has when it is taken
  };

  bool has_requests() const noexcept { return !requests_.empty(); }

  void add(request what, std::chrono::nanoseconds queue_age, std::int64_t now) {
    requests_.push_back({std::move(what), queue_age, now});
  }
  void add(const provider_answer& what) { answers_.push_back(what); }

  std::optional<provider_answer> next_answer() {
    if (answers_.empty())
      return std::nullopt;
    auto first = std::move(answers_.front());
    answers_.pop_front();
    return first;
  }

  /// Its age counts what it has waited here too: admission judges by the whole wait.
  std::optional<waiting_request> next_request(std::int64_t now) {
    if (requests_.empty())
      return std::nullopt;
    auto& first = requests_.front();
    waiting_request next{std::move(first.what),
                         first.queue_age + std::chrono::milliseconds{now - first.held_since}};
    requests_.pop_front();
    return next;
  }

  /// Takes out the requests whose deadline has passed; nothing of them was begun.
  std::vector<caller> expire(std::int64_t now) {
    std::vector<caller> late;
    std::erase_if(requests_, [&](const held& each) {
      if (each.what.deadline_at > now)
        return false;
      late.push_back(each.what.from);
      return true;
    });
    return late;
  }

private:
  struct held {
    request what;
    std::chrono::nanoseconds queue_age{}; ///< when it came
    std::int64_t held_since = 0;
  };

  std::deque<provider_answer> answers_;
  std::deque<held> requests_;
};

} // namespace orderd::runtime

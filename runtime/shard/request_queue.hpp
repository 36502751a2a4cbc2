// The requests of a shard that wait for their turn: fair by connection, and it is known how long one will
// wait.
//
//   request_queue queue;
//   queue.add(std::move(batch), arrived_at);
//   while (!queue.empty()) {
//     auto part = queue.take(8);                                  // of the connection whose turn it is
//     ...                                                         // work it off
//     queue.used(part.connection, requests, began, ended);        // what it really took
//   }
//
// *What is shared fairly* is the time of the shard's thread, not a number of requests: a read of an order of
// 2,000 lines costs a hundred times what a small order does. Deficit round robin (Shreedhar and Varghese,
// "Efficient fair queueing using deficit round robin", 1995), with costs that are measured after the work
// instead of known before it: a connection may go into debt by one part, and waits until it is paid. Nobody
// can make others wait longer than one turn of each connection that has something waiting.
//
// *Expected wait*: what the connection has waiting, at what its requests took lately, once for each
// connection that has something waiting; never more than everything that waits. Times the share of time in
// which the shard could not work (a full epoch waits for the disk).
//
// Within a connection requests keep their order. Pure; one thread. Everything O(1) but `forget` and
// `expire`.
#pragma once

#include "runtime/entity/request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orderd::runtime {

class request_queue {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// Requests of one connection that came together.
  struct part {
    std::uint64_t connection = 0;
    time_point arrived_at;
    std::vector<request> requests;
  };

  /// `turn`: what a connection may use before it is the next one's turn, when another one waits.
  explicit request_queue(nanoseconds turn = std::chrono::milliseconds{1});

  /// All of the same connection. Not empty.
  void add(std::vector<request> asked, time_point arrived_at);

  /// Up to `requests_max` of the connection whose turn it is. Pre: not empty.
  part take(std::size_t requests_max);
  /// What `count` requests of a connection took, when nothing else was done meanwhile.
  void used(std::uint64_t connection, std::size_t count, time_point began, time_point ended);

  /// How long a request of a connection waits that comes after `ahead` others of it that are not here yet.
  nanoseconds expected_wait(std::uint64_t connection, std::size_t ahead, time_point now) const;
  /// Takes out those whose callers wait no longer, by the monotone clock of their deadlines. Looks at all.
  std::vector<request> expire(std::int64_t monotone_now);

  /// The connection is gone. What it had waiting, in its order.
  std::vector<request> forget(std::uint64_t connection);

  bool empty() const noexcept { return ring_.empty(); }
  std::size_t size() const noexcept { return size_; }

private:
  struct batch {
    std::vector<request> requests;
    std::size_t next = 0;
    time_point arrived_at;
  };
  struct line {
    line(std::uint64_t of, nanoseconds expected) : connection(of), each(expected) {}

    std::uint64_t connection;
    std::deque<batch> batches;
    std::size_t waiting = 0;
    nanoseconds each; ///< took one of its requests lately; expected, until it is
    bool known = false;
    nanoseconds credit{}; ///< may be used in this turn; below zero: was used before its turn
    time_point used_at{}; ///< last: what is owed is paid by time, too
    bool in_turn = false;
    std::list<line*>::iterator place; ///< in the ring, while something waits
  };

  nanoseconds cost_of(const line& of, std::size_t more) const;
  template <class Which>
  void extract(line& of, std::vector<request>& into, Which which);
  void end_turn(line& of);
  void leave(line& of);
  void change(line& of, std::size_t waiting, nanoseconds each);

  nanoseconds turn_;
  std::unordered_map<std::uint64_t, line> lines_;
  std::list<line*> ring_; ///< of those that have something waiting; the first has its turn
  std::size_t size_ = 0;
  nanoseconds cost_{};                      ///< of everything that waits
  double worked_ns_ = 0;                    ///< lately, and
  double passed_ns_ = 0;                    ///< in how much time, while something waited
  std::optional<time_point> waiting_since_; ///< something waits, and since then nothing was worked off
};

} // namespace orderd::runtime

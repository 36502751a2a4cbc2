// Requests that wait for a node to send them to.
//
// *Operation*: `park`; `release` those that can be sent, in the order in which they were parked; `expire` at
// `first_deadline()`. *Concurrency*: one thread at a time; no I/O, no clock. *Limitations*: not bounded here,
// as in client_core.hpp.
#pragma once

#include "cluster/client/client_core.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <vector>

namespace orderd::cluster {

class parked_requests {
public:
  using time_point = client_core::time_point;

  void park(client_core::unanswered_request what);

  /// Shows each to `take`, which moves from it and returns true, or leaves it where it is.
  void release(const std::function<bool(client_core::unanswered_request& what)>& take);

  /// Patience ends at that time with each that `which` wants, nobody began, and that has no end of it yet.
  void hasten(time_point give_up_at, const std::function<bool(const v1::request&)>& which);

  /// Takes out those whose deadline has come, or with which patience has ended.
  std::vector<client_core::unanswered_request> expire(time_point now);

  std::optional<time_point> first_deadline() const;
  bool empty() const noexcept { return waiting_.empty(); }

private:
  struct entry {
    client_core::unanswered_request what;
    std::multimap<time_point, std::list<entry>::iterator>::iterator deadline; ///< or the end of patience
  };
  void schedule(std::list<entry>::iterator place);

  std::list<entry> waiting_;
  std::multimap<time_point, std::list<entry>::iterator> deadlines_;
};

} // namespace orderd::cluster

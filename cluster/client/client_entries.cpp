// Where the requests of a client_core are, and how each leaves it.
#include "cluster/client/client_core.hpp"

#include <utility>

namespace orderd::cluster {

using runtime::fault_code;

void client_core::stop() {
  while (!deadlines_.empty()) {
    auto& one = *deadlines_.begin()->second;
    if (may_take_effect(one))
      finish_with_fault(one, fault_code::timeout,
                        "the client was stopped; what came of the request is not known");
    else
      finish_with_fault(one, fault_code::unavailable, "the client was stopped; nothing was done");
  }
}

std::optional<client_core::time_point> client_core::wake_at() const {
  std::optional<time_point> first;
  for (const auto* due : {&deadlines_, &retries_})
    if (!due->empty() && (!first || due->begin()->first < *first))
      first = due->begin()->first;
  if (hello_due_at_ && (!first || *hello_due_at_ < *first))
    first = hello_due_at_;
  return first;
}

// -- entries -------------------------------------------------------------------------------------

client_core::entries& client_core::entries_at(place where) {
  return where == place::pending ? pending_ : where == place::in_flight ? in_flight_ : waiting_;
}

void client_core::move(entry& one, place to) {
  if (one.at == place::waiting)
    retries_.erase(one.retry);
  auto& target = entries_at(to);
  target.splice(target.end(), entries_at(one.at), one.self);
  one.at = to;
}

/// Gives the caller its answer. A request that the server has not answered keeps its place until it does.
void client_core::finish(entry& one, std::shared_ptr<const v1::reply> what) {
  answers_.push_back({one.caller, one.tag, std::move(what)});
  deadlines_.erase(one.deadline);
  one.what.reset();
  forget_unless_sent(one);
}

void client_core::finish_with_fault(entry& one, fault_code code, std::string message) {
  finish(one, fault_reply({code, std::move(message)}));
}

/// Whether something may come of it yet: it is with the server, or an earlier try was.
bool client_core::may_take_effect(const entry& one) noexcept {
  return one.unknown || one.at == place::in_flight;
}

/// Its deadline has come.
void client_core::expire(entry& one) {
  if (may_take_effect(one))
    finish_with_fault(one, fault_code::timeout,
                      "no answer before the deadline; what came of the request is not known");
  else
    finish_with_fault(one, fault_code::unavailable,
                      "no server took the request before its deadline; nothing was done");
}

/// Gives the request away, to be answered elsewhere.
client_core::unanswered_request client_core::release(entry& one, bool begun) {
  unanswered_request given{one.caller,          one.tag, std::move(one.what),
                           one.deadline->first, begun,   one.give_up_at};
  deadlines_.erase(one.deadline);
  forget_unless_sent(one);
  return given;
}

/// What was sent keeps its place until the server answers: it has the credit.
void client_core::forget_unless_sent(entry& one) {
  one.answered = true;
  const bool sent = one.at == place::in_flight && slot(one.wire_id) == &one;
  if (!sent)
    forget(one);
}

void client_core::forget(entry& one) {
  if (one.at == place::waiting)
    retries_.erase(one.retry);
  entries_at(one.at).erase(one.self);
}

} // namespace orderd::cluster

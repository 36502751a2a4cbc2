// An actor that keeps the messages it gets, for a test to look at: the test's place in the traffic.
//
//   std::vector<epoch_durable> told;
//   const auto shard = spawn_recorder(system, told);
#pragma once

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <vector>

namespace orderd::test {

/// A handler that keeps messages of one type.
template <class Message>
auto keep_in(std::vector<Message>& into) {
  return [&into](const Message& what) { into.push_back(what); };
}

/// Keeps each message in the vector of its type. The vectors must outlive the actor.
template <class... Messages>
caf::actor spawn_recorder(caf::actor_system& system, std::vector<Messages>&... into) {
  return system.spawn([&into...](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {keep_in(into)...};
  });
}

} // namespace orderd::test

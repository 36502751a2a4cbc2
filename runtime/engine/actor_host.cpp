#include "runtime/engine/actor_host.hpp"

#include "runtime/engine/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/resumable.hpp>

#include <exception>
#include <utility>

namespace orderd::runtime {

namespace {

class entity_actor : public caf::event_based_actor {
public:
  entity_actor(caf::actor_config& config, std::unique_ptr<entity> what)
      : caf::event_based_actor(config), entity_(std::move(what)) {}

  const char* name() const override { return "orderd.entity"; }

  caf::behavior make_behavior() override {
    return {[this](entity_turn& work) { handle(work); }};
  }

private:
  void handle(entity_turn& work) {
    try {
      entity_->handle(*work.now);
      work.outcome->handled = true;
    } catch (const std::exception& error) {
      work.outcome->error = error.what();
      quit(caf::sec::runtime_error);
    }
  }

  std::unique_ptr<entity> entity_;
};

/// Lets entity actors run on the thread of their shard, one message at a time, as a broker runs on its
/// multiplexer's: handed over directly, because through the mailbox each costs an allocation, an atomic queue
/// and a round over all of the mailbox's parts. The message and its envelope serve every turn.
class shard_unit : public caf::execution_unit {
public:
  explicit shard_unit(caf::actor_system& system)
      : caf::execution_unit(&system),
        envelope_(nullptr, caf::make_message_id(), {}, caf::make_message(entity_turn{})) {}

  attempt run(entity_actor& who, turn& now) {
    attempt outcome;
    envelope_.payload.get_mutable_as<entity_turn>(0) = {&now, &outcome};
    who.activate(this, envelope_);
    return outcome;
  }

  /// Called for an actor that got a message through its mailbox, which nobody sends an entity.
  void exec_later(caf::resumable*) override { throw bug("an entity actor got a message of somebody else"); }

private:
  caf::mailbox_element envelope_;
};

class actor_cell : public entity_cell {
public:
  actor_cell(shard_unit& unit, caf::actor self)
      : unit_(unit), self_(std::move(self)),
        who_(*static_cast<entity_actor*>(caf::actor_cast<caf::abstract_actor*>(self_))) {}

  attempt handle(turn& now) override { return unit_.run(who_, now); }

private:
  shard_unit& unit_;
  caf::actor self_; // The only reference: dropping it ends the actor.
  entity_actor& who_;
};

class actor_host : public entity_host {
public:
  explicit actor_host(caf::actor_system& system) : system_(system), unit_(system) {}

  std::unique_ptr<entity_cell> spawn(std::unique_ptr<entity> what) override {
    caf::actor_config config{&unit_};
    // Lazy: it starts with its first command. Hidden: the system does not wait for it at shutdown.
    auto self = system_.spawn_class<entity_actor, caf::lazy_init + caf::hidden>(config, std::move(what));
    return std::make_unique<actor_cell>(unit_, std::move(self));
  }

private:
  caf::actor_system& system_;
  shard_unit unit_;
};

} // namespace

std::unique_ptr<entity_host> make_actor_host(caf::actor_system& system) {
  return std::make_unique<actor_host>(system);
}

} // namespace orderd::runtime

#include "runtime/actor_host.hpp"

#include "runtime/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <exception>
#include <limits>
#include <utility>
#include <vector>

namespace orderd::runtime {

namespace {

/// Runs the actors that became ready, on the thread of the shard that made them so.
class shard_unit : public caf::execution_unit {
public:
  explicit shard_unit(caf::actor_system& system) : caf::execution_unit(&system) {}

  void exec_later(caf::resumable* ready) override { ready_.push_back(ready); }

  void run() {
    while (!ready_.empty()) {
      auto* next = ready_.back();
      ready_.pop_back();
      switch (next->resume(this, std::numeric_limits<std::size_t>::max())) {
      case caf::resumable::resume_later:
        ready_.push_back(next);
        break;
      default: // The queue held a reference to the actor.
        caf::intrusive_ptr_release(next);
      }
    }
  }

private:
  std::vector<caf::resumable*> ready_;
};

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

class actor_cell : public entity_cell {
public:
  actor_cell(shard_unit& unit, caf::actor self) : unit_(unit), self_(std::move(self)) {}

  attempt handle(turn& now) override {
    attempt outcome;
    self_->enqueue(
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, entity_turn{&now, &outcome}), &unit_);
    unit_.run();
    return outcome;
  }

private:
  shard_unit& unit_;
  caf::actor self_; // The only reference: dropping it ends the actor.
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

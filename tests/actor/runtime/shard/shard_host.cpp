#include "runtime/engine/actor_host.hpp"
#include "runtime/engine/messages.hpp"
#include "tests/support/entity_host.hpp"
#include "tests/support/test_system.hpp"

namespace orderd::test {

namespace {

/// The entities' actor system goes with them.
class host_with_system : public runtime::entity_host {
public:
  std::unique_ptr<runtime::entity_cell> spawn(std::unique_ptr<runtime::entity> what) override {
    return host_->spawn(std::move(what));
  }

private:
  test_system system_;
  std::unique_ptr<runtime::entity_host> host_ = runtime::make_actor_host(system_.actors());
};

} // namespace

std::unique_ptr<runtime::entity_host> make_entity_host() {
  return std::make_unique<host_with_system>();
}

} // namespace orderd::test

#include "runtime/entity/object_host.hpp"
#include "tests/support/entity_host.hpp"

namespace orderd::test {

std::unique_ptr<runtime::entity_host> make_entity_host() {
  return std::make_unique<runtime::object_host>();
}

} // namespace orderd::test

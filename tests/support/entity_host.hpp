// The form of entities that a test program runs the shard's tests with: plain objects in the unit tests,
// actors in the actor tests. Each program defines this function once.
#pragma once

#include "runtime/entity/entity_host.hpp"

#include <memory>

namespace orderd::test {

std::unique_ptr<runtime::entity_host> make_entity_host();

} // namespace orderd::test

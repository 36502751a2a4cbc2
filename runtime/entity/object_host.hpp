// Entities as plain objects, called by their shard directly.
#pragma once

#include "runtime/entity/entity_host.hpp"

namespace orderd::runtime {

class object_host : public entity_host {
public:
  std::unique_ptr<entity_cell> spawn(std::unique_ptr<entity> what) override;
};

} // namespace orderd::runtime

// The business of orderd as the engine's port: kinds, slots, loading.
#pragma once

#include "runtime/entity/entity.hpp"

#include <cstdint>
#include <memory>

namespace orderd::actors {

/// `placement_deadline_ms`: how long a placement may take before it is given up and undone.
struct business_options {
  std::int64_t placement_deadline_ms = 30'000;
};
std::unique_ptr<const runtime::business> make_business(business_options options);

} // namespace orderd::actors

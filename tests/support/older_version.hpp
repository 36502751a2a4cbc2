// What the version before keeps of what this one says: it knows neither the time of an epoch nor the hash of
// the one before, and stores an epoch that it gets without them.
#pragma once

#include "runtime/storage/row.hpp"

#include <memory>

namespace orderd::test {

inline runtime::epoch_ptr kept_by_an_older_version(const runtime::epoch& what) {
  auto made = std::make_shared<runtime::epoch>();
  made->shard = what.shard;
  made->term = what.term;
  made->number = what.number;
  made->previous_term = what.previous_term;
  made->writes = what.writes;
  return made;
}

} // namespace orderd::test

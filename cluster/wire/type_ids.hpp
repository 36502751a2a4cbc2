// Where the type ids of each room's messages begin. CAF wants every message type of a process numbered; the
// numbers stay inside the process, so a block may grow until it meets the next, which its header asserts. The
// engine's own begin at the first that CAF leaves free (runtime/engine/messages.hpp).
#pragma once

#include <caf/type_id.hpp>

namespace orderd::cluster::type_ids {

inline constexpr caf::type_id_t connector = caf::first_custom_type_id + 100;
inline constexpr caf::type_id_t client = connector + 10;
inline constexpr caf::type_id_t gateway = client + 10;
inline constexpr caf::type_id_t peers = gateway + 10;
inline constexpr caf::type_id_t directory = peers + 20;
inline constexpr caf::type_id_t replica_host = directory + 20;
inline constexpr caf::type_id_t node = replica_host + 20;
inline constexpr caf::type_id_t asker = node + 20;
inline constexpr caf::type_id_t end = asker + 10;

} // namespace orderd::cluster::type_ids

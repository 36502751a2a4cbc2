// The shells around the rules: each kind of entity as the engine's port. They decode what is stored, give
// commands to the rules, and turn events into snapshots, commands, replies, timers and provider calls.
#pragma once

#include "actors/entities/business.hpp"
#include "runtime/entity/entity.hpp"

#include <memory>

namespace orderd::actors {

using loaded_entity = runtime::result<std::unique_ptr<runtime::entity>>;

/// Each makes an entity from its rows, or `corrupt`. No rows: the entity does not exist yet.
loaded_entity load_order(const runtime::snapshot& rows, const business_options& options);
loaded_entity load_item(const runtime::snapshot& rows);
loaded_entity load_account(const runtime::snapshot& rows);
loaded_entity load_card(const runtime::snapshot& rows);

/// How an order that is not settled stands, by its rows; without a stage: they cannot be decoded.
runtime::standing standing_of_order(const runtime::snapshot& rows);

} // namespace orderd::actors

// The rows of entities, wherever the newest ones are: in the open epoch, in one that is not applied yet, or
// in the state store.
//
// A shard handles commands of epochs that are neither committed nor applied, so it reads its own newest rows.
// What it says of them is held back until they are committed (epoch_builder.hpp).
//
// *Concurrency*: none; owned by its shard. *Failure*: faults of the state store, as they are.
#pragma once

#include "runtime/entity/entity.hpp"
#include "runtime/shard/content_horizon.hpp"
#include "runtime/shard/epoch_builder.hpp"
#include "runtime/storage/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace orderd::runtime {

class entity_rows {
public:
  /// `rules` and `epochs` must outlive it.
  entity_rows(const business& rules, epoch_builder& epochs, std::unique_ptr<state_reader> store)
      : rules_(rules), epochs_(epochs), store_(std::move(store)) {}

  /// At start: finds the highest content row. Before anything else.
  void recover();

  /// The newest rows of an entity.
  result<snapshot> newest(const entity_id& id);
  /// The newest value of any row.
  result<std::optional<std::string>> newest(const row_key& key);
  /// The rows of an entity in the state store, for a scan: all rows it sees are of one applied epoch.
  result<snapshot> stored(const entity_id& id);
  state_reader& store() noexcept { return *store_; }

  /// Writes the content row of an entity that is created, to the open epoch.
  void put_content(const entity_id& id, std::string content);

  /// The open epoch was closed under that number. The state store has the epochs up to `applied`: call it
  /// when the builder is told, so that a row which the overlay may forget is not taken for new.
  void closed(std::uint64_t epoch) { horizon_.closed(epoch); }
  void applied(std::uint64_t epoch) { horizon_.applied(epoch); }

private:
  const business& rules_;
  epoch_builder& epochs_;
  std::unique_ptr<state_reader> store_;
  content_horizon horizon_;
};

} // namespace orderd::runtime

// Point and range reads of an lmdb_state: one read transaction, renewed for each call.
//
// *Concurrency*: as state_reader. A visitor may call the reader again: it reads the same snapshot.
#pragma once

#include "runtime/lmdb.hpp"
#include "runtime/lmdb_state.hpp"

#include <memory>

namespace orderd::runtime {

class lmdb_state_reader final : public state_reader {
public:
  static result<std::unique_ptr<state_reader>> make(lmdb::environment& environment,
                                                    const state_databases& databases, std::uint32_t shard);

  result<std::optional<std::string>> get(const row_key& key) override;
  result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                    const visitor& visit) override;
  result<void> pin() override;

private:
  class open_snapshot;
  struct range;

  lmdb_state_reader(lmdb::transaction reading, const state_databases& databases, std::uint32_t shard)
      : reading_(std::move(reading)), databases_(databases), shard_(shard) {}
  std::optional<MDB_dbi> find(row_place place) const noexcept;
  result<step> scan_place(row_place place, const range& rows, const visitor& visit);

  lmdb::transaction reading_;
  const state_databases& databases_;
  std::uint32_t shard_;
  MDB_dbi handles_end_ = 0; ///< handles from here on are newer than the snapshot
  unsigned depth_ = 0;      ///< calls under way: a visitor may call again
};

} // namespace orderd::runtime

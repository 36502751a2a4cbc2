// Point and range reads of an lmdb_state: pages that were checked, of one read transaction, renewed for each
// call. LMDB itself only holds the transaction: what a damaged page would make of its answers is not known.
//
// *Concurrency*: as state_reader. A visitor may call the reader again: it reads the same snapshot.
#pragma once

#include "runtime/lmdb/lmdb.hpp"
#include "runtime/lmdb/page_sums.hpp"
#include "runtime/storage/lost_rows.hpp"
#include "runtime/storage/state_rows.hpp"
#include "runtime/storage/store.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace orderd::runtime {

class lmdb_state_reader final : public state_reader {
public:
  static result<std::unique_ptr<state_reader>> make(lmdb::environment& environment, lmdb::page_sums& pages,
                                                    const std::atomic<const lost_rows*>& lost,
                                                    std::uint32_t shard);

  result<std::optional<std::string>> get(const row_key& key) override;
  result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                    const visitor& visit) override;
  result<void> pin() override;
  std::vector<lost_range> lost() const override;
  void pass_lost() override { passes_lost_ = true; }

private:
  class open_snapshot;
  struct range;
  class unproved;

  lmdb_state_reader(lmdb::transaction reading, lmdb::page_sums& pages,
                    const std::atomic<const lost_rows*>& lost, std::uint32_t shard)
      : reading_(std::move(reading)), pages_(pages), lost_(lost), shard_(shard), names_(pages),
        point_(pages) {}
  result<void> renew();
  result<lmdb::tree> find(row_place place);
  /// Says that a table has no rows from `first` on and below `end` (empty: no end), unless some were lost.
  result<void> none_between(table in, std::string_view first, std::string_view end,
                            std::string_view asked = {}) const;
  result<step> scan_place(row_place place, const range& rows, const visitor& visit);

  lmdb::transaction reading_;
  lmdb::page_sums& pages_;
  const std::atomic<const lost_rows*>& lost_; ///< null: nothing is lost
  std::uint32_t shard_;
  bool passes_lost_ = false;
  unsigned depth_ = 0; ///< calls under way: a visitor may call again

  std::optional<std::uint64_t> transaction_; ///< the one that all below is of
  std::vector<std::pair<row_place, lmdb::tree>> places_;
  lmdb::tree_cursor names_;
  lmdb::tree_cursor point_;
};

} // namespace orderd::runtime

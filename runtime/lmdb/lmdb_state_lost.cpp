// Of a state store: what damage took from it, kept beside its rows until somebody gives it up.
#include "runtime/lmdb/lmdb_state.hpp"

namespace orderd::runtime {

result<void> lmdb_state::load_lost(lmdb::transaction& writing) {
  const auto row = meta_row(writing, lost_row_key);
  if (!row)
    return row.error();
  if (!*row)
    return {};
  auto lost = lost_rows::decode(**row);
  if (!lost)
    return lost.error();
  if (!lost->empty())
    missing_ = &lost_.emplace_back(*std::move(lost));
  return {};
}

std::vector<lost_range> lmdb_state::lost() const {
  const auto* missing = missing_.load(std::memory_order_acquire);
  return missing == nullptr ? std::vector<lost_range>{} : missing->ranges();
}

result<void> lmdb_state::give_up(std::span<const lost_range> what) {
  lost_rows left{lost()};
  for (const auto& range : what)
    left.remove(range);
  return keep_lost(std::move(left));
}

/// What comes in place of the rows has all of them.
result<void> lmdb_state::forget_lost() {
  return missing_ == nullptr ? result<void>{} : keep_lost({});
}

result<void> lmdb_state::keep_lost(lost_rows left) {
  const std::lock_guard not_looked_through{changing_};
  if (auto done = pages_->check_lists(); !done)
    return done;
  auto writing = environment_->begin_write();
  if (!writing)
    return writing.error();
  if (auto done = writing->put(meta_, lost_row_key.key(), seal_value(shard_, 0, lost_row_key, left.encode()));
      !done)
    return done;
  if (auto done = writing->commit(); !done)
    return done;
  lost_.push_back(std::move(left));
  missing_ = lost_.back().empty() ? nullptr : &lost_.back();
  return {};
}

} // namespace orderd::runtime

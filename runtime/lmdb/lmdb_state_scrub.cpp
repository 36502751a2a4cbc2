// Of a state store: its rows counted once, and looked through while it is used.
#include "runtime/lmdb/lmdb_state.hpp"

namespace orderd::runtime {

namespace {

/// Read at a time when the rows of an older state are counted.
constexpr std::size_t counted_bytes_at_once = std::size_t{16} << 20;

} // namespace

/// Of a state of before they were counted: once, by reading all of it.
result<void> lmdb_state::count_rows() {
  auto reading = lmdb_scrub::make(*environment_, *pages_, shard_);
  if (!reading)
    return reading.error();
  rows_digest all;
  scrub_cursor at;
  at.rows = true;
  for (bool end = false; !end;) {
    auto slice = (*reading)->verify(at, counted_bytes_at_once);
    if (!slice)
      return slice.error();
    all += slice->rows;
    at = slice->next;
    end = slice->end;
  }
  remember(applied(), all);
  const auto done = write({}, applied());
  // On a full disk the next apply stores it.
  return done || done.error().code == fault_code::storage_full ? result<void>{} : done;
}

result<scrub_slice> lmdb_state::verify(const scrub_cursor& from, std::size_t bytes_max) {
  if (!scrub_) {
    auto made = lmdb_scrub::make(*environment_, *pages_, shard_);
    if (!made)
      return made.error();
    scrub_ = *std::move(made);
  }
  return from.rows ? verify_rows(from, bytes_max) : scrub_->verify(from, bytes_max);
}

/// Each slice sees the rows of its own moment. What changes behind it is followed, so that in the end those
/// that were read and what was written since are what there is now.
result<scrub_slice> lmdb_state::verify_rows(const scrub_cursor& from, std::size_t bytes_max) {
  const std::lock_guard nothing_changes{changing_};
  if (from.place == 0 && from.after.empty())
    passed_.begin();
  auto slice = scrub_->verify(from, bytes_max);
  if (!slice || !passed_.following())
    return slice;
  passed_.pass(slice->next.place, slice->next.after, slice->rows);
  if (!slice->end)
    return slice;
  passed_.end();
  const auto known = rows();
  if (!(passed_.of() == known))
    slice->rows_differ = "the state of shard " + std::to_string(shard_) + " has "
                         + std::to_string(passed_.of().rows) + " rows with the hash "
                         + std::to_string(passed_.of().hash) + ", but " + std::to_string(known.rows)
                         + " with the hash " + std::to_string(known.hash)
                         + " were written: rows were lost or changed though every page is what was written. "
                           "Keep the folder, and compare with a backup or the other nodes";
  return slice;
}

} // namespace orderd::runtime

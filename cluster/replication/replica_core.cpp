#include "cluster/replication/replica_core.hpp"

#include <utility>

namespace orderd::cluster {

replica_core::replica_core(const replica_options& options, const replica_start& disk, replica_port& port,
                           lease_board& board, steady_time now)
    : options_(options), port_(port), board_(board), log_(disk, options.limits, port, now),
      promised_(disk.promised), copying_(disk.copying) {}

// -- what the disk has to know -------------------------------------------------------------------

replica_note replica_core::note() const {
  return {promised_, log_.terms().starts(), copying_, copying_ ? 0 : log_.committed()};
}

answer_tag replica_core::write_note(std::optional<std::uint64_t> keep_upto) {
  const auto tag = next_tag();
  port_.write(note(), keep_upto, tag);
  return tag;
}

answer_tag replica_core::promise(std::uint64_t term, std::optional<std::uint64_t> keep_upto) {
  promised_ = term;
  if (keep_upto)
    log_.truncate(*keep_upto);
  return write_note(keep_upto);
}

/// The note says it before the first row is erased: a node that ends between the two must find on its disk
/// that the rows are incomplete, or it would take what is left of them for a whole state (D9).
answer_tag replica_core::begin_copy(const runtime::epoch_mark& base, const std::vector<term_start>& starts) {
  copying_ = true;
  log_.reset(base, starts);
  rows_.forget();
  return write_note(0);
}

answer_tag replica_core::end_copy() {
  copying_ = false;
  return write_note(std::nullopt);
}

// -- the state -----------------------------------------------------------------------------------

answer_tag replica_core::hash_state() {
  const auto tag = next_tag();
  port_.hash_state(tag);
  return tag;
}

answer_tag replica_core::load_rows(std::vector<runtime::row_write> rows, bool first) {
  const auto tag = next_tag();
  port_.load_rows(std::move(rows), first, tag);
  return tag;
}

answer_tag replica_core::end_load(const runtime::epoch_mark& applied) {
  const auto tag = next_tag();
  port_.end_load(applied, tag);
  return tag;
}

// -- the configuration store ---------------------------------------------------------------------

bool replica_core::learn(const versioned_assignment& now_there) {
  if (now_there.version <= known_.version)
    return false;
  // A proposal of an earlier life may be under way on the first version that is seen, on no later one.
  settled_ = known_.version != 0 || !cluster::may_lead(now_there.what, options_.self, options_.minimum);
  known_ = now_there;
  return true;
}

void replica_core::look_up(steady_time now) {
  if (now < look_up_again_at_)
    return;
  look_up_again_at_ = now + options_.look_up_every;
  port_.look_up();
}

} // namespace orderd::cluster

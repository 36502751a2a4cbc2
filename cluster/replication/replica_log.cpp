#include "cluster/replication/replica_log.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

using runtime::epoch;
using runtime::epoch_ptr;
using runtime::record_bytes;
using runtime::require;

replica_log::replica_log(const replica_start& start, const log_limits& limits, replica_port& port,
                         steady_time now)
    : limits_(limits), port_(port), terms_(start.starts), end_(start.end), durable_(start.end),
      // Only what is committed was ever applied; what the disk does not hold is not, whatever its note says.
      committed_(std::max(start.applied, std::min(start.committed, start.end))), handed_(start.applied),
      applied_(start.applied),
      available_from_(start.journal_first == 0 ? start.end + 1 : start.journal_first),
      time_ms_(start.time_ms), hashes_(start.hashes.begin(), start.hashes.end()), now_(now) {
  if (available_from_ <= end_)
    retained_.push_back({end_, 0, now}); // All that was found, as if it had come now.
}

std::uint64_t replica_log::hash_at(std::uint64_t number) const {
  if (in_memory(number))
    return runtime::hash_of(*recent_[number - recent_.front()->number]);
  const auto last = hashed_upto();
  return number == 0 || number > last || last - number >= hashes_.size()
             ? 0
             : hashes_[hashes_.size() - 1 - (last - number)];
}

replica_log::sameness replica_log::compare(const epoch& known) const {
  const auto here = hash_at(known.number);
  const auto there = runtime::hash_of(known);
  if (here == 0 || there == 0 || here == there)
    return sameness::same;
  return terms_.term_at(known.number) == known.term ? sameness::other : sameness::other_term;
}

/// The term of the one before is compared too: where the number alone fits, the epoch may continue another
/// history, of a primary that this replica did not follow (D6).
bool replica_log::continues(std::span<const epoch_ptr> next) const {
  auto number = end_;
  auto term = end_term();
  auto hash = next.empty() || next.front()->previous_hash == 0 ? 0 : hash_at(end_);
  for (const auto& each : next) {
    if (each->number != number + 1 || each->previous_term != term || each->term < term)
      return false;
    if (each->previous_hash != 0 && hash != 0 && each->previous_hash != hash)
      return false;
    number = each->number;
    term = each->term;
    hash = &each == &next.back() ? 0 : runtime::hash_of(*each);
  }
  return true;
}

bool replica_log::append(const epoch_ptr& next) {
  require(continues({&next, 1}), "an epoch that does not continue its journal");
  end_ = next->number;
  time_ms_ = std::max(time_ms_, next->time_ms);
  const auto bytes = record_bytes(*next);
  recent_.push_back(next);
  recent_bytes_ += bytes;
  retained_.push_back({next->number, bytes, now_});
  retained_bytes_ += bytes;
  forget_recent();
  return terms_.append(next->term, next->number, available_from_, limits_.terms_kept);
}

/// Never above the end: an epoch that was written, and cut off before its answer came, is not there (D5).
void replica_log::journaled(std::uint64_t upto) {
  durable_ = std::max(durable_, std::min(upto, end_));
}

void replica_log::commit(std::uint64_t upto) {
  require(upto <= durable_, "committed, but not durable here");
  committed_ = std::max(committed_, upto);
}

void replica_log::applied(std::uint64_t upto) {
  applied_ = std::max(applied_, upto);
  require(applied_ <= committed_, "applied, but not committed");
  retain();
}

/// Handed too: the state may have it already, and has no way back.
bool replica_log::may_truncate(std::uint64_t keep_upto) const noexcept {
  return keep_upto >= committed_ && keep_upto >= handed_;
}

void replica_log::truncate(std::uint64_t keep_upto) {
  require(may_truncate(keep_upto), "a truncation below what is committed");
  if (keep_upto >= end_)
    return;
  ++generation_; // A read under way may bring what is cut off here.
  auto hashed = hashed_upto();
  end_ = keep_upto;
  durable_ = std::min(durable_, end_);
  terms_.truncate(end_);
  while (!recent_.empty() && recent_.back()->number > end_) {
    recent_bytes_ -= record_bytes(*recent_.back());
    recent_.pop_back();
  }
  for (; hashed > end_ && !hashes_.empty(); --hashed)
    hashes_.pop_back();
  while (!retained_.empty() && retained_.back().number > end_) {
    retained_bytes_ -= retained_.back().bytes;
    retained_.pop_back();
  }
  available_from_ = std::min(available_from_, end_ + 1);
  if (retained_.empty() && available_from_ <= end_)
    retained_.push_back({end_, 0, now_}); // Of what was found when this replica started.
}

void replica_log::reset(const runtime::epoch_mark& at, const std::vector<term_start>& starts) {
  const auto base = at.epoch;
  ++generation_;
  time_ms_ = std::max(time_ms_, at.time_ms);
  terms_ = term_table{starts};
  terms_.truncate(base);
  // All that the copy will hold counts as applied: it is, once its rows are there, and until then the
  // follower acknowledges nothing and applies nothing.
  end_ = durable_ = committed_ = handed_ = applied_ = base;
  available_from_ = base + 1;
  held_from_.reset();
  recent_.clear();
  recent_bytes_ = 0;
  hashes_.assign(1, at.hash);
  retained_.clear();
  retained_bytes_ = 0;
  port_.retain(available_from_);
}

// -- reading -------------------------------------------------------------------------------------

bool replica_log::in_memory(std::uint64_t number) const noexcept {
  return !recent_.empty() && number >= recent_.front()->number && number <= end_;
}

bool replica_log::fetch(std::uint64_t first, std::size_t bytes_max, consumer use) {
  require(first >= available_from_ && first <= end_, "an epoch that is not in the journal");
  if (in_memory(first)) {
    std::vector<epoch_ptr> out;
    std::size_t bytes = 0;
    for (auto i = first - recent_.front()->number; i < recent_.size() && (out.empty() || bytes < bytes_max);
         ++i) {
      out.push_back(recent_[i]);
      bytes += record_bytes(*recent_[i]);
    }
    use(std::move(out));
    return true;
  }
  if (reading_)
    return false;
  reading_ = pending_read{first, generation_, std::move(use)};
  port_.read(first, bytes_max);
  return true;
}

void replica_log::journal_read(std::uint64_t first, std::vector<epoch_ptr> epochs) {
  require(reading_ && reading_->first == first, "a read that nobody asked for");
  auto done = std::exchange(reading_, std::nullopt);
  if (done->generation != generation_)
    return; // Some of it may be gone: who needs it asks again.
  require(!epochs.empty() || first > end_ || first < available_from_,
          "an epoch that should be in the journal is not there");
  done->use(std::move(epochs));
}

void replica_log::apply_committed(std::uint64_t upto_max) {
  while (handed_ < std::min(committed_, upto_max)) {
    const auto from = handed_;
    const bool asked =
        fetch(handed_ + 1, limits_.batch_bytes, [this, upto_max](std::vector<epoch_ptr> epochs) {
          const auto upto = std::min(committed_, upto_max);
          // A read gives whatever the journal has, committed or not.
          std::erase_if(epochs, [&](const epoch_ptr& each) { return each->number > upto; });
          if (epochs.empty() || epochs.front()->number != handed_ + 1)
            return;
          handed_ = epochs.back()->number;
          port_.apply(std::move(epochs));
        });
    if (!asked || handed_ == from)
      return; // It is being read.
  }
}

// -- forgetting ----------------------------------------------------------------------------------

void replica_log::forget_recent() {
  while (recent_.size() > 1 && recent_bytes_ > limits_.recent_bytes) {
    recent_bytes_ -= record_bytes(*recent_.front());
    hashes_.push_back(runtime::hash_of(*recent_.front())); // It has been encoded, so it costs nothing.
    recent_.pop_front();
  }
}

void replica_log::forget_hashes() {
  const auto upto = hashed_upto();
  while (!hashes_.empty() && upto + 1 - hashes_.size() + 1 < available_from_)
    hashes_.pop_front();
}

void replica_log::hold(std::optional<std::uint64_t> base) {
  held_from_ = base ? std::optional{*base + 1} : std::nullopt;
}

void replica_log::tick(steady_time now) {
  now_ = now;
  retain();
}

/// What may go from the journal: only what the state has, synced, or a crash would lose it; and while a copy
/// is under way nothing behind its base, for its taker gets that from here (D8). But a copy that never ends
/// must not fill the disk of every shard, so above `held_bytes` it loses what it needs, and is begun anew.
void replica_log::retain() {
  auto from = available_from_;
  const auto may_go = [this](const sized& oldest) {
    return (retained_bytes_ > limits_.retained_bytes || now_ - oldest.since > limits_.retained_for)
           && oldest.number <= applied_
           && (!held_from_ || oldest.number < *held_from_ || retained_bytes_ > limits_.held_bytes);
  };
  while (!retained_.empty() && may_go(retained_.front())) {
    from = retained_.front().number + 1;
    retained_bytes_ -= retained_.front().bytes;
    retained_.pop_front();
  }
  if (from == available_from_)
    return;
  available_from_ = from;
  forget_hashes();
  port_.retain(from);
}

} // namespace orderd::cluster

#include "runtime/recovery.hpp"

#include <string>

namespace orderd::runtime {

namespace {

constexpr std::size_t batch_bytes_max = 64u << 20;

/// About what an epoch occupies in memory.
std::size_t size_of(const epoch& what) {
  std::size_t bytes = sizeof what + what.writes.size() * sizeof(row_write);
  for (const auto& write : what.writes)
    bytes += write.value ? write.value->size() : 0;
  return bytes;
}

/// Follows one shard's epochs through the journal.
class shard_replay {
public:
  shard_replay(std::uint32_t shard, state_store& state)
      : shard_(shard), state_(state), epoch_(state.applied_epoch()), term_(state.applied_term()) {}

  /// Checks that the epoch continues what came before it, and keeps it if the state lacks it.
  result<void> take(const epoch_ptr& next) {
    if (auto fits = check(*next); !fits)
      return fits;
    epoch_ = next->number;
    term_ = next->term;
    in_journal_ = true;
    if (next->number > state_.applied_epoch())
      waiting_.push_back(next);
    return {};
  }

  result<void> apply() {
    if (waiting_.empty())
      return {};
    auto done = state_.apply(waiting_);
    waiting_.clear();
    return done;
  }

  result<recovered_shard> finish() const {
    if (epoch_ < state_.applied_epoch())
      return damage("the journal ends at epoch " + std::to_string(epoch_) + ", but the state has "
                    + std::to_string(state_.applied_epoch()) + ": the journal is older than the state");
    return recovered_shard{shard_, epoch_, term_};
  }

private:
  result<void> check(const epoch& next) const {
    // The first record may be of any epoch the state has: the journal is trimmed behind it.
    if (!in_journal_ && next.number <= epoch_)
      return next.number < epoch_ ? result<void>{} : check_same_term(next);
    if (next.number != epoch_ + 1)
      return damage("epoch " + std::to_string(epoch_ + 1) + " is missing; the journal goes on with "
                    + std::to_string(next.number));
    if (next.previous_term != term_)
      return damage("epoch " + std::to_string(next.number) + " follows one of term "
                    + std::to_string(next.previous_term) + ", but epoch " + std::to_string(epoch_)
                    + " is of term " + std::to_string(term_));
    return next.number == state_.applied_epoch() ? check_same_term(next) : result<void>{};
  }

  result<void> check_same_term(const epoch& next) const {
    if (next.term == state_.applied_term())
      return {};
    return damage("epoch " + std::to_string(next.number) + " is of term " + std::to_string(next.term)
                  + " in the journal, of term " + std::to_string(state_.applied_term()) + " in the state");
  }

  fault damage(const std::string& what) const {
    return {fault_code::corrupt, "shard " + std::to_string(shard_) + ": " + what};
  }

  std::uint32_t shard_;
  state_store& state_;
  std::uint64_t epoch_; ///< the last in the journal; of the state, until there was one
  std::uint64_t term_;
  bool in_journal_ = false;
  std::vector<epoch_ptr> waiting_;
};

result<void> apply_all(std::vector<shard_replay>& shards) {
  for (auto& shard : shards) {
    if (auto done = shard.apply(); !done)
      return done;
  }
  return {};
}

} // namespace

result<std::vector<recovered_shard>> recover(storage& from) {
  std::vector<shard_replay> shards;
  for (std::uint32_t shard = 0; shard < from.shards(); ++shard)
    shards.emplace_back(shard, from.state(shard));
  std::size_t bytes = 0;
  auto replayed = from.journal().replay([&](const epoch_ptr& next) -> result<void> {
    if (next->shard >= shards.size())
      return fault{fault_code::corrupt, "the journal has an epoch of shard " + std::to_string(next->shard)
                                            + ", but there are " + std::to_string(shards.size())};
    bytes += size_of(*next);
    if (auto done = shards[next->shard].take(next); !done || bytes < batch_bytes_max)
      return done;
    bytes = 0;
    return apply_all(shards);
  });
  if (!replayed)
    return replayed.error();
  if (auto done = apply_all(shards); !done)
    return done.error();
  std::vector<recovered_shard> out;
  for (const auto& shard : shards) {
    auto end = shard.finish();
    if (!end)
      return end.error();
    from.journal().trim(end->shard, end->epoch);
    out.push_back(*end);
  }
  return out;
}

} // namespace orderd::runtime

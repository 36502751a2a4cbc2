#include "runtime/storage/recovery.hpp"

#include "runtime/storage/row_bytes.hpp"

#include <algorithm>
#include <string>

namespace orderd::runtime {

namespace {

constexpr std::size_t batch_bytes_max = 64u << 20;

/// Follows one shard's epochs through the journal, and checks that they fit together and to the state.
class shard_chain {
public:
  /// `trimmed`: the last epoch that the journal gave back, which the state must have.
  shard_chain(std::uint32_t shard, const state_store& state, const epoch_mark& trimmed)
      : shard_(shard), applied_(state.applied()), trimmed_(trimmed), last_(applied_) {}

  /// Takes the epoch as the last; a fault when it does not continue what came before it.
  result<void> take(const epoch& next) {
    auto fits = check(next);
    const auto before = last_.time_ms;
    last_ = mark_of(next);
    last_.time_ms = std::max(before, last_.time_ms); // An epoch of a version without times has none.
    in_journal_ = true;
    return fits;
  }

  /// What is wrong when nothing comes after it.
  result<void> finish() const {
    if (auto reached = check_trimmed(); !reached)
      return reached;
    if (last_.epoch < applied_.epoch)
      return damage("the journal ends at epoch " + std::to_string(last_.epoch) + ", but the state has "
                    + std::to_string(applied_.epoch) + ": the journal is older than the state");
    return {};
  }

  std::uint32_t shard() const { return shard_; }
  const epoch_mark& applied() const { return applied_; }
  /// The last in the journal; of the state, until there was one.
  const epoch_mark& last() const { return last_; }

private:
  result<void> check(const runtime::epoch& next) const {
    if (!in_journal_) {
      if (auto reached = check_trimmed(); !reached)
        return reached;
      if (trimmed_.epoch != 0 && next.number > trimmed_.epoch + 1)
        return damage("epoch " + std::to_string(trimmed_.epoch + 1)
                      + " is missing; the journal was trimmed to " + std::to_string(trimmed_.epoch)
                      + " and goes on with " + std::to_string(next.number));
    }
    // The first record may be of any epoch the state has: the journal is trimmed behind it.
    if (!in_journal_ && next.number <= last_.epoch)
      return next.number < last_.epoch ? result<void>{} : check_same(next);
    if (next.number != last_.epoch + 1)
      return damage("epoch " + std::to_string(last_.epoch + 1) + " is missing; the journal goes on with "
                    + std::to_string(next.number));
    if (next.previous_term != last_.term)
      return damage("epoch " + std::to_string(next.number) + " follows one of term "
                    + std::to_string(next.previous_term) + ", but epoch " + std::to_string(last_.epoch)
                    + " is of term " + std::to_string(last_.term));
    if (next.previous_hash != 0 && last_.hash != 0 && next.previous_hash != last_.hash)
      return damage("epoch " + std::to_string(next.number) + " follows another epoch "
                    + std::to_string(last_.epoch) + " than the one that is here");
    return next.number == applied_.epoch ? check_same(next) : result<void>{};
  }

  /// What the journal gave back, the state had: a state without it went back.
  result<void> check_trimmed() const {
    if (applied_.epoch < trimmed_.epoch)
      return damage("the state has epoch " + std::to_string(applied_.epoch)
                    + ", but the journal was trimmed up to " + std::to_string(trimmed_.epoch)
                    + ": the state is an older one. Put back the newest state and journal");
    if (applied_.epoch == trimmed_.epoch && applied_.hash != 0 && trimmed_.hash != 0
        && applied_.hash != trimmed_.hash)
      return damage("epoch " + std::to_string(applied_.epoch)
                    + " of the state is not the one that the journal was trimmed up to");
    return {};
  }

  /// The epoch that the state has applied last, as the journal has it.
  result<void> check_same(const runtime::epoch& next) const {
    if (next.term != applied_.term)
      return damage("epoch " + std::to_string(next.number) + " is of term " + std::to_string(next.term)
                    + " in the journal, of term " + std::to_string(applied_.term) + " in the state");
    const auto hash = hash_of(next);
    if (applied_.hash != 0 && hash != 0 && hash != applied_.hash)
      return damage("epoch " + std::to_string(next.number)
                    + " of the journal is not the one that the state has applied");
    return {};
  }

  fault damage(const std::string& what) const {
    return {fault_code::corrupt, "shard " + std::to_string(shard_) + ": " + what};
  }

  std::uint32_t shard_;
  epoch_mark applied_; ///< of the state, when it began
  epoch_mark trimmed_;
  epoch_mark last_;
  bool in_journal_ = false;
};

/// Applies one shard's epochs as they come by.
class shard_replay {
public:
  shard_replay(std::uint32_t shard, state_store& state, const epoch_mark& trimmed)
      : chain_(shard, state, trimmed), state_(state) {}

  /// Checks that the epoch continues what came before it, and keeps it if the state lacks it.
  result<void> take(const epoch_ptr& next) {
    if (auto fits = chain_.take(*next); !fits)
      return fits;
    if (next->number > chain_.applied().epoch)
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
    if (auto fits = chain_.finish(); !fits)
      return fits.error();
    return recovered_shard{chain_.shard(), chain_.last()};
  }

private:
  shard_chain chain_;
  state_store& state_;
  std::vector<epoch_ptr> waiting_;
};

/// Looks at one shard's epochs as they come by.
class replica_survey {
public:
  replica_survey(std::uint32_t shard, const state_store& state, const epoch_mark& trimmed)
      : chain_(shard, state, trimmed) {
    found_.shard = shard;
    found_.applied = state.applied();
  }

  void take(const epoch& next) {
    if (found_.journal_first == 0)
      found_.journal_first = next.number;
    if (found_.terms.empty() || found_.terms.back().term != next.term)
      found_.terms.push_back({next.term, next.number});
    found_.hashes.push_back(hash_of(next));
    note(chain_.take(next));
  }

  replica_storage finish() {
    note(chain_.finish());
    found_.end = chain_.last();
    return std::move(found_);
  }

private:
  void note(const result<void>& fits) {
    if (fits || !found_.whole)
      return;
    found_.whole = false;
    found_.damage = fits.error().message;
  }

  shard_chain chain_;
  replica_storage found_;
};

result<void> check_shard(const epoch& next, std::size_t shards) {
  if (next.shard < shards)
    return {};
  return fault{fault_code::corrupt, "the journal has an epoch of shard " + std::to_string(next.shard)
                                        + ", but there are " + std::to_string(shards)};
}

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
    shards.emplace_back(shard, from.state(shard), from.journal().trimmed(shard));
  std::size_t bytes = 0;
  auto replayed = from.journal().replay([&](const epoch_ptr& next) -> result<void> {
    if (auto known = check_shard(*next, shards.size()); !known)
      return known;
    bytes += memory_bytes(*next);
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
    from.journal().trim(end->shard, end->last.epoch);
    out.push_back(*end);
  }
  return out;
}

result<std::vector<replica_storage>> recover_replicas(storage& from) {
  std::vector<replica_survey> surveys;
  for (std::uint32_t shard = 0; shard < from.shards(); ++shard)
    surveys.emplace_back(shard, from.state(shard), from.journal().trimmed(shard));
  auto replayed = from.journal().replay([&](const epoch_ptr& next) -> result<void> {
    auto known = check_shard(*next, surveys.size());
    if (known)
      surveys[next->shard].take(*next);
    return known;
  });
  if (!replayed)
    return replayed.error();
  auto notes = from.journal().notes();
  if (!notes)
    return notes.error();
  std::vector<replica_storage> out;
  for (auto& survey : surveys) {
    out.push_back(survey.finish());
    auto& shard = out.back();
    if (const auto note = notes->find(shard.shard); note != notes->end())
      shard.note = std::move(note->second);
  }
  return out;
}

} // namespace orderd::runtime

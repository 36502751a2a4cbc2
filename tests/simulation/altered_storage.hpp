// A disk that lies: storage that keeps its contract no longer. For planted bugs.
#pragma once

#include "runtime/storage/store.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace orderd::simulation {

struct storage_bugs {
  /// Says that epochs are durable one append before they are.
  bool acknowledges_before_sync = false;
  /// Rows that are never written.
  std::function<bool(const runtime::row_key&)> loses;
  /// Rows that the state never gets, though the journal has them: what is applied is another state.
  std::function<bool(const runtime::row_key&)> applies_without;
  /// Epochs are stored without the shard's time, so that each process begins with its own.
  bool forgets_time = false;

  bool alters_epochs() const { return forgets_time || loses; }
};

/// `real` outlives it.
class altered_storage : public runtime::storage {
public:
  altered_storage(runtime::storage& real, storage_bugs bugs) : real_(real), journal_(real.journal(), bugs) {
    for (std::uint32_t shard = 0; shard < real.shards(); ++shard)
      states_.push_back(std::make_unique<altered_state>(real.state(shard), bugs));
  }
  std::uint32_t shards() const override { return real_.shards(); }
  runtime::journal_store& journal() override { return journal_; }
  runtime::state_store& state(std::uint32_t shard) override { return *states_.at(shard); }
  runtime::result<runtime::disk_space> space() override { return real_.space(); }

private:
  using entries = std::vector<runtime::journal_entry>;

  static runtime::epoch_ptr altered(const runtime::epoch_ptr& what, const storage_bugs& bugs) {
    if (!bugs.alters_epochs())
      return what;
    auto copy = std::make_shared<runtime::epoch>(*what);
    copy->previous_hash = 0; // Else the chain of hashes tells at the next start, before anything else does.
    if (bugs.forgets_time)
      copy->time_ms = 0;
    if (bugs.loses)
      std::erase_if(copy->writes, [&](const auto& write) { return bugs.loses(write.key); });
    return copy;
  }

  class altered_journal : public runtime::journal_store {
  public:
    altered_journal(runtime::journal_store& real, storage_bugs bugs) : real_(real), bugs_(std::move(bugs)) {}
    runtime::result<void>
    replay(const std::function<runtime::result<void>(runtime::epoch_ptr)>& visit) override {
      return real_.replay(visit);
    }
    runtime::result<void> append(std::span<const runtime::journal_entry> all) override {
      entries now;
      for (const auto& each : all) {
        const auto* epoch = std::get_if<runtime::epoch_ptr>(&each);
        now.push_back(epoch ? runtime::journal_entry{altered(*epoch, bugs_)} : each);
      }
      if (bugs_.acknowledges_before_sync)
        std::swap(now, late_);
      return now.empty() ? runtime::result<void>{} : real_.append(now);
    }
    runtime::result<std::map<std::uint32_t, std::string>> notes() override { return real_.notes(); }
    runtime::result<std::vector<runtime::epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                                          std::size_t bytes_max) override {
      return real_.read(shard, first, bytes_max);
    }
    std::uint64_t first_epoch(std::uint32_t shard) const override { return real_.first_epoch(shard); }
    void trim(std::uint32_t shard, std::uint64_t upto) override { real_.trim(shard, upto); }
    runtime::epoch_mark trimmed(std::uint32_t shard) const override { return real_.trimmed(shard); }
    std::uint64_t size_bytes() const override { return real_.size_bytes(); }
    shard_use used_by(std::uint32_t shard) const override { return real_.used_by(shard); }

  private:
    runtime::journal_store& real_;
    storage_bugs bugs_;
    entries late_;
  };

  class altered_state : public runtime::state_store {
  public:
    altered_state(runtime::state_store& real, storage_bugs bugs) : real_(real), bugs_(std::move(bugs)) {}
    runtime::result<void> apply(std::span<const runtime::epoch_ptr> all) override {
      std::vector<runtime::epoch_ptr> kept;
      for (const auto& each : all)
        kept.push_back(without(altered(each, bugs_)));
      return real_.apply(kept);
    }
    runtime::result<void> clear() override { return real_.clear(); }
    runtime::result<void> load(std::span<const runtime::row_write> rows) override { return real_.load(rows); }
    runtime::result<void> set_applied(const runtime::epoch_mark& last) override {
      return real_.set_applied(last);
    }
    runtime::epoch_mark applied() const override { return real_.applied(); }
    runtime::rows_digest rows() const override { return real_.rows(); }
    runtime::result<std::unique_ptr<runtime::state_reader>> reader() override { return real_.reader(); }
    std::uint64_t size_bytes() const override { return real_.size_bytes(); }

  private:
    /// By its hash it is still the epoch of the journal.
    runtime::epoch_ptr without(const runtime::epoch_ptr& what) const {
      if (!bugs_.applies_without)
        return what;
      auto copy = std::make_shared<runtime::epoch>(*what);
      copy->hash.set(runtime::hash_of(*what));
      std::erase_if(copy->writes, [&](const auto& write) { return bugs_.applies_without(write.key); });
      return copy;
    }

    runtime::state_store& real_;
    storage_bugs bugs_;
  };

  runtime::storage& real_;
  altered_journal journal_;
  std::vector<std::unique_ptr<altered_state>> states_;
};

} // namespace orderd::simulation

// A disk that lies: storage that keeps its contract no longer. For planted bugs.
#pragma once

#include "runtime/store.hpp"

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
  runtime::result<space> disk_space() override { return real_.disk_space(); }

private:
  using epochs = std::vector<runtime::epoch_ptr>;

  static epochs without_lost(std::span<const runtime::epoch_ptr> all, const storage_bugs& bugs) {
    epochs kept;
    for (const auto& each : all) {
      auto copy = std::make_shared<runtime::epoch>(*each);
      if (bugs.loses)
        std::erase_if(copy->writes, [&](const auto& write) { return bugs.loses(write.key); });
      kept.push_back(std::move(copy));
    }
    return kept;
  }

  class altered_journal : public runtime::journal_store {
  public:
    altered_journal(runtime::journal_store& real, storage_bugs bugs) : real_(real), bugs_(std::move(bugs)) {}
    runtime::result<void>
    replay(const std::function<runtime::result<void>(runtime::epoch_ptr)>& visit) override {
      return real_.replay(visit);
    }
    runtime::result<void> append(std::span<const runtime::epoch_ptr> all) override {
      auto now = without_lost(all, bugs_);
      if (bugs_.acknowledges_before_sync)
        std::swap(now, late_);
      return now.empty() ? runtime::result<void>{} : real_.append(now);
    }
    void trim(std::uint32_t shard, std::uint64_t upto) override { real_.trim(shard, upto); }
    std::uint64_t size_bytes() const override { return real_.size_bytes(); }

  private:
    runtime::journal_store& real_;
    storage_bugs bugs_;
    epochs late_;
  };

  class altered_state : public runtime::state_store {
  public:
    altered_state(runtime::state_store& real, storage_bugs bugs) : real_(real), bugs_(std::move(bugs)) {}
    runtime::result<void> apply(std::span<const runtime::epoch_ptr> all) override {
      return real_.apply(without_lost(all, bugs_));
    }
    std::uint64_t applied_epoch() const override { return real_.applied_epoch(); }
    std::uint64_t applied_term() const override { return real_.applied_term(); }
    runtime::result<std::unique_ptr<runtime::state_reader>> reader() override { return real_.reader(); }
    std::uint64_t size_bytes() const override { return real_.size_bytes(); }

  private:
    runtime::state_store& real_;
    storage_bugs bugs_;
  };

  runtime::storage& real_;
  altered_journal journal_;
  std::vector<std::unique_ptr<altered_state>> states_;
};

} // namespace orderd::simulation

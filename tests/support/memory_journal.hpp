// The journal of a memory_disk (memory_storage.hpp).
#pragma once

#include "tests/support/memory_storage.hpp"

#include <unordered_map>

namespace orderd::test {

class memory_journal final : public runtime::journal_store {
public:
  explicit memory_journal(memory_disk& disk) : disk_(disk), life_(disk.crashes_) {}

  runtime::result<void>
  replay(const std::function<runtime::result<void>(runtime::epoch_ptr)>& visit) override;
  runtime::result<void> append(std::span<const runtime::journal_entry> entries) override;
  runtime::result<std::map<std::uint32_t, std::string>> notes() override;
  runtime::result<std::vector<runtime::epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                                        std::size_t bytes_max) override;
  std::uint64_t first_epoch(std::uint32_t shard) const override;
  void trim(std::uint32_t shard, std::uint64_t upto) override;
  runtime::epoch_mark trimmed(std::uint32_t shard) const override;
  std::uint64_t size_bytes() const override;
  shard_use used_by(std::uint32_t shard) const override;
  double filled() const override { return disk_.journal_filled_; }

private:
  runtime::result<void> check_usable() const;
  runtime::result<void> write(std::span<const runtime::journal_entry> entries);
  void lower_trims(std::span<const runtime::journal_entry> entries);
  bool covered(const memory_disk::record& record) const;

  memory_disk& disk_;
  std::uint64_t life_;
  std::unordered_map<std::uint32_t, std::uint64_t> synced_epoch_;
  bool replayed_ = false;
  bool failed_ = false;
};

} // namespace orderd::test

#include "tests/support/memory_storage.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/storage/rows_digest.hpp"
#include "runtime/storage/state_rows.hpp"
#include "tests/support/memory_journal.hpp"

#include <algorithm>

namespace orderd::test {

using namespace runtime;

fault memory_disk::crashed() {
  return {fault_code::internal, "the disk of a process that crashed"};
}

fault memory_disk::full() {
  return {fault_code::storage_full, "the simulated disk is full"};
}

// -- state ---------------------------------------------------------------------------------------

class memory_state_reader final : public state_reader {
public:
  memory_state_reader(memory_disk& disk, std::uint32_t shard)
      : disk_(disk), shard_(shard), life_(disk.crashes_) {}

  result<std::optional<std::string>> get(const row_key& key) override {
    const std::lock_guard lock{disk_.mutex_};
    if (life_ != disk_.crashes_)
      return memory_disk::crashed();
    if (disk_.failing_reads_)
      return fault{fault_code::internal, "the simulated disk cannot be read"};
    const auto& rows = rows_now();
    const auto found = rows.find(key);
    if (found == rows.end())
      return std::optional<std::string>{};
    auto opened = open_value(shard_, key, found->second);
    if (!opened)
      return opened.error();
    return std::optional{std::string{opened->value}};
  }

  result<void> scan(table in, std::string_view prefix, std::string_view after, bool backwards,
                    const visitor& visit) override {
    const std::lock_guard lock{disk_.mutex_};
    if (life_ != disk_.crashes_)
      return memory_disk::crashed();
    const auto& rows = rows_now();
    const auto begin =
        after.empty() || backwards ? rows.lower_bound({in, prefix}) : rows.upper_bound({in, after});
    const auto end =
        after.empty() || !backwards ? after_prefix(rows, in, prefix) : rows.lower_bound({in, after});
    const auto show = [&](const auto& row) -> result<step> {
      auto opened = open_value(shard_, row.first, row.second);
      return opened ? visit(row.first.key(), opened->value) : opened.error();
    };
    return backwards ? each(std::make_reverse_iterator(end), std::make_reverse_iterator(begin), show)
                     : each(begin, end, show);
  }

  result<void> pin() override {
    const std::lock_guard lock{disk_.mutex_};
    if (life_ != disk_.crashes_)
      return memory_disk::crashed();
    pinned_ = disk_.shards_[shard_].rows;
    return {};
  }

private:
  using row_map = std::map<row_key, std::string>;

  const row_map& rows_now() const { return pinned_ ? *pinned_ : disk_.shards_[shard_].rows; }

  static row_map::const_iterator after_prefix(const row_map& rows, table in, std::string_view prefix) {
    const auto bound = key_after_prefix(prefix);
    const auto next_table = static_cast<table>(static_cast<unsigned>(in) + 1);
    return rows.lower_bound(bound.empty() ? row_key{next_table, {}} : row_key{in, bound});
  }

  template <class Iterator, class Show>
  static result<void> each(Iterator at, Iterator end, const Show& show) {
    for (; at != end; ++at) {
      const auto said = show(*at);
      if (!said)
        return said.error();
      if (*said == step::stop)
        return {};
    }
    return {};
  }

  memory_disk& disk_;
  std::uint32_t shard_;
  std::uint64_t life_;
  std::optional<row_map> pinned_;
};

class memory_state final : public state_store {
public:
  memory_state(memory_disk& disk, std::uint32_t shard) : disk_(disk), shard_(shard), life_(disk.crashes_) {}

  result<void> apply(std::span<const epoch_ptr> epochs) override {
    const std::lock_guard lock{disk_.mutex_};
    if (auto usable = check_usable(); !usable)
      return usable;
    while (!epochs.empty() && epochs.front()->number <= content().applied.epoch)
      epochs = epochs.subspan(1);
    std::uint64_t bytes = disk_.used_unlocked();
    for (const auto& epoch : epochs)
      bytes += size_of(epoch->writes);
    if (bytes > disk_.capacity_bytes_)
      return memory_disk::full();
    for (const auto& epoch : epochs)
      put(*epoch);
    return {};
  }

  result<void> clear() override {
    const std::lock_guard lock{disk_.mutex_};
    if (auto usable = check_usable(); !usable)
      return usable;
    content() = {};
    return {};
  }

  result<void> load(std::span<const row_write> rows) override {
    const std::lock_guard lock{disk_.mutex_};
    require(content().applied.epoch == 0, "rows loaded into a state that has epochs");
    if (auto usable = check_usable(); !usable)
      return usable;
    if (disk_.used_unlocked() + size_of(rows) > disk_.capacity_bytes_)
      return memory_disk::full();
    for (const auto& write : rows)
      put(write, 0);
    return {};
  }

  result<void> set_applied(const epoch_mark& last) override {
    const std::lock_guard lock{disk_.mutex_};
    require(content().applied.epoch == 0, "a state that has epochs is said to be a copy");
    if (auto usable = check_usable(); !usable)
      return usable;
    content().applied = last;
    return {};
  }

  epoch_mark applied() const override {
    const std::lock_guard lock{disk_.mutex_};
    return content().applied;
  }
  rows_digest rows() const override {
    const std::lock_guard lock{disk_.mutex_};
    return content().digest;
  }
  result<std::unique_ptr<state_reader>> reader() override {
    return std::unique_ptr<state_reader>{std::make_unique<memory_state_reader>(disk_, shard_)};
  }
  std::uint64_t size_bytes() const override {
    const std::lock_guard lock{disk_.mutex_};
    return content().bytes;
  }

private:
  memory_disk::shard_content& content() const { return disk_.shards_[shard_]; }

  result<void> check_usable() const {
    if (life_ != disk_.crashes_)
      return memory_disk::crashed();
    if (memory_disk::due(disk_.failing_apply_))
      return fault{disk_.apply_failure_, "the simulated disk failed an apply"};
    return {};
  }

  /// At most what they add: as a copy-on-write store, it needs the new before it frees the old.
  static std::uint64_t size_of(std::span<const row_write> rows) {
    std::uint64_t bytes = 0;
    for (const auto& write : rows)
      bytes += write.key.key().size() + (write.value ? write.value->size() : 0);
    return bytes;
  }

  void put(const epoch& what) const {
    auto& into = content();
    require(what.shard == shard_, "epoch applied to another shard");
    require(what.number == into.applied.epoch + 1, "epochs applied out of order");
    for (const auto& write : what.writes)
      put(write, what.number);
    into.applied = mark_of(what);
  }

  void put(const row_write& write, std::uint64_t epoch) const {
    auto& into = content();
    require(!write.key.key().empty(), "a row without a key");
    if (const auto old = into.rows.find(write.key); old != into.rows.end()) {
      into.bytes -= old->first.key().size() + old->second.size();
      into.digest.remove(row_hash(write.key.in(), write.key.key(), unsealed(old->second)));
      into.rows.erase(old);
    }
    if (!write.value)
      return;
    auto sealed = seal_value(shard_, epoch, write.key, *write.value);
    into.bytes += write.key.key().size() + sealed.size();
    into.digest.add(row_hash(write.key.in(), write.key.key(), *write.value));
    into.rows.emplace(write.key, std::move(sealed));
  }

  memory_disk& disk_;
  std::uint32_t shard_;
  std::uint64_t life_;
};

// -- storage -------------------------------------------------------------------------------------

class memory_storage final : public storage {
public:
  explicit memory_storage(memory_disk& disk) : disk_(disk), journal_(disk) {
    for (std::uint32_t shard = 0; shard < disk.shards_.size(); ++shard)
      states_.push_back(std::make_unique<memory_state>(disk, shard));
  }
  std::uint32_t shards() const override { return static_cast<std::uint32_t>(states_.size()); }
  journal_store& journal() override { return journal_; }
  state_store& state(std::uint32_t shard) override { return *states_.at(shard); }
  result<disk_space> space() override {
    const auto used = disk_.used_bytes();
    const auto capacity = disk_.capacity_bytes_;
    return disk_space{static_cast<double>(used) / static_cast<double>(capacity),
                      capacity - std::min(used, capacity)};
  }

private:
  memory_disk& disk_;
  memory_journal journal_;
  std::vector<std::unique_ptr<memory_state>> states_;
};

// -- disk ----------------------------------------------------------------------------------------

memory_disk::memory_disk(std::uint32_t shards, std::uint64_t seed) : random_(seed), shards_(shards) {}

std::unique_ptr<storage> memory_disk::open() {
  return std::make_unique<memory_storage>(*this);
}

void memory_disk::crash() {
  const std::lock_guard lock{mutex_};
  ++crashes_;
  failing_append_ = 0;
  failing_apply_ = 0;
  failing_reads_ = false;
  if (random_() % 2 == 0)
    keep(std::move(undecided_));
  undecided_.clear();
}

void memory_disk::become_copy_of(const memory_disk& other) {
  const std::scoped_lock lock{mutex_, other.mutex_};
  require(undecided_.empty() && other.undecided_.empty(), "a disk copied in the middle of an append");
  journal_ = other.journal_;
  journal_bytes_ = other.journal_bytes_;
  notes_ = other.notes_;
  trimmed_ = other.trimmed_;
  shards_ = other.shards_;
}

void memory_disk::keep(std::vector<change> changes) {
  for (auto& each : changes) {
    if (auto* added = std::get_if<record>(&each)) {
      journal_bytes_ += added->bytes.size();
      journal_.push_back(std::move(*added));
    } else {
      keep(std::get<note>(std::move(each)));
    }
  }
}

void memory_disk::keep(note what) {
  if (what.keep_upto)
    for (auto index = journal_.size(); index-- > 0;)
      if (journal_[index].shard == what.shard && journal_[index].epoch > *what.keep_upto)
        drop(index);
  if (what.keep_upto && trimmed_[what.shard].epoch > *what.keep_upto)
    trimmed_.erase(what.shard);
  notes_[what.shard] = std::move(what.bytes);
}

void memory_disk::drop(std::size_t index) {
  require(index < journal_.size(), "no such record");
  journal_bytes_ -= journal_[index].bytes.size();
  journal_.erase(journal_.begin() + static_cast<std::ptrdiff_t>(index));
}

void memory_disk::trim(std::size_t index) {
  const auto& gone = journal_.at(index);
  trimmed_[gone.shard] = {gone.epoch, 0, get_integer<std::uint64_t>(std::string_view{gone.bytes}.substr(1)),
                          0};
  drop(index);
}

std::uint64_t memory_disk::used_bytes() const {
  const std::lock_guard lock{mutex_};
  return used_unlocked();
}

std::uint64_t memory_disk::used_unlocked() const {
  auto bytes = journal_bytes_;
  for (const auto& [shard, stored] : notes_)
    bytes += stored.size();
  for (const auto& shard : shards_)
    bytes += shard.bytes;
  return bytes;
}

bool memory_disk::due(std::uint64_t& countdown) {
  return countdown > 0 && --countdown == 0;
}

std::size_t memory_disk::journal_records() const {
  const std::lock_guard lock{mutex_};
  return journal_.size();
}

void memory_disk::damage_record(std::size_t index, std::size_t byte, unsigned bit) {
  const std::lock_guard lock{mutex_};
  journal_.at(index).bytes.at(byte) ^= static_cast<char>(1u << bit);
}

bool memory_disk::damage_value(std::uint32_t shard, const row_key& key, std::size_t byte, unsigned bit) {
  const std::lock_guard lock{mutex_};
  auto& rows = shards_.at(shard).rows;
  const auto found = rows.find(key);
  if (found == rows.end())
    return false;
  found->second.at(byte) ^= static_cast<char>(1u << bit);
  return true;
}

void memory_disk::damage_note(std::uint32_t shard, std::size_t byte, unsigned bit) {
  const std::lock_guard lock{mutex_};
  notes_.at(shard).at(byte) ^= static_cast<char>(1u << bit);
}

void memory_disk::lose_record(std::size_t index) {
  const std::lock_guard lock{mutex_};
  drop(index);
}

} // namespace orderd::test

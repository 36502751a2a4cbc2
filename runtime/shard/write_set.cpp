#include "runtime/shard/write_set.hpp"

#include "runtime/storage/row_bytes.hpp"

#include <utility>

namespace orderd::runtime {

namespace {

std::uint32_t hash_of(const row_key& key) {
  return static_cast<std::uint32_t>(row_key_hash{}(key));
}

} // namespace

std::size_t write_set::size_of(const entry& what) noexcept {
  return what.dropped ? 0 : record_bytes(what.write);
}

write_set::entry* write_set::lookup(const row_key& key, std::uint32_t hash) {
  const auto* found =
      index_.find(hash, [&](const place& each) { return entries_[each.position - 1].write.key == key; });
  return found == nullptr ? nullptr : &entries_[found->position - 1];
}

write_set::entry& write_set::insert(const row_key& key, std::uint32_t hash) {
  entries_.push_back({{key, std::nullopt}, false, true});
  index_.insert({static_cast<std::uint32_t>(entries_.size()), hash});
  return entries_.back();
}

void write_set::count(const entry& what, std::size_t bytes_before) {
  bytes_ = bytes_ + size_of(what) - bytes_before;
}

void write_set::put(const row_key& key, std::string value, known before) {
  const auto hash = hash_of(key);
  auto* found = lookup(key, hash);
  if (found == nullptr) {
    found = &insert(key, hash);
    found->fresh = before == known::fresh;
  }
  const auto bytes_before = size_of(*found);
  live_ += found->dropped ? 1 : 0;
  found->dropped = false;
  found->write.value = std::move(value);
  count(*found, bytes_before);
}

void write_set::erase(const row_key& key) {
  const auto hash = hash_of(key);
  auto* found = lookup(key, hash);
  if (found == nullptr)
    found = &insert(key, hash);
  const auto bytes_before = size_of(*found);
  const bool was_live = !found->dropped;
  found->write.value.reset();
  found->dropped = found->fresh;
  live_ = live_ - (was_live ? 1 : 0) + (found->dropped ? 0 : 1);
  count(*found, bytes_before);
}

const row_write* write_set::find(const row_key& key) const {
  const auto* found = const_cast<write_set*>(this)->lookup(key, hash_of(key));
  return found == nullptr ? nullptr : &found->write;
}

std::vector<row_write> write_set::take() {
  std::vector<row_write> taken;
  taken.reserve(live_);
  for (auto& each : entries_)
    if (!each.dropped)
      taken.push_back(std::move(each.write));
  entries_.clear();
  index_.clear();
  bytes_ = 0;
  live_ = 0;
  return taken;
}

} // namespace orderd::runtime

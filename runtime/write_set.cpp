#include "runtime/write_set.hpp"

#include <algorithm>
#include <utility>

namespace orderd::runtime {

namespace {

std::uint32_t hash_of(const row_key& key) {
  return static_cast<std::uint32_t>(row_key_hash{}(key));
}

} // namespace

std::size_t write_set::size_of(const entry& what) noexcept {
  if (what.dropped)
    return 0;
  return what.write.key.key().size() + (what.write.value ? what.write.value->size() : 0) + 16;
}

write_set::entry* write_set::lookup(const row_key& key, std::uint32_t hash) const {
  const auto mask = index_.size() - 1;
  for (auto at = hash & mask; index_[at] != 0; at = (at + 1) & mask) {
    auto& candidate = entries_[index_[at] - 1];
    if (candidate.hash == hash && candidate.write.key == key)
      return &candidate;
  }
  return nullptr;
}

write_set::entry& write_set::insert(const row_key& key, std::uint32_t hash) {
  if ((entries_.size() + 1) * 2 > index_.size())
    grow();
  const auto mask = index_.size() - 1;
  auto at = hash & mask;
  while (index_[at] != 0)
    at = (at + 1) & mask;
  entries_.push_back({{key, std::nullopt}, hash, false, true});
  index_[at] = static_cast<std::uint32_t>(entries_.size());
  return entries_.back();
}

void write_set::grow() {
  index_.assign(index_.size() * 2, 0);
  const auto mask = index_.size() - 1;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    auto at = entries_[i].hash & mask;
    while (index_[at] != 0)
      at = (at + 1) & mask;
    index_[at] = i + 1;
  }
}

void write_set::count(entry& what, std::size_t bytes_before) {
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
  const auto* found = lookup(key, hash_of(key));
  return found == nullptr ? nullptr : &found->write;
}

std::vector<row_write> write_set::take() {
  std::vector<row_write> taken;
  taken.reserve(live_);
  for (auto& each : entries_)
    if (!each.dropped)
      taken.push_back(std::move(each.write));
  entries_.clear();
  std::fill(index_.begin(), index_.end(), 0);
  bytes_ = 0;
  live_ = 0;
  return taken;
}

} // namespace orderd::runtime

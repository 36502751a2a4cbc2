#include "runtime/shard/overlay.hpp"

#include "runtime/storage/row_bytes.hpp"

#include <utility>

namespace orderd::runtime {

namespace {

std::uint32_t hash_of(const row_key& key) {
  return static_cast<std::uint32_t>(row_key_hash{}(key));
}

auto has_key(const row_key& key) {
  return [&key](const auto& each) { return each.write->key == key; };
}

} // namespace

void overlay::add(epoch_ptr what) {
  require(epochs_.empty() || what->number == epochs_.back().what->number + 1, "overlay: an epoch is missing");
  std::size_t bytes = 0;
  for (const auto& write : what->writes) {
    bytes += memory_bytes(write);
    const auto hash = hash_of(write.key);
    const newest entry{&write, what->number, hash};
    if (auto* older = rows_.find(hash, has_key(write.key)))
      *older = entry;
    else
      rows_.insert(entry);
  }
  bytes_ += bytes;
  epochs_.push_back({std::move(what), bytes});
}

void overlay::forget(std::size_t rows) {
  for (std::size_t forgotten = 0;
       forgotten < rows && !epochs_.empty() && epochs_.front().what->number <= applied_;) {
    const auto& oldest = epochs_.front();
    forgotten += oldest.what->writes.size();
    for (const auto& write : oldest.what->writes) {
      auto* found = rows_.find(hash_of(write.key), has_key(write.key));
      if (found != nullptr && found->epoch == oldest.what->number)
        rows_.erase(found);
    }
    bytes_ -= oldest.bytes;
    epochs_.pop_front();
  }
}

const row_write* overlay::find(const row_key& key) const {
  const auto* found = rows_.find(hash_of(key), has_key(key));
  return found == nullptr ? nullptr : found->write;
}

} // namespace orderd::runtime

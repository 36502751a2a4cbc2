#include "runtime/overlay.hpp"

#include <utility>

namespace orderd::runtime {

void overlay::add(epoch_ptr what) {
  require(epochs_.empty() || what->number == epochs_.back().what->number + 1, "overlay: an epoch is missing");
  std::size_t bytes = 0;
  for (const auto& write : what->writes) {
    bytes += sizeof(row_write) + (write.value ? write.value->size() : 0);
    rows_[write.key] = {what->number, &write};
  }
  bytes_ += bytes;
  epochs_.push_back({std::move(what), bytes});
}

void overlay::forget(std::size_t epochs_max) {
  for (; epochs_max > 0 && !epochs_.empty() && epochs_.front().what->number <= applied_; --epochs_max) {
    const auto& oldest = epochs_.front();
    for (const auto& write : oldest.what->writes) {
      const auto found = rows_.find(write.key);
      if (found != rows_.end() && found->second.epoch == oldest.what->number)
        rows_.erase(found);
    }
    bytes_ -= oldest.bytes;
    epochs_.pop_front();
  }
}

const row_write* overlay::find(const row_key& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : found->second.write;
}

} // namespace orderd::runtime

#include "runtime/shard/channels.hpp"

#include <algorithm>
#include <utility>

namespace orderd::runtime {

std::uint64_t outboxes::append(std::uint32_t destination, const entity_id& to,
                               std::shared_ptr<const std::string> stored) {
  auto& to_lane = lanes_[destination];
  const auto sequence = to_lane.next_sequence++;
  to_lane.waiting.push_back({sequence, to, std::move(stored)});
  ++backlog_;
  return sequence;
}

void outboxes::restore(std::uint32_t destination, channel_command command) {
  auto& to_lane = lanes_[destination];
  to_lane.next_sequence = command.sequence + 1;
  to_lane.committed_upto = command.sequence;
  to_lane.waiting.push_back(std::move(command));
  ++backlog_;
}

void outboxes::acknowledged(std::uint32_t destination, std::uint64_t upto) {
  auto& from = lanes_[destination];
  while (!from.waiting.empty() && from.waiting.front().sequence <= upto) {
    if (from.marker != 0)
      erasable_.push_back({destination, from.marker});
    from.marker = from.waiting.front().sequence;
    from.waiting.pop_front();
    --backlog_;
  }
}

std::optional<outbox_key> outboxes::take_erasable() {
  if (erasable_.empty())
    return std::nullopt;
  const auto last = erasable_.back();
  erasable_.pop_back();
  return last;
}

std::vector<channel_command> outboxes::unacknowledged(std::uint32_t destination) const {
  std::vector<channel_command> all;
  const auto found = lanes_.find(destination);
  if (found == lanes_.end())
    return all;
  for (const auto& command : found->second.waiting)
    if (command.sequence <= found->second.committed_upto)
      all.push_back(command);
  return all;
}

void outboxes::committed(std::uint32_t destination, std::uint64_t upto) {
  auto& to_lane = lanes_[destination];
  to_lane.committed_upto = std::max(to_lane.committed_upto, upto);
}

inboxes::verdict inboxes::offer(std::uint32_t source, std::uint64_t sequence) {
  auto& last = last_[source];
  if (sequence <= last)
    return verdict::duplicate;
  if (sequence != last + 1)
    return verdict::gap;
  last = sequence;
  return verdict::take;
}

std::uint64_t inboxes::last(std::uint32_t source) const {
  const auto found = last_.find(source);
  return found == last_.end() ? 0 : found->second;
}

} // namespace orderd::runtime

#include "runtime/shard/epoch_builder.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace orderd::runtime {

namespace {

/// Three times what a closed epoch adds, so that forgetting keeps up with any load.
constexpr std::size_t forgotten_for_added = 3;

} // namespace

epoch_builder::epoch_builder(const start& from)
    : shard_(from.shard), term_(from.term), overlay_(from.rows_expected),
      commits_(from.self, from.last.epoch), last_(from.last), applied_(from.last.epoch) {}

void epoch_builder::send(std::uint32_t destination, channel_command what) {
  held_sent_upto_[destination] = what.sequence;
  held_.commands[destination].push_back(std::move(what));
}

epoch_builder::closed_epoch epoch_builder::close(unix_ms now) {
  require(!under_way_, "an epoch is closed while another is under way");
  const auto bytes = open_.bytes();
  auto closed = std::make_shared<epoch>();
  closed->shard = shard_;
  closed->term = term_;
  closed->number = last_.epoch + 1;
  closed->previous_term = last_.term;
  closed->previous_hash = last_.hash; // Known: the one before is committed.
  closed->time_ms = now;
  closed->writes = open_.take();
  // From here on the rows are found in the overlay: between the two there is no moment without them.
  overlay_.add(closed);
  overlay_.forget(forgotten_for_added * closed->writes.size());
  last_ = {closed->number, closed->term, 0, closed->time_ms};
  under_way_ = {closed, std::exchange(held_, {}), std::exchange(held_sent_upto_, {})};
  return {std::move(closed), bytes};
}

void epoch_builder::let_go_unowed() {
  require(!under_way_ && open_.empty(), "what is held rests on rows");
  require(held_.commands.empty() && held_.calls.empty(), "what leaves a shard has no row");
  ready_.replies.insert(ready_.replies.end(), std::make_move_iterator(held_.replies.begin()),
                        std::make_move_iterator(held_.replies.end()));
  for (const auto& [source, upto] : held_.acknowledgements)
    ready_.acknowledgements[source] = upto;
  held_ = {};
}

std::optional<epoch_builder::committed_epoch> epoch_builder::durable(const replica_id& who,
                                                                     std::uint64_t epoch) {
  commits_.acknowledge(who, epoch);
  if (!under_way_ || commits_.committed() < under_way_->what->number)
    return std::nullopt;
  last_.hash = hash_of(*under_way_->what); // The journal has computed it.
  return std::exchange(under_way_, std::nullopt);
}

void epoch_builder::applied(std::uint64_t epoch) noexcept {
  applied_ = std::max(applied_, epoch);
  overlay_.applied(applied_);
}

} // namespace orderd::runtime

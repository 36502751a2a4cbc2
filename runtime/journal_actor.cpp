#include "runtime/journal_actor.hpp"

#include "runtime/short_slices.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <map>
#include <utility>

namespace orderd::runtime {

journal_actor::journal_actor(caf::actor_config& config, journal_store& store, metrics& numbers,
                             fatal_handler fatal)
    : caf::event_based_actor(config), store_(store), numbers_(numbers), fatal_(std::move(fatal)) {}

caf::behavior journal_actor::make_behavior() {
  // Every commit waits for this thread to wake up twice. Without the wish it works all the same.
  if (getf(is_detached_flag))
    request_short_slices();
  return {
      [this](append_epoch& request) { take(request); },
      [this](flush_journal) { flush(); },
      [this](const trim_journal& request) { store_.trim(request.shard, request.upto); },
  };
}

void journal_actor::take(append_epoch& request) {
  // The flush queues up behind the epochs that are in the mailbox already: they share one sync.
  if (waiting_.empty())
    send(this, flush_journal{});
  waiting_.push_back({std::move(request.what), current_sender()});
}

void journal_actor::flush() {
  if (failed_)
    return;
  const auto written = std::exchange(waiting_, {});
  std::vector<journal_entry> epochs;
  epochs.reserve(written.size());
  for (const auto& each : written)
    epochs.emplace_back(each.what);
  const auto started_at = std::chrono::steady_clock::now();
  if (const auto ok = store_.append(epochs); !ok) {
    failed_ = true;
    fatal_("journal", ok.error());
    return;
  }
  numbers_.commit_duration.observe(std::chrono::steady_clock::now() - started_at);
  numbers_.journal_bytes.Set(static_cast<double>(store_.size_bytes()));
  acknowledge(written);
}

void journal_actor::acknowledge(const std::vector<waiting>& written) {
  // By number of the shard, not by address: the order must be the same in every run.
  std::map<std::uint32_t, const waiting*> last;
  for (const auto& each : written)
    last[each.what->shard] = &each;
  for (const auto& [shard, newest] : last)
    caf::anon_send<caf::message_priority::high>(caf::actor_cast<caf::actor>(newest->from),
                                                epoch_durable{newest->what->number});
}

} // namespace orderd::runtime

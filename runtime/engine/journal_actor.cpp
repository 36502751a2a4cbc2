#include "runtime/engine/journal_actor.hpp"

#include "runtime/base/short_slices.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace orderd::runtime {

namespace {

/// A sync takes a millisecond, or some tens where the disk turns: this is one that everybody waits for.
constexpr std::chrono::milliseconds stall{100};

} // namespace

journal_actor::journal_actor(caf::actor_config& config, journal_store& store, runtime::metrics& metrics,
                             fatal_handler fatal)
    : caf::event_based_actor(config), store_(store), metrics_(metrics), fatal_(std::move(fatal)) {}

caf::behavior journal_actor::make_behavior() {
  // Every commit waits for this thread to wake up twice. Without the wish it works all the same.
  if (getf(is_detached_flag))
    request_short_slices();
  return {
      [this](append_epoch& request) { take(request); },
      [this](append_epochs& request) { take(request); },
      [this](write_note& request) { take(request); },
      [this](flush_journal) { flush(); },
      [this](const read_epochs& request) { read(request); },
      [this](const trim_journal& request) {
        auto& upto = trims_[request.shard];
        upto.applied = std::max(upto.applied, request.upto);
        trim(request.shard, upto);
      },
      [this](const retain_journal& request) {
        auto& upto = trims_[request.shard];
        upto.retained_from = request.from;
        trim(request.shard, upto);
      },
  };
}

// -- writing -------------------------------------------------------------------------------------

void journal_actor::take(append_epoch& request) {
  wait({request.what->shard, false, request.what->number, current_sender()});
  entries_.emplace_back(std::move(request.what));
}

void journal_actor::take(append_epochs& request) {
  require(!request.what.empty(), "nothing to append");
  const auto& last = *request.what.back();
  wait({last.shard, false, last.number, current_sender()});
  if (request.note)
    wait(*std::move(request.note));
  std::move(request.what.begin(), request.what.end(), std::back_inserter(entries_));
}

void journal_actor::take(write_note& request) {
  wait({request.what.shard, true, request.tag, current_sender()});
  wait(std::move(request.what));
}

void journal_actor::wait(shard_note note) {
  if (note.keep_upto) {
    auto& applied = trims_[note.shard].applied;
    applied = std::min(applied, *note.keep_upto);
  }
  entries_.emplace_back(std::move(note));
}

void journal_actor::wait(receipt made) {
  // The flush queues up behind the entries that are in the mailbox already: they share one sync.
  if (receipts_.empty())
    send(this, flush_journal{});
  receipts_.push_back(std::move(made));
}

void journal_actor::flush() {
  if (failed_)
    return;
  const auto entries = std::exchange(entries_, {});
  const auto receipts = std::exchange(receipts_, {});
  const auto started_at = std::chrono::steady_clock::now();
  if (const auto ok = store_.append(entries); !ok)
    return fail(ok.error());
  const auto took = std::chrono::steady_clock::now() - started_at;
  metrics_.commit_duration.observe(took);
  if (took > stall)
    metrics_.commit_stalls.Increment();
  metrics_.journal_bytes.Set(static_cast<double>(store_.size_bytes()));
  acknowledge(receipts);
}

void journal_actor::acknowledge(const std::vector<receipt>& written) {
  // An append is answered by the next of its shard, unless a note comes between them.
  std::map<std::uint32_t, const receipt*> last;
  std::vector<const receipt*> answered;
  for (auto each = written.rbegin(); each != written.rend(); ++each) {
    auto& next = last[each->shard];
    if (!next || next->of_note || each->of_note)
      answered.push_back(&*each);
    next = &*each;
  }
  for (auto each = answered.rbegin(); each != answered.rend(); ++each) {
    const auto to = caf::actor_cast<caf::actor>((*each)->from);
    if ((*each)->of_note)
      caf::anon_send<caf::message_priority::high>(to, note_durable{(*each)->number});
    else
      caf::anon_send<caf::message_priority::high>(to, epoch_durable{(*each)->number});
  }
}

// -- reading, trimming ---------------------------------------------------------------------------

void journal_actor::read(const read_epochs& request) {
  if (failed_)
    return;
  auto epochs = store_.read(request.shard, request.first, request.bytes_max);
  if (!epochs)
    return fail(epochs.error());
  caf::anon_send(caf::actor_cast<caf::actor>(current_sender()),
                 epochs_read{request.first, *std::move(epochs)});
}

void journal_actor::trim(std::uint32_t shard, const shard_trim& upto) {
  const auto kept_from = upto.retained_from.value_or(upto.applied + 1);
  store_.trim(shard, std::min(upto.applied, kept_from == 0 ? 0 : kept_from - 1));
  const auto used = store_.used_by(shard);
  metrics_.journal_shard_bytes.at(shard).Set(static_cast<double>(used.bytes));
  metrics_.journal_oldest.at(shard).Set(static_cast<double>(used.oldest_ms) / 1000);
}

void journal_actor::fail(const fault& why) {
  failed_ = true;
  fatal_("journal", why);
}

} // namespace orderd::runtime

// The node's one journal writer: makes the waiting epochs and notes of all shards durable in one synced
// transaction, in the order they came, then tells their senders.
//
// Messages: append_epoch and append_epochs (answered with epoch_durable to the sender once they are synced),
// write_note (with note_durable), read_epochs (with epochs_read), trim_journal, retain_journal. A shard's
// answers come in the order of what they answer; of several appends in a row the last is answered.
// A transaction that fails has an unknown outcome: nobody is told anything, and the node ends; so it does
// when epochs cannot be read.
// Blocks its thread while it syncs: spawn it detached, except under the deterministic scheduler.
#pragma once

#include "runtime/base/fatal.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/engine/messages.hpp"
#include "runtime/storage/store.hpp"

#include <caf/event_based_actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace orderd::runtime {

class journal_actor : public caf::event_based_actor {
public:
  /// `store` and `metrics` must outlive the actor.
  journal_actor(caf::actor_config& config, journal_store& store, runtime::metrics& metrics,
                fatal_handler fatal);

  const char* name() const override { return "orderd.journal"; }
  caf::behavior make_behavior() override;
  /// Lets go of the shards that wait, which know this actor too.
  void on_exit() override { receipts_.clear(); }

private:
  /// Who is told what when the waiting entries are synced.
  struct receipt {
    std::uint32_t shard = 0;
    bool of_note = false;
    std::uint64_t number = 0; ///< of the last epoch, or the note's tag
    caf::strong_actor_ptr from;
  };
  /// How far a shard may be trimmed.
  struct shard_trim {
    std::uint64_t applied = 0;
    std::optional<std::uint64_t> retained_from;
  };

  void take(append_epoch& request);
  void take(append_epochs& request);
  void take(write_note& request);
  void wait(receipt made);
  void wait(shard_note note);
  void flush();
  void acknowledge(const std::vector<receipt>& written);
  void read(const read_epochs& request);
  void trim(std::uint32_t shard, const shard_trim& upto);
  void fail(const fault& why);

  journal_store& store_;
  metrics& metrics_;
  fatal_handler fatal_;
  std::vector<journal_entry> entries_; ///< that wait
  std::vector<receipt> receipts_;      ///< of them; not empty: a flush is in the mailbox
  std::map<std::uint32_t, shard_trim> trims_;
  bool failed_ = false;
};

} // namespace orderd::runtime

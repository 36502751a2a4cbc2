// The follower's side of a copy of the rows: takes the pages in their order, stores them, and finds out
// whether the state is the source's.
//
//            note durable            page stored, the last one           base set
//   opening -------------> storing -------------------------> setting_base ------> applying
//                           ^   |                                                      |
//                 next page |   | page stored                                          | applied to where the
//                           |   v                                                      v source hashed
//                          waiting         complete <------------ closing <-------- comparing
//                                                   note durable            same hash
//
// *opening*: the note that the rows are incomplete is on its way to the disk; before it is there nothing is
// erased (D9). *storing*, *waiting*: one page is put into the state at a time, others may have arrived behind
// it. *setting_base*: all pages are there, and the state learns of which epoch they are. *applying*: the
// pages were read while the source's state went on, so they mix epochs from the base on; only with the epochs
// to where the source was hashed on top are they the rows of one epoch. None above that is applied, or the
// two hashes would be of different epochs. *comparing*: the state is hashed here. Another hash: the disk is
// given up. *closing*: the note that the rows are complete is on its way; until it is durable the replica
// does not say that it is complete, for a crash would make its rows incomplete again.
//
// Pure. *Limits*: as many pages in memory as its source sends unanswered (copy_source.hpp).
#pragma once

#include "cluster/replication/replica_core.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace orderd::cluster {

class copy_target {
public:
  enum class state : std::uint8_t {
    opening,
    storing,
    waiting,
    setting_base,
    applying,
    comparing,
    closing,
    complete,
  };

  /// Begins the copy of which that is page 0. `starts`: the terms of its source's journal.
  copy_target(replica_core& core, std::uint32_t from_node, const install_snapshot& first,
              const std::vector<term_start>& starts);

  /// A page of this copy, whichever.
  void take(const install_snapshot& page);

  // Answers of the disk; those with another tag than what it waits for are of another copy.
  /// True when the replica is complete from now on.
  [[nodiscard]] bool noted(answer_tag tag);
  void rows_loaded(answer_tag tag);
  void load_ended(answer_tag tag);
  /// True when the rows are the source's: epochs above `apply_upto` may be applied.
  [[nodiscard]] bool state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash);
  /// Epochs were applied, or nothing is to be.
  void applied();

  state how() const noexcept { return state_; }
  std::uint64_t number() const noexcept { return number_; }
  /// Whether the disk is at work for it: another copy begins when it has answered.
  bool waits_for_disk() const noexcept {
    return state_ == state::opening || state_ == state::storing || state_ == state::setting_base
           || state_ == state::closing;
  }
  /// Whether the rows are all there: then epochs are taken, and applied up to `apply_upto`.
  bool has_rows() const noexcept { return state_ >= state::applying; }
  std::uint64_t apply_upto() const noexcept { return upto_; }

private:
  void store(const install_snapshot& page);
  void send_ack();

  replica_core& core_;
  state state_ = state::opening;
  answer_tag awaited_; ///< of what the disk does
  std::uint64_t term_;
  std::uint64_t number_;
  std::uint32_t from_node_;
  runtime::epoch_mark base_;
  std::uint64_t stored_ = 0;             ///< pages
  std::deque<install_snapshot> arrived_; ///< the first is the one that is being stored, if one is
  std::uint64_t upto_ = 0;               ///< complete once this is applied, if the hash is this one
  std::uint64_t hash_ = 0;
};

} // namespace orderd::cluster

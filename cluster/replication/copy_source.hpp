// The primary's side of a copy of the rows to one follower, page by page, while the state goes on changing.
//
//   reading ---- all pages sent ----> hashing ---- hash known ----> ending ---- last page stored ----> done
//
// The pages are read at different times, so they mix epochs from `base`, applied when the copy began, to what
// is applied when it ends. Writes of rows are absolute: with all epochs after `base` applied on top, in
// order, the rows are those of the last one. The journal is held from `base` on until the follower has it
// (D8).
//
// Pure. *Limits*: pages_max pages unanswered; bytes a tick as the options say, so that the copy does not slow
// live commits (D7). A page that is not answered for a second is sent again.
#pragma once

#include "cluster/replication/replica_core.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace orderd::cluster {

class copy_source {
public:
  static constexpr std::uint64_t pages_max = 4;

  copy_source(replica_core& core, std::uint64_t term, std::uint64_t number, std::uint32_t to_node,
              steady_time now);

  void take(const install_snapshot_ack& what, steady_time now);
  void state_hashed(answer_tag tag, std::uint64_t applied, std::uint64_t hash, steady_time now);
  void tick(steady_time now);

  std::uint64_t number() const noexcept { return number_; }
  bool done() const noexcept { return done_; }
  /// The follower's journal begins after this one.
  std::uint64_t base() const noexcept { return base_.epoch; }

private:
  void send_pages();
  void read_next();
  void send(std::uint64_t page);

  replica_core& core_;
  std::uint64_t term_;
  std::uint64_t number_;
  std::uint32_t to_node_;
  runtime::epoch_mark base_;
  std::map<std::uint64_t, install_snapshot> unanswered_; ///< by page
  std::uint64_t next_page_ = 0;
  std::optional<runtime::row_key> read_upto_;
  bool read_all_ = false;
  bool failed_ = false;                   ///< the rows cannot be read
  answer_tag hashing_ = answer_tag::none; ///< or hashed
  bool ended_ = false;                    ///< the last page is sent
  bool done_ = false;
  std::int64_t budget_ = 0; ///< of bytes to read; below 0: too many were
  steady_time answered_at_;
};

} // namespace orderd::cluster

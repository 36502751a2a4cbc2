// What the replicas of a shard say to each other, and what shards of different nodes do.
//
// Every message names its sender's replica; one that is for another incarnation of a node than its receiver's
// is dropped. Messages may be lost, and come late; those of one link come in order. peer.proto has their
// bytes.
//
// *Operation*, of the replicas of one shard:
//
//   follower                                   primary
//   unattached -- join ------------------------->
//              <- new_term ----------------------  where terms begin in its journal
//   promises, cuts its journal, all durable
//              -- join_ack --------------------->  where mine ends, a part of yours
//              <- append ------------------------  the epochs behind that
//   durable    -- append_ack ------------------->  counts towards a commit, if it is in sync
//   or not the next one
//              -- append_nack ------------------>  from where on to send them again
//   or it lacks more than the journal there has
//              <- install_snapshot --------------  a page of rows, some at a time
//   stored     -- install_snapshot_ack --------->
//
// Each names the term. A message of a lower term than the receiver promised is answered with `stale_term`,
// and otherwise ignored. `lost_writes`: a member lacks what it acknowledged. `transfer_leadership`: look at
// the configuration store, it may have made you primary.
//
// The names of the fields and messages in peer.proto are these; what the bytes are is frozen.
#pragma once

#include "cluster/replication/row_history.hpp"
#include "cluster/replication/term_table.hpp"
#include "runtime/base/result.hpp"
#include "runtime/entity/channel_messages.hpp"
#include "runtime/storage/commit_tracker.hpp"
#include "runtime/storage/row.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orderd::cluster {

/// Follower -> primary: I am unattached, probe me. `promised`: the highest term it knows.
struct join {
  std::uint64_t promised = 0;
};

/// Primary -> follower: a probe: follow me in this term, and say where your journal ends. `starts` and `end`
/// are of the primary's.
struct new_term {
  std::uint64_t term = 0;
  std::uint64_t attempt = 0; ///< rises with every `new_term` of this primary; the answer repeats it
  std::vector<term_start> starts;
  std::uint64_t end = 0;
  std::uint64_t committed = 0;
};

/// Follower -> primary: this term is promised, and my journal, a part of yours, ends here; all durable.
struct join_ack {
  std::uint64_t term = 0;
  std::uint64_t attempt = 0;
  std::uint64_t end = 0;
  bool complete = true;   ///< false: its copy of the rows is not complete, it may not join the in-sync set
  std::uint64_t copy = 0; ///< number of the copy it is taking or took in this term; 0: none
  std::uint64_t hash = 0; ///< of the epoch at `end` (runtime::hash_of); 0: not known, or of an older version
};

/// Primary -> follower: these epochs come next. None: only `committed` is news.
struct append {
  std::uint64_t term = 0;
  std::vector<runtime::epoch_ptr> epochs; ///< consecutive
  std::uint64_t committed = 0;
};

/// Follower -> primary: my journal, durable, ends here. The answer to every `append`.
struct append_ack {
  std::uint64_t term = 0;
  std::uint64_t end = 0;
  bool complete = true;        ///< as in `join_ack`
  std::uint64_t committed = 0; ///< as far as it knows
  std::uint64_t hash = 0;      ///< as in `join_ack`: what it acknowledges, and all before it (B12)
  rows_at rows = {};           ///< its rows after an epoch that it applied (A8)
};

/// Follower -> primary: not these epochs; the next I can take is `expected` (D6).
struct append_nack {
  std::uint64_t term = 0;
  std::uint64_t expected = 0;
};

/// Anyone -> a sender of a lower term: I have promised this one (B1).
struct stale_term {
  std::uint64_t promised = 0;
};

/// Primary -> member in sync: your disk lacks what it acknowledged; it was set back (B9).
struct lost_writes {
  std::uint64_t term = 0;
  std::uint64_t acknowledged = 0;
};

/// Old primary -> the one it handed over to: look at the configuration store.
struct transfer_leadership {
  std::uint64_t term = 0;
};

/// Primary -> follower: a page of rows of the copy that begins at `base`. Page 0 begins it, and erases what
/// was there; `last` ends it: then the rows are those of epoch `upto` once the epochs to there are applied,
/// and `hash` is the hash of that state.
struct install_snapshot {
  std::uint64_t term = 0;
  std::uint64_t copy = 0; ///< number of the copy, to tell it from one given up
  std::uint64_t page = 0;
  runtime::epoch_mark base;
  std::vector<runtime::row_write> rows;
  bool last = false;
  std::uint64_t upto = 0;
  std::uint64_t hash = 0;
};

/// Follower -> primary: the pages of that copy before `next_page` are stored.
struct install_snapshot_ack {
  std::uint64_t term = 0;
  std::uint64_t copy = 0;
  std::uint64_t next_page = 0;
};

/// Shard -> shard, by way of the destination's primary: channel commands, and what was taken of them.
struct channel_batch {
  runtime::channel_commands what;
};
struct channel_receipt {
  runtime::channel_acknowledged what;
};

using peer_body =
    std::variant<join, new_term, join_ack, append, append_ack, append_nack, stale_term, lost_writes,
                 transfer_leadership, install_snapshot, install_snapshot_ack, channel_batch, channel_receipt>;

struct peer_message {
  std::uint32_t shard = 0;          ///< whose replica host takes it
  runtime::replica_id from;         ///< the node that says it, and its disk
  std::uint64_t to_incarnation = 0; ///< of the receiver's disk; 0: any
  peer_body body;
};

std::string encode(const peer_message& what);

/// `malformed` when the bytes are no message; `corrupt` when an epoch in it fails its check. Every length is
/// checked against the bytes there are, shards against limits::shards_max: those of the cluster are known to
/// whoever takes the message.
runtime::result<peer_message> decode_peer_message(std::string_view bytes);

} // namespace orderd::cluster

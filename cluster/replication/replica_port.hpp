// What a replica (replica.hpp) needs of the world: its disk, its peers, the configuration store, and the
// shard's engine, which runs while it is primary.
//
// Nothing here answers at once, but `read_rows`: answers are inputs of the replica. What goes to the journal
// is done in the order in which it was asked for, and so is what goes to the state; between the two there is
// no order. A tag comes back with the answer to what it was given to.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/replication/doubt.hpp"
#include "cluster/replication/peer_message.hpp"
#include "cluster/replication/replica_note.hpp"
#include "runtime/storage/row.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

/// Which question an answer belongs to: every one that a replica asks has another, over all of its roles.
enum class answer_tag : std::uint64_t { none };

/// A piece of a state's rows, in their order.
struct row_page {
  std::vector<runtime::row_write> rows;
  std::optional<runtime::row_key> last; ///< go on after this one; none: there are no more
};

class replica_port {
public:
  virtual ~replica_port() = default;

  /// To the replica of this shard on that node; may be lost.
  virtual void send(std::uint32_t node, peer_body what) = 0;

  /// Make them durable, the note (if there is one) with them; then `journaled` with the last one's number.
  virtual void append(std::vector<runtime::epoch_ptr> epochs, std::optional<replica_note> note) = 0;
  /// Make the note durable and, in the same moment, erase the epochs above `keep_upto`; then `noted`.
  virtual void write(const replica_note& note, std::optional<std::uint64_t> keep_upto, answer_tag tag) = 0;
  /// Read epochs from the journal; then `journal_read`.
  virtual void read(std::uint64_t first, std::size_t bytes_max) = 0;
  /// The journal keeps the epochs from this one on, whatever is applied.
  virtual void retain(std::uint64_t from) = 0;

  /// Apply committed epochs to the state; then, some time, `applied`.
  virtual void apply(std::vector<runtime::epoch_ptr> epochs) = 0;
  virtual void apply_now() = 0; ///< someone waits for it
  /// Hash the state as it is applied; then `state_hashed`.
  virtual void hash_state(answer_tag tag) = 0;
  /// The rows after one (none: from the first); at least one if there are any.
  virtual runtime::result<row_page> read_rows(const std::optional<runtime::row_key>& after,
                                              std::size_t bytes_max) = 0;
  /// Put copied rows into the state, after erasing all of it when they are the `first`; then `rows_loaded`.
  virtual void load_rows(std::vector<runtime::row_write> rows, bool first, answer_tag tag) = 0;
  /// The copied rows are those of this epoch; then `load_ended`.
  virtual void end_load(const runtime::epoch_mark& applied, answer_tag tag) = 0;

  /// Compare-and-set the assignment; then `decided`, or `undecided`: then it may still take place.
  virtual void propose(std::uint64_t expected_version, const assignment& what) = 0;
  /// Read the assignment again soon; then `configured`.
  virtual void look_up() = 0;

  /// This replica leads: run the shard's engine from that epoch, which is applied; its epochs come as
  /// `engine_closed`. After `stop_engine` nothing it closed counts.
  virtual void start_engine(const runtime::epoch_mark& opening) = 0;
  virtual void stop_engine() = 0;
  virtual void committed(std::uint64_t upto) = 0; ///< to the engine: epochs of its own up to this one

  /// What a node said is not done: to be counted, and told of at a bounded rate.
  virtual void doubted(doubt why, std::uint32_t node, const std::string& what) = 0;
  /// The disk lacks what it once acknowledged, or holds what it must not: go on only as a new incarnation.
  virtual void distrust_disk(const std::string& why) = 0;
  /// What must never be has happened: end the process with this diagnosis.
  virtual void end_node(const std::string& why) = 0;
};

} // namespace orderd::cluster

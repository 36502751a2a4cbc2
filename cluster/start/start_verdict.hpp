// What a start makes of the disk that it finds. A disk is given up only for a better one.
//
// Why it is safe. A replica is a node and an incarnation; what it may do follows from the assignments, which
// name both. So starting the wrong intact disk can take nothing from the right one: it only has no rights.
// Harm comes from two things, and each is guarded here.
// - A disk that lost what it acknowledged goes on under its name. So a disk that is empty, damaged, or counts
//   fewer starts than the store counted for its incarnation never goes on (B4, B9).
// - A disk that may be the last with something is put out of reach. So nothing is set aside unless no
//   assignment names it, and every shard that it has a copy of has enough others in sync to commit: each of
//   them has everything that was ever acknowledged. Or a person elected a primary and accepted that what
//   others have is lost: then fewer are enough. Otherwise only an operator's word does it, and even then it
//   is kept (given_up.hpp).
//
// Pure. An incarnation is never used twice: a new one is above all that disk and store know of.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/known_disks.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace orderd::cluster {

enum class start_outcome : std::uint8_t {
  begins,           ///< nothing is on the disk, and nobody has to be asked for it: a new incarnation
  goes_on,          ///< it is the disk that started last
  serves_again,     ///< an intact disk that is not the one that started last, and has to give way to none
  begins_anew,      ///< what is on the disk is set aside: others hold better copies, or an operator says so
  not_superseded,   ///< what is on the disk cannot go on, and others may not have all of it
  refuses_empty,    ///< the number belongs to a disk, and this one is empty
  refuses_replaced, ///< another disk of this node holds a whole copy that this one does not
};

/// "goes_on"
const char* to_string(start_outcome what) noexcept;

/// The disk as it was found. An incarnation of 0: it is empty.
struct disk_found {
  disk_identity identity;
  bool sound = true;    ///< it passed its checks
  bool pending = false; ///< it began anew, and may never have been announced
};

struct start_question {
  std::uint32_t node = 0;
  disk_found disk;
  known_disks known;                          ///< by the store; zeros: it knows nothing of this number
  std::map<std::uint32_t, assignment> shards; ///< all that are placed
  std::size_t minimum = 1;                    ///< in sync, to commit
  bool replace = false;                       ///< an operator said --replace-disk
};

struct start_verdict {
  start_outcome outcome = start_outcome::goes_on;
  disk_identity now; ///< to be written to the disk, then to the store; of a refusal: nothing
  /// The shards for whose sake it is so: what an empty or a replaced disk would leave, what is not
  /// superseded, what an operator takes the risk for. Ascending.
  std::vector<std::uint32_t> shards;

  bool may_start() const noexcept {
    return outcome == start_outcome::begins || outcome == start_outcome::goes_on
           || outcome == start_outcome::serves_again || outcome == start_outcome::begins_anew;
  }
};

start_verdict judge_start(const start_question& asked);

/// The shards whose assignments name that replica as one that has everything: in sync or eligible.
std::vector<std::uint32_t> held_by(const replica_id& who, const std::map<std::uint32_t, assignment>& shards);

/// The shards for whose sake that replica must not be given up: those that name it, and those of its node
/// that too few are in sync of to have committed without it, unless a person accepted that loss.
std::vector<std::uint32_t>
not_superseded(const replica_id& who, const std::map<std::uint32_t, assignment>& shards, std::size_t minimum);

} // namespace orderd::cluster

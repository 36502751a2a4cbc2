#include "cluster/replication/replica_note.hpp"

#include "cluster/replication/replica.pb.h"

namespace orderd::cluster {

std::string encode(const replica_note& what) {
  stored::v1::stored_replica_note out;
  out.set_promised(what.promised);
  for (const auto& each : what.starts) {
    auto& start = *out.add_starts();
    start.set_term(each.term);
    start.set_first_epoch(each.first_epoch);
  }
  out.set_copying(what.copying);
  out.set_committed(what.committed);
  return out.SerializeAsString();
}

runtime::result<replica_note> decode_replica_note(std::string_view bytes) {
  stored::v1::stored_replica_note read;
  if (!read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return runtime::fault{runtime::fault_code::corrupt, "the note of a replica cannot be decoded"};
  replica_note out;
  out.promised = read.promised();
  for (const auto& each : read.starts())
    out.starts.push_back({each.term(), each.first_epoch()});
  out.copying = read.copying();
  out.committed = read.committed();
  return out;
}

} // namespace orderd::cluster

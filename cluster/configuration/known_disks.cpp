#include "cluster/configuration/known_disks.hpp"

#include "cluster/configuration/assignment.pb.h"
#include "config/start_limits.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace form = stored::v1;

std::optional<std::uint64_t> starts_of(const known_disks& known, std::uint64_t incarnation) {
  if (known.node.disk.incarnation == incarnation)
    return known.node.disk.boot;
  for (const auto& each : known.earlier)
    if (each.incarnation == incarnation)
      return each.boot;
  return std::nullopt;
}

known_disks with_disk(known_disks known, const disk_identity& now, std::int64_t now_ms) {
  auto& in_use = known.node.disk;
  if (in_use.incarnation != now.incarnation) {
    std::erase_if(known.earlier, [&](const auto& each) { return each.incarnation == now.incarnation; });
    if (in_use.incarnation != 0)
      known.earlier.push_back(in_use);
    if (known.earlier.size() > limits::earlier_disks_max)
      known.earlier.erase(known.earlier.begin());
    known.since_ms = now_ms;
  }
  in_use = now;
  return known;
}

bool newer(const known_disks& one, const known_disks& other) {
  const auto counts = [](const known_disks& of, const disk_identity& disk) {
    return starts_of(of, disk.incarnation).value_or(0) >= disk.boot;
  };
  const auto& mine = one.node.disk;
  const auto& theirs = other.node.disk;
  const bool counts_theirs = counts(one, theirs);
  if (counts_theirs != counts(other, mine))
    return counts_theirs;
  // The same start, or disks that the records have forgotten.
  return std::pair{mine.incarnation, mine.boot} > std::pair{theirs.incarnation, theirs.boot};
}

std::string encode(std::uint32_t node, const known_disks& what) {
  form::node_record out;
  runtime::require(out.ParseFromString(encode(node, what.node)), "a record that was just encoded");
  for (const auto& each : what.earlier) {
    auto& disk = *out.add_earlier();
    disk.set_incarnation(each.incarnation);
    disk.set_boot(each.boot);
  }
  out.set_since_ms(what.since_ms);
  return out.SerializeAsString();
}

runtime::result<known_disks> decode_known_disks(std::string_view bytes) {
  auto node = decode_known_node(bytes);
  if (!node)
    return node.error();
  form::node_record read;
  read.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  known_disks out{std::move(node->second), {}, read.since_ms()};
  for (const auto& each : read.earlier())
    out.earlier.push_back({each.incarnation(), each.boot()});
  return out;
}

} // namespace orderd::cluster

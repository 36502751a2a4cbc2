#include "cluster/replica_host/missed_copies.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace orderd::cluster {

using runtime::missed_copy;
using std::chrono::milliseconds;

namespace {

bool holds(const std::vector<replica_id>& all, std::uint32_t node) {
  return std::any_of(all.begin(), all.end(), [node](const replica_id& each) { return each.node == node; });
}

} // namespace

std::vector<missed_copy> missed_copies(const assignment& known, std::uint32_t self, const lease_board& board,
                                       steady_time now) {
  std::set<std::uint32_t> nodes{known.nodes.begin(), known.nodes.end()};
  for (const auto* all : {&known.in_sync, &known.eligible})
    for (const auto& each : *all)
      nodes.insert(each.node);
  std::vector<missed_copy> missed;
  for (const auto node : nodes) {
    const bool heard = node == self || board.hears(node, now);
    const bool wanted = std::find(known.nodes.begin(), known.nodes.end(), node) != known.nodes.end();
    if (heard && (!wanted || holds(known.in_sync, node)))
      continue;
    auto& one = missed.emplace_back(missed_copy{node, heard, {}});
    if (const auto heard_at = board.heard_at(node); heard_at && !heard)
      one.silent_for = std::chrono::duration_cast<milliseconds>(now - *heard_at);
  }
  return missed;
}

google::protobuf::RepeatedPtrField<v1::missed_copy> said_of(const std::vector<missed_copy>& all) {
  google::protobuf::RepeatedPtrField<v1::missed_copy> said;
  for (const auto& each : all) {
    auto& one = *said.Add();
    one.set_node(each.node);
    one.set_heard(each.heard);
    one.set_heard_before(each.silent_for.has_value());
    one.set_silent_for_ms(each.silent_for ? static_cast<std::uint64_t>(each.silent_for->count()) : 0);
  }
  return said;
}

} // namespace orderd::cluster

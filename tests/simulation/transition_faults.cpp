#include "tests/simulation/transition_faults.hpp"

#include "cluster/peers/messages.hpp"
#include "cluster/replication/peer.pb.h"
#include "runtime/base/wire_fields.hpp"

#include <algorithm>
#include <string_view>

namespace orderd::simulation {

namespace {

namespace form = cluster::peer::v1;

/// A number in a body of peer.proto; 0 when it is not there.
std::uint64_t number_in(std::string_view body, std::uint32_t field) {
  std::uint64_t found = 0;
  runtime::visit_fields(body, [&](const runtime::wire_field& each) {
    if (each.number == field && each.as == runtime::wire_field::form::number)
      found = each.value;
    return true;
  });
  return found;
}

} // namespace

void transition_faults::proposes(std::uint32_t node, const cluster::assignment& what) {
  strike("fault at a proposal", node, what.primary.node);
}

void transition_faults::proposed(std::uint32_t node, const cluster::assignment& what) {
  strike("fault at a decision", node, what.primary.node);
}

void transition_faults::sends(std::uint32_t from, const cluster::peer_send& what) {
  runtime::visit_fields(*what.bytes, [&](const runtime::wire_field& each) {
    switch (each.number) {
    case form::message::kAppendFieldNumber:
      appends(from, what, number_in(each.content, form::append::kTermFieldNumber));
      break;
    case form::message::kTransferLeadershipFieldNumber:
      strike("fault at a handover", from, what.node);
      break;
    case form::message::kInstallSnapshotFieldNumber:
      if (number_in(each.content, form::install_snapshot::kPageFieldNumber) == 0)
        strike("fault at the beginning of a copy", from, what.node);
      else if (number_in(each.content, form::install_snapshot::kLastFieldNumber) != 0)
        strike("fault at the end of a copy", from, what.node);
      break;
    default:
      break;
    }
    return true;
  });
}

void transition_faults::appends(std::uint32_t from, const cluster::peer_send& what, std::uint64_t term) {
  auto& newest = terms_[what.shard];
  if (term <= newest)
    return;
  newest = term;
  strike("fault at the first epoch of a term", from, what.node);
}

void transition_faults::strike(const char* when, std::uint32_t one, std::uint32_t other) {
  if (options_.faults_max <= 0 || !random_.percent(options_.share))
    return;
  --options_.faults_max;
  happened_.count(when);
  const auto who = random_.percent(50) ? one : other;
  // About as long as a lease or a grace, or much longer.
  const auto ms = random_.percent(80) ? random_.between(200, 700) : random_.between(700, 3'000);
  switch (random_.below(4)) {
  case 0:
  case 1:
    return hands_.stand_still(who, ms);
  case 2:
    return hands_.crash(who, random_.percent(50) ? random_.between(1, 50) : ms);
  default:
    return hands_.cut(who, one == other || random_.percent(50) ? 0 : one + other - who, ms);
  }
}

} // namespace orderd::simulation

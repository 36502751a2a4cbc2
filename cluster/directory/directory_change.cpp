// What a person wants in the configuration store: records written again from what nodes hold, a primary
// elected with loss, a term set right. Checked, written, and remembered there with who did it.
//
// The record of the cluster, with the next generation, is written last. Until then nothing is believed of a
// store that is not, and a change that was cut off in between is only given again. What was proposed in an
// earlier generation can no longer take place: every change is guarded by that record, and of a store that is
// not believed it is also the first to be changed.
#include "actors/public/public.pb.h"
#include "cluster/configuration/assignment.pb.h"
#include "cluster/configuration/known_disks.hpp"
#include "cluster/directory/directory_actor.hpp"
#include "config/term_limits.hpp"
#include "runtime/base/bytes.hpp"
#include "runtime/base/log.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace orderd::cluster {

namespace log = runtime::log;
using runtime::fault;
using runtime::fault_code;

namespace {

constexpr const char* audit_prefix = "audit/";

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

fault refusal(std::string why) {
  return {fault_code::malformed, std::move(why) + ": nothing was changed"};
}

/// The next free name for a record of a change.
std::string next_audit(const std::map<std::string, versioned_value>& listed) {
  unsigned long highest = 0;
  for (const auto& [name, value] : listed)
    if (name.starts_with(audit_prefix))
      highest =
          std::max(highest, std::strtoul(name.c_str() + std::string_view{audit_prefix}.size(), nullptr, 10));
  char name[32];
  std::snprintf(name, sizeof name, "%s%04lu", audit_prefix, highest + 1);
  return name;
}

/// Nobody else has written the store again meanwhile.
store_guard same_cluster(const std::map<std::string, versioned_value>& listed) {
  const auto found = listed.find(cluster_name);
  return {cluster_name, found == listed.end() ? std::nullopt : std::optional{found->second.value}};
}

/// Whether a restore that was cut off may have written that term: it had another number (plan_restore).
bool cut_off(const store_verdict& verdict, std::uint64_t there, std::uint64_t wanted) {
  return verdict.what != store_belief::believed && there - wanted < limits::restored_term_gap;
}

/// Whether both are records of a node, and the first is newer.
bool newer_node(const std::string& name, const std::string& there, const std::string& wanted) {
  if (!name.starts_with(nodes_prefix))
    return false;
  const auto a = decode_known_disks(there);
  const auto b = decode_known_disks(wanted);
  return a && b && newer(*a, *b);
}

} // namespace

/// Writes over the record of the cluster of a store that is not believed, so that nothing that was proposed
/// for it can take place any more while the others are written, however late it comes. Nobody believes the
/// store from then on until the record is that of the next generation.
runtime::result<void> directory_actor::close_store(const v1::change_configuration& asked,
                                                   std::map<std::string, versioned_value>& listed) {
  const auto there = read_content(listed);
  if (!there.terms || held_.judge(there).what == store_belief::believed)
    return {};
  auto closed = *there.terms;
  closed.written = runtime::hash_bytes(asked.SerializeAsString(), closed.written);
  if (const auto written = write_record(cluster_name, encode(closed), listed); !written)
    return written.error();
  auto again = store_.list("");
  if (!again)
    return again.error();
  listed = *std::move(again);
  return {};
}

store_changed directory_actor::change_records(const change_store& what) {
  const auto& asked = what.asked->change_configuration();
  auto listed = store_.list("");
  if (!listed)
    return {listed.error(), {}};
  const auto there = read_content(*listed);
  if (auto why = refuses(asked, there, held_.judge(there)))
    return {std::move(why), {}};
  if (const auto closed = close_store(asked, *listed); !closed)
    return {closed.error(), {}};
  auto audit = write_audit(what, *listed);
  if (!audit)
    return {audit.error(), {}};
  std::string cluster;
  for (const auto& each : asked.records()) {
    if (each.name() == cluster_name)
      cluster = each.value();
    else if (const auto written = write_record(each.name(), each.value(), *listed); !written)
      return {written.error(), {}};
  }
  auto terms = cluster.empty() ? held_.terms() : *decode_cluster_terms(cluster);
  if (cluster.empty())
    terms.written = runtime::hash_bytes(*audit + asked.by() + number(static_cast<std::uint64_t>(what.at)));
  terms.generation = std::max(asked.generation(), there.terms ? there.terms->generation + 1 : 0);
  terms.continued.clear(); // As in the plan.
  if (const auto written = write_record(cluster_name, encode(terms), *listed); !written)
    return {written.error(), {}};
  log::warn("directory", "configuration_changed",
            {{"audit", *audit}, {"by", asked.by()}, {"generation", terms.generation}}, asked.what());
  agenda_.want_read();
  call_soon();
  return {std::nullopt, *std::move(audit)};
}

std::optional<fault> directory_actor::refuses(const v1::change_configuration& asked,
                                              const store_content& there,
                                              const store_verdict& verdict) const {
  if (asked.cluster_id() != held_.terms().id)
    return refusal("this is a node of cluster " + held_.terms().id + ", not of " + asked.cluster_id());
  if (verdict.what == store_belief::foreign)
    return refusal(
        verdict.why
        + ". If those are of no use to anyone, end the nodes of that cluster and remove them first: "
          "`etcdctl --endpoints HOST:PORT del --prefix orderd/` (Debian: package etcd-client); or "
          "give the nodes another --etcd");
  // One that was found again as less than is held (held_configuration.hpp) is no generation that nodes know.
  const auto other = there.terms && verdict.what != store_belief::older ? there.terms->generation : 0;
  const auto seen = std::max(held_.terms().generation, other);
  if (asked.generation() <= seen || asked.generation() > generation_max)
    return refusal("the generation of the store is " + number(seen) + ", so the next cannot be "
                   + number(asked.generation()) + "; ask the nodes again");
  for (const auto& each : asked.records()) {
    if (each.name() == cluster_name) {
      if (const auto terms = decode_cluster_terms(each.value());
          !terms || terms->id != held_.terms().id || terms->shards != held_.terms().shards)
        return refusal("the record of the cluster is not that of " + held_.terms().id);
      continue;
    }
    const auto one = read_content({{each.name(), {1, each.value()}}});
    if (one.records.empty() || !one.damaged.empty())
      return refusal("'" + each.name() + "' is no record of a node or a shard, or cannot be read");
    for (const auto& [shard, wanted] : one.shards) {
      if (shard >= held_.shards().size())
        return refusal("there is no shard " + number(shard));
      const auto& held = held_.shards()[shard];
      if (wanted.what.term < held.what.term || (each.version() != 0 && held.version > each.version()))
        return refusal("this node knows a newer record of shard " + number(shard) + ", of term "
                       + number(held.what.term) + "; ask the nodes again");
      const auto stored = there.shards.find(shard);
      if (stored != there.shards.end() && stored->second.what.term > wanted.what.term && !asked.over_newer()
          && !cut_off(verdict, stored->second.what.term, wanted.what.term))
        return refusal("the store has term " + number(stored->second.what.term) + " of shard " + number(shard)
                       + ", above " + number(wanted.what.term)
                       + "; --over-newer writes over it, if that is what you want");
    }
  }
  return std::nullopt;
}

runtime::result<std::string>
directory_actor::write_audit(const change_store& what, const std::map<std::string, versioned_value>& listed) {
  const auto& asked = what.asked->change_configuration();
  stored::v1::audit_record record;
  record.set_at_ms(static_cast<std::uint64_t>(what.at));
  record.set_by(asked.by());
  record.set_what(asked.what());
  record.set_node(options_.self);
  auto name = next_audit(listed);
  if (const auto written = write_record(name, record.SerializeAsString(), listed); !written)
    return written.error();
  return name;
}

runtime::result<void> directory_actor::write_record(const std::string& name, const std::string& value,
                                                    const std::map<std::string, versioned_value>& listed) {
  const auto before = listed.find(name);
  if (before != listed.end()
      && (before->second.value == value || newer_node(name, before->second.value, value)))
    return {};
  const auto there = store_.compare_and_set(name, before == listed.end() ? 0 : before->second.version, value,
                                            same_cluster(listed));
  if (!there)
    return fault{fault_code::unavailable,
                 "it is not known whether '" + name
                     + "' was written; give the command again: " + there.error().message};
  if (there->value != value)
    return fault{fault_code::unavailable,
                 "somebody else changed '" + name
                     + "', or the cluster's record, at the same time; look, and give the command again"};
  return {};
}

} // namespace orderd::cluster

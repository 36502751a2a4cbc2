#include "tests/simulation/cluster_review.hpp"

#include "actors/audit/auditor.hpp"
#include "runtime/storage/state_hash.hpp"

#include <algorithm>
#include <limits>

namespace orderd::simulation {

namespace {

/// Changes of one shard's assignment within a second of simulated time, as far as they are seen: a takeover,
/// and every other member that leaves and comes back, twice over. A set that flaps makes 50.
constexpr std::size_t changes_a_second_max = 16;

} // namespace

cluster_review::cluster_review(const cluster::cluster_terms& terms, const test::simulated_register& store,
                               cluster_members& members, counters& happened)
    : terms_(terms), store_(store), members_(members), happened_(happened), seen_(terms.shards),
      changed_at_(terms.shards) {}

void cluster_review::look_at_store(std::int64_t now_us,
                                   const std::function<void(const std::string&)>& complain) {
  for (std::uint32_t shard = 0; shard < terms_.shards; ++shard) {
    const auto found = store_.values().find(cluster::name_of_shard(shard));
    if (found == store_.values().end()
        || (found->second.version == seen_[shard].version
            && found->second.value
                   == cluster::encode(seen_[shard].what))) // Of another store it may be another.
      continue;
    const auto now = cluster::decode_assignment(found->second.value);
    if (!now) {
      complain("an assignment that cannot be: " + now.error().message);
      continue;
    }
    if (now->term < seen_[shard].what.term)
      complain("the term of shard " + std::to_string(shard) + " went back (B1)");
    auto& changes = changed_at_[shard];
    changes.push_back(now_us);
    while (changes.front() <= now_us - 1'000'000)
      changes.pop_front();
    if (changes.size() > changes_a_second_max)
      complain("the assignment of shard " + std::to_string(shard) + " changed "
               + std::to_string(changes.size()) + " times within a second (E4)");
    count_change(seen_[shard].what, *now);
    seen_[shard] = {found->second.version, *now};
  }
}

void cluster_review::count_change(const cluster::assignment& before, const cluster::assignment& after) {
  if (before.term == 0)
    return happened_.count("shard placed");
  if (before.primary != after.primary)
    happened_.count(cluster::contains(after.in_sync, before.primary) ? "handover" : "takeover");
  if (cluster::contains(before.eligible, after.primary))
    happened_.count("election from the eligible set");
  if (after.in_sync.size() < before.in_sync.size())
    happened_.count("shrink");
  if (after.in_sync.size() > before.in_sync.size())
    happened_.count("join");
}

bool cluster_review::can_serve() const {
  return std::all_of(seen_.begin(), seen_.end(),
                     [this](const auto& each) { return each.version != 0 && members_.can_serve(each.what); });
}

bool cluster_review::whole() const {
  const auto wanted = std::min<std::size_t>(terms_.replication, members_.ids().size());
  return std::all_of(seen_.begin(), seen_.end(),
                     [wanted](const auto& each) { return each.what.in_sync.size() == wanted; });
}

cluster_review::rows cluster_review::rows_of(std::uint32_t node, std::uint32_t shard) const {
  const auto opened = members_.disk(node).open();
  auto& state = opened->state(shard);
  const auto reader = state.reader();
  return {state.applied_epoch(), *runtime::state_hash(**reader)};
}

bool cluster_review::at_rest() const {
  return alike() && std::all_of(members_.ids().begin(), members_.ids().end(), [this](std::uint32_t id) {
           const auto& node = *members_.running(id);
           return node.unanswered() == 0 && node.untaken_bytes() == 0;
         });
}

bool cluster_review::alike() const {
  for (std::uint32_t shard = 0; shard < terms_.shards; ++shard) {
    const auto right = rows_of(of(shard).primary.node, shard);
    for (const auto& each : of(shard).in_sync)
      if (rows_of(each.node, shard) != right)
        return false;
  }
  return true;
}

std::vector<std::string> cluster_review::audit() const {
  std::vector<std::string> out;
  const auto auditor =
      actors::make_auditor({std::numeric_limits<runtime::unix_ms>::max()}); // All is at rest.
  for (std::uint32_t shard = 0; shard < terms_.shards; ++shard) {
    const auto opened = members_.disk(of(shard).primary.node).open();
    const auto reader = opened->state(shard).reader();
    if (const auto done = auditor->inspect(shard, **reader); !done)
      out.push_back("the audit cannot read shard " + std::to_string(shard) + ": " + done.error().message);
  }
  if (const auto found = auditor->report(); found.violations() > 0)
    out.push_back("audit: " + found.ShortDebugString());
  return out;
}

std::string cluster_review::describe() const {
  std::string out;
  for (std::uint32_t shard = 0; shard < terms_.shards; ++shard) {
    out += "shard " + std::to_string(shard) + " term " + std::to_string(of(shard).term) + " primary "
           + std::to_string(of(shard).primary.node) + " in sync";
    for (const auto& each : of(shard).in_sync)
      out += " " + std::to_string(each.node) + "/" + std::to_string(each.incarnation);
    for (const auto node : of(shard).nodes)
      out += ", node " + std::to_string(node) + " applied " + std::to_string(rows_of(node, shard).applied);
    out += "; ";
  }
  for (const auto id : members_.ids())
    if (const auto* node = members_.running(id))
      out += "node " + std::to_string(id) + " owes " + std::to_string(node->unanswered()) + " answers and "
             + std::to_string(node->untaken_bytes()) + " bytes of credit; ";
  return out;
}

} // namespace orderd::simulation

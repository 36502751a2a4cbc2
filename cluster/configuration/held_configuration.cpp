#include "cluster/configuration/held_configuration.hpp"

#include "cluster/configuration/assignment.pb.h"
#include "cluster/configuration/known_disks.hpp"
#include "config/limits.hpp"
#include "config/term_limits.hpp"
#include "runtime/base/bytes.hpp"

#include <algorithm>
#include <utility>

namespace orderd::cluster {

namespace {

namespace form = stored::v1;
using runtime::fault;
using runtime::fault_code;

constexpr std::string_view file_begin = "orderd held configuration 1\n";

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

/// The number at the end of "shards/0007"; none when it has another form.
std::optional<std::uint32_t> number_of(const std::string& name, std::string_view prefix,
                                       std::string (*name_of)(std::uint32_t)) {
  const auto digits = name.size() - std::min(prefix.size(), name.size());
  if (!name.starts_with(prefix) || digits == 0 || digits > 9
      || name.find_first_not_of("0123456789", prefix.size()) != std::string::npos)
    return std::nullopt;
  const auto found = static_cast<std::uint32_t>(std::stoul(name.substr(prefix.size())));
  return name == name_of(found) ? std::optional{found} : std::nullopt;
}

} // namespace

std::string_view to_string(store_belief what) noexcept {
  switch (what) {
  case store_belief::believed:
    return "believed";
  case store_belief::empty:
    return "empty";
  case store_belief::foreign:
    return "foreign";
  case store_belief::older:
    return "older";
  case store_belief::damaged:
    break;
  }
  return "damaged";
}

store_content read_content(const std::map<std::string, versioned_value>& listed) {
  store_content out;
  for (const auto& [name, value] : listed) {
    if (name == cluster_name) {
      auto terms = decode_cluster_terms(value.value);
      if (terms)
        out.terms = *std::move(terms);
      else
        out.terms_damage = terms.error().message;
    } else if (const auto number = number_of(name, nodes_prefix, name_of_node)) {
      auto node = decode_known_node(value.value);
      if (!node || node->first != *number) {
        out.damaged_nodes[*number] = node ? "it says that it is of another node" : node.error().message;
        continue;
      }
      out.nodes.insert(*std::move(node));
    } else if (const auto shard = number_of(name, shards_prefix, name_of_shard)) {
      if (auto what = decode_assignment(value.value))
        out.shards[*shard] = {value.version, *std::move(what)};
      else
        out.damaged[*shard] = what.error().message;
    } else {
      continue;
    }
    out.records.emplace(name, value);
  }
  return out;
}

held_configuration::held_configuration(cluster_terms terms)
    : terms_(std::move(terms)), shards_(terms_.shards), promised_(terms_.shards) {}

void held_configuration::promised(std::uint32_t shard, std::uint64_t term) {
  if (term <= limits::term_max)
    promised_.at(shard) = std::max(promised_.at(shard), term);
}

// -- what is believed ----------------------------------------------------------------------------

/// Why the record says less than is held of that shard; none: it does not.
std::optional<std::string> held_configuration::behind(std::uint32_t shard,
                                                      const versioned_assignment& there) const {
  const auto& held = shards_[shard];
  const auto version = version_in_store(held.version);
  const auto says = "shard " + number(shard) + " is there as of version " + number(there.version) + ", term "
                    + number(there.what.term);
  if (there.what.term < promised_[shard])
    return says + "; a replica of this node promised term " + number(promised_[shard]);
  if (held.version == 0)
    return std::nullopt;
  const auto holds = "; this node holds version " + number(version) + ", term " + number(held.what.term);
  if (there.version < version || there.what.term < held.what.term)
    return says + holds;
  if (there.version == version && there.what != held.what)
    return says + holds + ", with other content";
  if (there.what.term == held.what.term && there.what.primary != held.what.primary)
    return says + holds + ", under another primary";
  return std::nullopt;
}

bool held_configuration::same_as_held(const store_content& there) const {
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard) {
    const auto found = there.shards.find(shard);
    const auto& held = shards_[shard];
    const bool same = found == there.shards.end() ? held.version == 0
                                                  : found->second.version == version_in_store(held.version)
                                                        && found->second.what == held.what;
    if (!same)
      return false;
  }
  return true;
}

/// The highest version of a shard's record, in the store of this generation.
std::uint64_t held_configuration::newest() const {
  std::uint64_t out = 0;
  for (const auto& each : shards_)
    if (generation_of(each.version) == terms_.generation)
      out = std::max(out, version_in_store(each.version));
  return out;
}

std::optional<std::string> held_configuration::continued() const {
  auto next = terms_;
  if (next.generation >= generation_max || next.continued.size() >= limits::continuations_max)
    return std::nullopt;
  next.continued.push_back({++next.generation, newest()});
  return cluster::encode(next);
}

/// Why a store of a higher generation does not go on from what is held; none: it does, or a person has
/// written it.
std::optional<std::string> held_configuration::not_continued(const cluster_terms& there) const {
  const auto found = std::find_if(there.continued.begin(), there.continued.end(),
                                  [&](const auto& each) { return each.generation == terms_.generation + 1; });
  if (found == there.continued.end())
    return std::nullopt;
  if (there.written != terms_.written)
    return "its records were written again as generation " + number(terms_.generation)
           + ", and this node has seen others of that generation";
  const auto after = "it was found again as of version " + number(found->newest) + "; this node ";
  if (newest() > found->newest)
    return after + "holds version " + number(newest());
  for (std::size_t shard = 0; shard < shards_.size(); ++shard)
    if (promised_[shard] > shards_[shard].what.term)
      return after + "has promised term " + number(promised_[shard]) + " of shard " + number(shard)
             + ", of which it holds no record";
  return std::nullopt;
}

/// Nodes of which more is held than is there, and why.
std::map<std::uint32_t, std::string> held_configuration::nodes_behind(const store_content& there,
                                                                      bool restored) const {
  auto out = there.damaged_nodes;
  for (const auto& [node, held] : nodes_) {
    const auto name = name_of_node(node);
    const auto mine = records_.find(name);
    const auto found = there.records.find(name);
    if (out.contains(node) || mine == records_.end())
      continue;
    if (found == there.records.end()) {
      out[node] = "its record is not there";
      continue;
    }
    const auto a = decode_known_disks(mine->second.value);
    const auto b = decode_known_disks(found->second.value);
    if ((!restored && found->second.version < version_in_store(mine->second.version))
        || (a && b && newer(*a, *b)))
      out[node] = "its record there counts " + number(b ? b->node.disk.boot : 0) + " starts of its disk "
                  + number(b ? b->node.disk.incarnation : 0) + "; this node holds a newer one, with "
                  + number(held.disk.boot) + " starts of disk " + number(held.disk.incarnation);
  }
  return out;
}

/// By the record of the cluster alone; none: it may be believed.
std::optional<store_verdict> held_configuration::not_this_cluster(const store_content& there) const {
  const auto no = [](store_belief what, std::string why) {
    return store_verdict{what, std::move(why), {}, {}, {}, false};
  };
  if (there.terms_damage)
    return no(store_belief::damaged, *there.terms_damage);
  if (!there.terms)
    return no(store_belief::empty, "it has no record of cluster " + terms_.id);
  if (there.terms->id != terms_.id)
    return no(store_belief::foreign,
              "it has the records of cluster " + there.terms->id + "; this node is of " + terms_.id);
  if (there.terms->shards != terms_.shards)
    return no(store_belief::damaged, "it says that the cluster has " + number(there.terms->shards)
                                         + " shards; it has " + number(terms_.shards));
  if (there.terms->generation > generation_max)
    return no(store_belief::damaged, "its generation is " + number(there.terms->generation)
                                         + ", above the highest, " + number(generation_max));
  if (there.terms->generation < terms_.generation)
    return no(store_belief::older, "its generation is " + number(there.terms->generation)
                                       + "; this node has seen " + number(terms_.generation));
  if (there.terms->generation == terms_.generation && there.terms->written != terms_.written)
    return no(store_belief::older,
              "its records were written again, as generation " + number(terms_.generation)
                  + ", by somebody who did not know that they had been; this node has seen "
                    "the other ones");
  if (there.terms->generation > terms_.generation)
    if (auto why = not_continued(*there.terms))
      return no(store_belief::older, *std::move(why));
  return std::nullopt;
}

store_verdict held_configuration::judge(const store_content& there) const {
  if (auto not_this = not_this_cluster(there))
    return *std::move(not_this);
  const auto older = [](std::string why) {
    return store_verdict{store_belief::older, std::move(why), {}, {}, {}, false};
  };
  const bool restored = there.terms->generation > terms_.generation;
  store_verdict out;
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard) {
    const auto& held = shards_[shard];
    const auto found = there.shards.find(shard);
    if (const auto damage = there.damaged.find(shard); damage != there.damaged.end()) {
      out.kept[shard] = damage->second;
      continue;
    }
    if (found == there.shards.end()) {
      if (held.version != 0)
        out.kept[shard] = "its record is not there";
      continue;
    }
    if (!restored)
      if (auto why = behind(shard, found->second))
        return older(*std::move(why));
    const auto term = found->second.what.term;
    const auto known = std::max(held.what.term, promised_[shard]);
    const auto jump = known != 0 && term > known ? term - known : 0;
    const auto says = "term " + number(term) + " after " + number(known);
    if (jump > limits::term_jump_max)
      out.kept[shard] = says + " cannot be: more than " + number(limits::term_jump_max) + " terms at once";
    else if (jump > limits::term_jump_warned && !restored)
      out.odd[shard] = says + ": more than " + number(limits::term_jump_warned) + " terms at once";
  }
  if (!restored && gone_back_) {
    auto seen =
        older("it was seen to have less than is held, in this generation, " + number(terms_.generation));
    seen.found_again = same_as_held(there);
    return seen;
  }
  out.kept_nodes = nodes_behind(there, restored);
  return out;
}

bool held_configuration::note_older() noexcept {
  return !std::exchange(gone_back_, true);
}

// -- what is held --------------------------------------------------------------------------------

void held_configuration::hold(const std::string& name, const versioned_value& what) {
  records_[name] = {combined_version(terms_.generation, what.version), what.value};
}

store_guard held_configuration::this_store() const {
  const auto found = records_.find(cluster_name);
  return {cluster_name, found == records_.end() ? cluster::encode(terms_) : found->second.value};
}

held_news held_configuration::take(const store_content& there, const store_verdict& verdict) {
  held_news news;
  news.generation = there.terms->generation > terms_.generation;
  gone_back_ = false;
  terms_ = *there.terms;
  if (const auto cluster = there.records.find(cluster_name); cluster != there.records.end())
    hold(cluster_name, cluster->second);
  for (const auto& [node, known] : there.nodes) {
    if (verdict.kept_nodes.contains(node))
      continue;
    const auto before = nodes_.find(node);
    const bool same = before != nodes_.end() && before->second == known;
    nodes_.insert_or_assign(node, known);
    hold(name_of_node(node), there.records.at(name_of_node(node)));
    news.nodes = news.nodes || !same;
  }
  for (const auto& [shard, found] : there.shards) {
    if (shard >= shards_.size() || verdict.kept.contains(shard)
        || combined_version(terms_.generation, found.version) <= shards_[shard].version)
      continue;
    shards_[shard] = {combined_version(terms_.generation, found.version), found.what};
    hold(name_of_shard(shard), there.records.at(name_of_shard(shard)));
    news.shards = true;
  }
  return news;
}

void held_configuration::take(std::uint32_t shard, std::uint64_t in_store, const assignment& what) {
  shards_.at(shard) = {combined_version(terms_.generation, in_store), what};
  hold(name_of_shard(shard), {in_store, cluster::encode(what)});
}

versioned_value held_configuration::announce(const std::string& name, std::uint64_t expected,
                                             const std::string& value) {
  const auto found = records_.find(name);
  auto there = found == records_.end() ? versioned_value{} : found->second;
  if (there.version != expected)
    return there;
  if (auto node = decode_known_node(value); node && name == name_of_node(node->first))
    nodes_.insert_or_assign(node->first, std::move(node->second));
  return records_[name] = {there.version == 0 ? combined_version(terms_.generation, 1) : there.version,
                           value};
}

// -- the file ------------------------------------------------------------------------------------

std::string held_configuration::encode() const {
  form::held_configuration out;
  out.set_gone_back(gone_back_);
  out.set_cluster(cluster::encode(terms_));
  for (const auto& [name, what] : records_) {
    auto& record = *out.add_records();
    record.set_name(name);
    record.set_version(what.version);
    record.set_value(what.value);
  }
  const auto body = out.SerializeAsString();
  std::string bytes{file_begin};
  runtime::append_integer(bytes, runtime::hash_bytes(body));
  return bytes + body;
}

runtime::result<held_configuration> held_configuration::decode(std::string_view bytes) {
  const fault damaged{fault_code::corrupt, "what this node holds of the configuration store cannot be read"};
  if (!bytes.starts_with(file_begin) || bytes.size() < file_begin.size() + sizeof(std::uint64_t))
    return damaged;
  const auto body = bytes.substr(file_begin.size() + sizeof(std::uint64_t));
  std::string sum;
  runtime::append_integer(sum, runtime::hash_bytes(body));
  form::held_configuration read;
  if (bytes.substr(file_begin.size(), sum.size()) != sum
      || !read.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return damaged;
  auto terms = decode_cluster_terms(read.cluster());
  if (!terms || terms->shards > limits::shards_max)
    return damaged;
  held_configuration out{*std::move(terms)};
  out.gone_back_ = read.gone_back();
  for (const auto& each : read.records())
    out.records_[each.name()] = {each.version(), each.value()};
  auto content = read_content(out.records_);
  // The version before keeps the record as it read it, and nothing of this in its own form of the terms.
  if (content.terms && content.terms->id == out.terms_.id
      && content.terms->generation == out.terms_.generation)
    out.terms_.written = content.terms->written;
  out.nodes_ = std::move(content.nodes);
  for (auto& [shard, what] : content.shards)
    if (shard < out.shards_.size())
      out.shards_[shard] = std::move(what);
  return out;
}

} // namespace orderd::cluster

// What a node holds of the configuration store, and when it believes the store: only where the store is newer
// than that.
//
// A store can lose what it had: its folder is removed, an older backup of it is restored, or a node is sent
// to another one. What nodes hold on their disks is then worth more than what the store says, so each keeps
// the newest records it has seen (its file `configuration` in the data folder) and judges every read by them:
//
//   empty    it has no record of the cluster
//   foreign  it has that of another cluster
//   older    it had, or has, less than is held: a record of a lower version, of a lower term under a higher
//            version, or another one under the same version. Once seen, nothing more is believed in this
//            generation, however much it grows.
//   damaged  its record of the cluster cannot be read, or does not fit
//
// Of a store that is believed a single shard's record may be missing, unreadable, or of a term that cannot
// be: then what is held of that shard stays (`kept`). So does what is held of a node whose record is missing,
// unreadable or older: nothing takes a node out of its cluster.
//
// A store that was older and is *found again* to be exactly what a node holds has its data back. Others may
// not have looked yet, and what is changed from then on they could not tell from another store that has
// grown. So before any other change its generation is raised, with a word of how much the store had by then
// (`continuation`): whoever holds no more than that believes what came since.
//
// Whoever writes a lost store again without having heard of the last time chooses the same generation again:
// `written` in the record of the cluster tells the two apart, and of the one that is there now nothing is
// believed by who has seen the other. The next restore is above both.
//
// *Generation*: a number in the record of the cluster. Versions begin again in a new store, so they are
// compared within a generation: `orderctl cluster restore-configuration` raises it, and then what is there is
// believed. Versions as this node's parts know them carry the generation in their upper 16 bits, so that they
// only rise.
//
// Pure.
#pragma once

#include "cluster/configuration/assignment.hpp"
#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/membership.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orderd::cluster {

/// Bits of a version for the store's own: 2^48 changes, a thousand a second for 8,900 years.
inline constexpr unsigned version_bits = 48;
inline constexpr std::uint64_t generation_max = (std::uint64_t{1} << (64 - version_bits)) - 1;

/// A store's version, of that generation, as it is compared. 0 stays 0: there is none.
constexpr std::uint64_t combined_version(std::uint64_t generation, std::uint64_t in_store) noexcept {
  return in_store == 0 ? 0 : generation << version_bits | in_store;
}
constexpr std::uint64_t generation_of(std::uint64_t combined) noexcept {
  return combined >> version_bits;
}
constexpr std::uint64_t version_in_store(std::uint64_t combined) noexcept {
  return combined & ((std::uint64_t{1} << version_bits) - 1);
}

/// Everything the store said at one moment. Records whose name means nothing here are left out.
struct store_content {
  std::map<std::string, versioned_value> records; ///< versions as in the store
  std::optional<cluster_terms> terms;
  std::optional<std::string> terms_damage; ///< why the record of the cluster cannot be read
  std::map<std::uint32_t, known_node> nodes;
  std::map<std::uint32_t, versioned_assignment> shards; ///< versions as in the store
  std::map<std::uint32_t, std::string> damaged;         ///< shards whose record cannot be read, and why
  std::map<std::uint32_t, std::string> damaged_nodes;   ///< nodes whose record cannot be read, and why
};
store_content read_content(const std::map<std::string, versioned_value>& listed);

enum class store_belief : std::uint8_t { believed, empty, foreign, older, damaged };
/// "believed", "empty", ...
std::string_view to_string(store_belief what) noexcept;

struct store_verdict {
  store_belief what = store_belief::believed;
  std::string why;                           ///< when it is not believed: a sentence
  std::map<std::uint32_t, std::string> kept; ///< shards whose record is not believed, though the store is
  std::map<std::uint32_t, std::string> odd;  ///< shards whose record is believed, and should be looked at
  std::map<std::uint32_t, std::string>
      kept_nodes;           ///< nodes whose record is not believed, though the store is
  bool found_again = false; ///< older once, and now exactly what is held: its generation is to be raised
};

/// What has changed.
struct held_news {
  bool nodes = false;
  bool shards = false;
  bool generation = false;
  bool any() const noexcept { return nodes || shards || generation; }
};

class held_configuration {
public:
  /// Nothing is known but the cluster.
  explicit held_configuration(cluster_terms terms);

  const cluster_terms& terms() const noexcept { return terms_; }
  const std::map<std::uint32_t, known_node>& nodes() const noexcept { return nodes_; }
  /// By shard; versions are combined ones.
  const std::vector<versioned_assignment>& shards() const noexcept { return shards_; }
  /// As the store had them, by name; versions are combined ones.
  const std::map<std::string, versioned_value>& records() const noexcept { return records_; }

  /// A replica of this node has promised that term: the store had it. A term that cannot be is ignored.
  void promised(std::uint32_t shard, std::uint64_t term);

  /// Lets a change take place only in the store of this generation, for whose versions it was made.
  store_guard this_store() const;

  store_verdict judge(const store_content& there) const;
  /// Holds what is there from now on. Pre: `verdict` is of it, and it is believed.
  held_news take(const store_content& there, const store_verdict& verdict);
  /// A change of that shard's record took place. Pre: the store is believed.
  void take(std::uint32_t shard, std::uint64_t version_in_store, const assignment& what);
  /// What a node says of itself at its start while the store is not believed: compare-and-set, on what is
  /// held.
  versioned_value announce(const std::string& name, std::uint64_t expected, const std::string& value);
  /// The record of the cluster that begins the next generation, of a store that was found again. None: a
  /// person has to, after limits::continuations_max.
  std::optional<std::string> continued() const;
  /// It was seen to be older. Whether that is new.
  bool note_older() noexcept;

  /// Bytes of a file, checksum included.
  std::string encode() const;
  /// `corrupt` when the bytes are no such file, or damaged.
  static runtime::result<held_configuration> decode(std::string_view bytes);

private:
  std::optional<store_verdict> not_this_cluster(const store_content& there) const;
  std::optional<std::string> behind(std::uint32_t shard, const versioned_assignment& there) const;
  bool same_as_held(const store_content& there) const;
  std::uint64_t newest() const;
  std::optional<std::string> not_continued(const cluster_terms& there) const;
  std::map<std::uint32_t, std::string> nodes_behind(const store_content& there, bool restored) const;
  void hold(const std::string& name, const versioned_value& what);

  cluster_terms terms_;
  std::map<std::uint32_t, known_node> nodes_;
  std::vector<versioned_assignment> shards_;
  std::map<std::string, versioned_value> records_;
  std::vector<std::uint64_t> promised_; ///< by shard
  bool gone_back_ = false;              ///< the store of this generation was seen to be older
};

} // namespace orderd::cluster

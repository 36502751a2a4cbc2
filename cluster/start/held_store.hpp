// The configuration store as a node that starts sees it: the real one, where it is newer than what the node's
// disk holds; else what the disk holds (held_configuration.hpp).
//
// So a node starts beside a store that is empty, older or of another cluster, with its own disk, as a
// follower of whoever led last: it makes no new cluster there, and gives nothing up because nobody knows it.
// Of a store that is believed a node's record may be lost or older: then it is read as the disk holds it,
// under the version that is there, so that the node's announcement takes its place.
//
// What it would write, its new start above all, it only holds. It cannot lead before the store is believed
// again: a primary that restarted has forgotten which changes it proposed, and needs a term of its own.
//
// *Operation*: for the start only; `held` goes to the directory afterwards. Calls block as those of the
// store.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "cluster/configuration/held_configuration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orderd::cluster {

class held_store final : public configuration_store {
public:
  /// `real` must outlive it. `held`: none, when the disk holds nothing: then all is the real one's affair.
  held_store(configuration_store& real, std::optional<held_configuration> held);

  runtime::result<versioned_value> get(const std::string& name) override;
  runtime::result<std::map<std::string, versioned_value>> list(const std::string& prefix) override;
  runtime::result<versioned_value> compare_and_set(const std::string& name, std::uint64_t expected,
                                                   const std::string& value,
                                                   const std::optional<store_guard>& guard) override;
  void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) override;

  const std::optional<held_configuration>& held() const noexcept { return held_; }

private:
  /// Whether what the real store says counts.
  bool believes(const std::map<std::string, versioned_value>& listed);

  configuration_store& real_;
  std::optional<held_configuration> held_;
  bool said_ = false;
  bool believed_ = true;                  ///< as of the last read
  std::vector<std::uint32_t> kept_nodes_; ///< whose record there is not believed
};

/// What the data folder holds: none when it has no such file, or a damaged one. That is said in the log, and
/// what the replicas promised is in the journal all the same. A file that cannot be read is a fault.
struct held_file {
  std::optional<held_configuration> what;
  bool damaged = false;
};
runtime::result<held_file> read_held(const std::string& data_dir);
/// Whole or not at all, durably; whether it was. A failure is said in the log: the node goes on.
bool write_held(const std::string& data_dir, const held_configuration& what);

} // namespace orderd::cluster

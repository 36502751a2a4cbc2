// The configuration store of a cluster: etcd, version 3.4 or later.
//
// *Operation*: every decision is one transaction that compares the `mod_revision` of one key, which is the
// version of its name, and the value of the key that guards it; reads are transactions too, and linearizable.
// Keys are the names behind a prefix, so that several clusters can share an etcd. A call tries the endpoints
// in turn, the one that answered last first. No lease of etcd's is used: nothing here depends on etcd's
// clock.
//
// *Ambiguity*: a read goes on to the next endpoint after any failure. A change goes on only while it was not
// sent; sent and unanswered it may take place at any time, so the call says `unavailable` and the next one
// begins elsewhere.
//
// *Limitations*: connections are not encrypted: loopback only.
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "config/limits.hpp"
#include "config/loopback.hpp"

#include <chrono>
#include <memory>

namespace orderd::cluster {

struct etcd_options {
  std::vector<config::endpoint> endpoints;                      ///< of its members; at least one
  std::string key_prefix = "orderd/";                           ///< not empty
  std::chrono::milliseconds call_max{limits::etcd_call_ms_max}; ///< at one endpoint
};

/// *Concurrency*: any thread; a call blocks for at most `call_max` times the number of endpoints. Watchers
/// run on a thread of the store's own, which starts with the first of them and ends with the store, within a
/// second.
class etcd_configuration final : public configuration_store {
public:
  /// Connects with the first call, not here.
  explicit etcd_configuration(etcd_options options);
  etcd_configuration(const etcd_configuration&) = delete;
  etcd_configuration& operator=(const etcd_configuration&) = delete;
  ~etcd_configuration() override;

  runtime::result<versioned_value> get(const std::string& name) override;
  runtime::result<std::map<std::string, versioned_value>> list(const std::string& prefix) override;
  runtime::result<versioned_value> compare_and_set(const std::string& name, std::uint64_t expected,
                                                   const std::string& value,
                                                   const std::optional<store_guard>& guard) override;
  /// Watchers hear of every gap: whenever the stream of changes begins (again) they are called with `prefix`.
  void watch(const std::string& prefix, std::function<void(const std::string& name)> changed) override;

private:
  struct parts;
  const std::unique_ptr<parts> parts_;
};

} // namespace orderd::cluster

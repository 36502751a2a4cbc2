// Follows the changes of an etcd on a thread of its own.
//
// *Operation*: one stream over all keys of a prefix, at one endpoint; when it ends, the next endpoint after a
// pause that doubles. When a stream begins every watcher is told that it may have missed something.
//
// *Limitations*: hints only. An endpoint that stays connected and says nothing is noticed by probes alone
// (limits::etcd_probe_ms), so whoever depends on changes reads them regularly.
#pragma once

#include "cluster/configuration/etcd.grpc.pb.h"
#include "config/loopback.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace orderd::cluster {

class etcd_watcher {
public:
  etcd_watcher(std::vector<config::endpoint> endpoints, std::string key_prefix);
  etcd_watcher(const etcd_watcher&) = delete;
  etcd_watcher& operator=(const etcd_watcher&) = delete;
  /// Waits for a call of a watcher, or a try to connect, that is under way.
  ~etcd_watcher();

  /// Calls `changed` from the thread of this object with names (keys without the prefix) that start with
  /// `prefix`, or with `prefix` itself after a gap. Any thread.
  void add(const std::string& prefix, std::function<void(const std::string& name)> changed);

private:
  using watcher = std::function<void(const std::string&)>;

  void run();
  bool follow(const config::endpoint& endpoint);
  bool begin(grpc::ClientContext& context);
  void end();
  void tell_of_gap();
  void tell(const etcdserverpb::WatchResponse& response);
  std::vector<std::pair<std::string, watcher>> watchers();

  const std::vector<config::endpoint> endpoints_;
  const std::string key_prefix_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  grpc::ClientContext* following_ = nullptr; ///< of the stream under way, to cancel it
  std::vector<std::pair<std::string, watcher>> watchers_;
  std::thread thread_; ///< begins with the first watcher
};

} // namespace orderd::cluster

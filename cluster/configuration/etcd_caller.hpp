// Transactions at the endpoints of an etcd: which endpoint is asked, for how long, and what a failure means.
#pragma once

#include "cluster/configuration/etcd.grpc.pb.h"
#include "config/loopback.hpp"
#include "runtime/base/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orderd::cluster {

/// What may happen when a transaction is sent twice.
enum class repeatable : std::uint8_t {
  no, ///< it changes something: sent once and not answered, its outcome is not known
  yes ///< it only reads
};

/// *Concurrency*: any thread.
class etcd_caller {
public:
  /// Pre: at least one endpoint.
  etcd_caller(std::vector<config::endpoint> endpoints, std::chrono::milliseconds call_max);

  /// The answer to a transaction, from the first endpoint that gives one. `unavailable` after at most one
  /// round, with what each endpoint said.
  runtime::result<etcdserverpb::TxnResponse> call(const etcdserverpb::TxnRequest& request, repeatable again);

private:
  enum class outcome : std::uint8_t { answered, not_sent, unknown };
  outcome try_at(std::size_t endpoint, const etcdserverpb::TxnRequest& request,
                 etcdserverpb::TxnResponse& response, std::string& why);
  std::shared_ptr<grpc::Channel> channel_to(std::size_t endpoint);
  void drop(std::size_t endpoint, const std::shared_ptr<grpc::Channel>& failed);

  const std::vector<config::endpoint> endpoints_;
  const std::chrono::milliseconds call_max_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_; ///< one an endpoint; none until one is needed
  std::atomic<std::size_t> preferred_ = 0;               ///< the endpoint that is asked first
};

} // namespace orderd::cluster

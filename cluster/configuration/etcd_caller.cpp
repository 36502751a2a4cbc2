#include "cluster/configuration/etcd_caller.hpp"

#include "cluster/configuration/etcd_channel.hpp"

#include <utility>

namespace orderd::cluster {

etcd_caller::etcd_caller(std::vector<config::endpoint> endpoints, std::chrono::milliseconds call_max)
    : endpoints_(std::move(endpoints)), call_max_(call_max), channels_(endpoints_.size()) {
  runtime::require(!endpoints_.empty(), "no endpoint of etcd");
}

std::shared_ptr<grpc::Channel> etcd_caller::channel_to(std::size_t endpoint) {
  const std::lock_guard lock{mutex_};
  auto& channel = channels_[endpoint];
  if (!channel)
    channel = open_channel(endpoints_[endpoint]);
  return channel;
}

void etcd_caller::drop(std::size_t endpoint, const std::shared_ptr<grpc::Channel>& failed) {
  const std::lock_guard lock{mutex_};
  if (channels_[endpoint] == failed) // else another call dropped it before
    channels_[endpoint] = nullptr;
}

etcd_caller::outcome etcd_caller::try_at(std::size_t endpoint, const etcdserverpb::TxnRequest& request,
                                         etcdserverpb::TxnResponse& response, std::string& why) {
  const auto ends_at = std::chrono::system_clock::now() + call_max_;
  const auto channel = channel_to(endpoint);
  if (!connect(*channel, ends_at)) {
    drop(endpoint, channel);
    why = "cannot connect";
    return outcome::not_sent;
  }
  grpc::ClientContext context;
  context.set_deadline(ends_at);
  const auto status = etcdserverpb::KV::NewStub(channel)->Txn(&context, request, &response);
  if (status.ok())
    return outcome::answered;
  drop(endpoint, channel);
  why = status.error_message();
  return outcome::unknown;
}

runtime::result<etcdserverpb::TxnResponse> etcd_caller::call(const etcdserverpb::TxnRequest& request,
                                                             repeatable again) {
  std::string reasons;
  const auto first = preferred_.load();
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto endpoint = (first + i) % channels_.size();
    etcdserverpb::TxnResponse response;
    std::string why;
    const auto what = try_at(endpoint, request, response, why);
    if (what == outcome::answered) {
      preferred_ = endpoint;
      return response;
    }
    preferred_ = (endpoint + 1) % channels_.size();
    reasons += (reasons.empty() ? "" : "; ") + config::to_string(endpoints_[endpoint]) + ": " + why;
    if (what == outcome::unknown && again == repeatable::no)
      break;
  }
  return runtime::fault{runtime::fault_code::unavailable, "etcd does not answer: " + reasons};
}

} // namespace orderd::cluster

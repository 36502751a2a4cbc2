#include "cluster/configuration/etcd_watcher.hpp"

#include "cluster/configuration/etcd_channel.hpp"
#include "cluster/configuration/etcd_keys.hpp"
#include "config/limits.hpp"
#include "runtime/base/backoff.hpp"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace orderd::cluster {

etcd_watcher::etcd_watcher(std::vector<config::endpoint> endpoints, std::string key_prefix)
    : endpoints_(std::move(endpoints)), key_prefix_(std::move(key_prefix)) {}

etcd_watcher::~etcd_watcher() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    if (following_ != nullptr)
      following_->TryCancel();
  }
  stopping_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void etcd_watcher::add(const std::string& prefix, std::function<void(const std::string& name)> changed) {
  const std::lock_guard lock{mutex_};
  watchers_.emplace_back(prefix, std::move(changed));
  if (!thread_.joinable())
    thread_ = std::thread{[this] { run(); }};
}

void etcd_watcher::run() {
  constexpr runtime::backoff reconnecting{std::chrono::milliseconds{limits::etcd_reconnect_ms_first},
                                          std::chrono::milliseconds{limits::etcd_reconnect_ms_max}};
  auto pause = reconnecting.first;
  for (std::size_t at = 0;; at = (at + 1) % endpoints_.size()) {
    const bool followed = follow(endpoints_[at]);
    pause = followed ? reconnecting.first : reconnecting.next(pause);
    std::unique_lock lock{mutex_};
    if (stopping_.wait_for(lock, pause, [this] { return stopped_; }))
      return;
  }
}

/// Whether there was a stream; it has ended.
bool etcd_watcher::follow(const config::endpoint& endpoint) {
  const auto channel = open_channel(endpoint);
  const std::chrono::milliseconds connect_max{limits::etcd_call_ms_max};
  if (!connect(*channel, std::chrono::system_clock::now() + connect_max))
    return false;
  grpc::ClientContext context;
  if (!begin(context))
    return false;
  // A member that lost its leader would keep the stream open and silent; with this it ends it.
  context.AddMetadata("hasleader", "true");
  const auto stream = etcdserverpb::Watch::NewStub(channel)->Watch(&context);
  etcdserverpb::WatchRequest request;
  request.mutable_create_request()->set_key(key_prefix_);
  request.mutable_create_request()->set_range_end(end_of_prefix(key_prefix_));
  bool created = false;
  etcdserverpb::WatchResponse response;
  if (stream->Write(request))
    while (stream->Read(&response) && !response.canceled()) {
      created = created || response.created();
      if (response.created())
        tell_of_gap();
      tell(response);
    }
  context.TryCancel();
  stream->Finish();
  end();
  return created;
}

bool etcd_watcher::begin(grpc::ClientContext& context) {
  const std::lock_guard lock{mutex_};
  if (!stopped_)
    following_ = &context;
  return !stopped_;
}

void etcd_watcher::end() {
  const std::lock_guard lock{mutex_};
  following_ = nullptr;
}

void etcd_watcher::tell_of_gap() {
  for (const auto& [prefix, changed] : watchers())
    changed(prefix);
}

void etcd_watcher::tell(const etcdserverpb::WatchResponse& response) {
  for (const auto& event : response.events()) {
    const auto name = event.kv().key().substr(std::min(key_prefix_.size(), event.kv().key().size()));
    for (const auto& [prefix, changed] : watchers())
      if (name.starts_with(prefix))
        changed(name);
  }
}

std::vector<std::pair<std::string, etcd_watcher::watcher>> etcd_watcher::watchers() {
  const std::lock_guard lock{mutex_};
  return watchers_;
}

} // namespace orderd::cluster

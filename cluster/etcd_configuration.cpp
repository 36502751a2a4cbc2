#include "cluster/etcd_configuration.hpp"

#include "cluster/etcd_caller.hpp"
#include "cluster/etcd_keys.hpp"
#include "cluster/etcd_watcher.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

namespace etcd = etcdserverpb;

/// The version in an answer; etcd's revisions begin at 1 and only rise.
std::uint64_t version_of(const etcd::KeyValue& kv) {
  return static_cast<std::uint64_t>(kv.mod_revision());
}

/// The first of the keys that the read of a transaction found, version 0 when it found none.
versioned_value first_of(const etcd::TxnResponse& response) {
  for (const auto& each : response.responses())
    for (const auto& kv : each.response_range().kvs())
      return {version_of(kv), kv.value()};
  return {};
}

/// A read that does not depend on one member's memory: in a transaction, and never `serializable`.
etcd::TxnRequest read_request(const std::string& key, const std::string& range_end) {
  etcd::TxnRequest request;
  auto& range = *request.add_success()->mutable_request_range();
  range.set_key(key);
  range.set_range_end(range_end);
  return request;
}

etcd::TxnRequest change_request(const std::string& key, std::uint64_t expected, const std::string& value) {
  etcd::TxnRequest request;
  auto& compare = *request.add_compare();
  compare.set_result(etcd::Compare::EQUAL);
  compare.set_target(etcd::Compare::MOD);
  compare.set_key(key);
  compare.set_mod_revision(static_cast<std::int64_t>(expected));
  auto& put = *request.add_success()->mutable_request_put();
  put.set_key(key);
  put.set_value(value);
  request.add_failure()->mutable_request_range()->set_key(key);
  return request;
}

} // namespace

struct etcd_configuration::parts {
  explicit parts(etcd_options options)
      : key_prefix(std::move(options.key_prefix)), caller(options.endpoints, options.call_max),
        watcher(options.endpoints, key_prefix) {}

  const std::string key_prefix;
  etcd_caller caller;
  etcd_watcher watcher;
};

etcd_configuration::etcd_configuration(etcd_options options)
    : parts_(std::make_unique<parts>(std::move(options))) {}

etcd_configuration::~etcd_configuration() = default;

runtime::result<versioned_value> etcd_configuration::get(const std::string& name) {
  const auto answer = parts_->caller.call(read_request(parts_->key_prefix + name, ""), repeatable::yes);
  if (!answer)
    return answer.error();
  return first_of(*answer);
}

runtime::result<std::map<std::string, versioned_value>> etcd_configuration::list(const std::string& prefix) {
  const auto from = parts_->key_prefix + prefix;
  const auto answer = parts_->caller.call(read_request(from, end_of_prefix(from)), repeatable::yes);
  if (!answer)
    return answer.error();
  std::map<std::string, versioned_value> found;
  for (const auto& each : answer->responses())
    for (const auto& kv : each.response_range().kvs())
      found[kv.key().substr(parts_->key_prefix.size())] = {version_of(kv), kv.value()};
  return found;
}

runtime::result<versioned_value> etcd_configuration::compare_and_set(const std::string& name,
                                                                     std::uint64_t expected,
                                                                     const std::string& value) {
  const auto request = change_request(parts_->key_prefix + name, expected, value);
  const auto answer = parts_->caller.call(request, repeatable::no);
  if (!answer)
    return answer.error();
  if (answer->succeeded())
    return versioned_value{static_cast<std::uint64_t>(answer->header().revision()), value};
  return first_of(*answer);
}

void etcd_configuration::watch(const std::string& prefix,
                               std::function<void(const std::string& name)> changed) {
  parts_->watcher.add(prefix, std::move(changed));
}

} // namespace orderd::cluster

#include "cluster/configuration/etcd_configuration.hpp"

#include "cluster/configuration/etcd_caller.hpp"
#include "cluster/configuration/etcd_keys.hpp"
#include "cluster/configuration/etcd_watcher.hpp"

#include <utility>

namespace orderd::cluster {

namespace {

namespace etcd = etcdserverpb;

/// The version in an answer; etcd's revisions begin at 1 and only rise.
std::uint64_t version_of(const etcd::KeyValue& kv) {
  return static_cast<std::uint64_t>(kv.mod_revision());
}

/// Every key that the reads of a transaction found.
std::map<std::string, versioned_value> found_by(const etcd::TxnResponse& response) {
  std::map<std::string, versioned_value> found;
  for (const auto& each : response.responses())
    for (const auto& kv : each.response_range().kvs())
      found[kv.key()] = {version_of(kv), kv.value()};
  return found;
}

/// Version 0 when it was not found.
versioned_value value_of(const std::string& key, const std::map<std::string, versioned_value>& found) {
  const auto at = found.find(key);
  return at == found.end() ? versioned_value{} : at->second;
}

/// A read that does not depend on one member's memory: in a transaction, and never `serializable`.
etcd::TxnRequest read_request(const std::string& key, const std::string& range_end) {
  etcd::TxnRequest request;
  auto& range = *request.add_success()->mutable_request_range();
  range.set_key(key);
  range.set_range_end(range_end);
  return request;
}

void compare_version(etcd::TxnRequest& request, const std::string& key, std::uint64_t expected) {
  auto& compare = *request.add_compare();
  compare.set_result(etcd::Compare::EQUAL);
  compare.set_target(etcd::Compare::MOD);
  compare.set_key(key);
  compare.set_mod_revision(static_cast<std::int64_t>(expected));
}

/// A failed transaction reads what was compared.
void add_guard(etcd::TxnRequest& request, const store_guard& guard) {
  request.add_failure()->mutable_request_range()->set_key(guard.name);
  if (!guard.value)
    return compare_version(request, guard.name, 0);
  auto& compare = *request.add_compare();
  compare.set_result(etcd::Compare::EQUAL);
  compare.set_target(etcd::Compare::VALUE);
  compare.set_key(guard.name);
  compare.set_value(*guard.value);
}

etcd::TxnRequest change_request(const std::string& key, std::uint64_t expected, const std::string& value) {
  etcd::TxnRequest request;
  compare_version(request, key, expected);
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
  const auto key = parts_->key_prefix + name;
  const auto answer = parts_->caller.call(read_request(key, ""), repeatable::yes);
  if (!answer)
    return answer.error();
  return value_of(key, found_by(*answer));
}

runtime::result<std::map<std::string, versioned_value>> etcd_configuration::list(const std::string& prefix) {
  const auto from = parts_->key_prefix + prefix;
  const auto answer = parts_->caller.call(read_request(from, end_of_prefix(from)), repeatable::yes);
  if (!answer)
    return answer.error();
  std::map<std::string, versioned_value> found;
  auto keys = found_by(*answer);
  for (auto& [key, value] : keys)
    found[key.substr(parts_->key_prefix.size())] = std::move(value);
  return found;
}

runtime::result<versioned_value>
etcd_configuration::compare_and_set(const std::string& name, std::uint64_t expected, const std::string& value,
                                    const std::optional<store_guard>& guard) {
  const auto key = parts_->key_prefix + name;
  auto request = change_request(key, expected, value);
  std::optional<store_guard> guarded_by;
  if (guard) {
    guarded_by = {parts_->key_prefix + guard->name, guard->value};
    add_guard(request, *guarded_by);
  }
  const auto answer = parts_->caller.call(request, repeatable::no);
  if (!answer)
    return answer.error();
  if (answer->succeeded())
    return versioned_value{static_cast<std::uint64_t>(answer->header().revision()), value};
  const auto found = found_by(*answer);
  return guarded_by && !guarded_by->holds(found) ? versioned_value{} : value_of(key, found);
}

void etcd_configuration::watch(const std::string& prefix,
                               std::function<void(const std::string& name)> changed) {
  parts_->watcher.add(prefix, std::move(changed));
}

} // namespace orderd::cluster

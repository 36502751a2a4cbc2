#include "config/contradictions.hpp"

#include "config/loopback.hpp"

#include <cstddef>
#include <vector>

namespace orderd::config {

namespace {

struct named_address {
  std::string name;
  std::string address;
};

/// What the node listens on.
std::vector<named_address> addresses_of(const node_settings& settings) {
  std::vector<named_address> all{{"--listen", settings.listen}, {"--http", settings.http}};
  if (settings.configuration == configuration_form::etcd)
    all.push_back({"--peer-listen", settings.peer_listen});
  return all;
}

/// Two names of one address ("localhost:1", "127.0.0.1:1") are one.
bool same(const std::string& left, const std::string& right) {
  const auto one = parse_loopback(left);
  const auto other = parse_loopback(right);
  return one && other && one->port != 0 && to_string(*one) == to_string(*other); // port 0: any free one
}

std::string clash(const named_address& one, const named_address& other) {
  return one.name + " " + one.address + " and " + other.name + " " + other.address
         + " are the same address: give each its own port";
}

std::string clash_of_addresses(const node_settings& settings) {
  const auto own = addresses_of(settings);
  for (std::size_t i = 0; i != own.size(); ++i)
    for (std::size_t j = i + 1; j != own.size(); ++j)
      if (same(own[i].address, own[j].address))
        return clash(own[i], own[j]);
  if (settings.configuration == configuration_form::etcd)
    for (const auto& mine : own)
      for (const auto& member : settings.etcd)
        if (same(mine.address, member))
          return clash(mine, {"--etcd", member});
  return {};
}

} // namespace

std::string contradiction(const node_settings& settings, const start_options& said) {
  const auto& provider = settings.provider;
  if (provider.delay_ms >= provider.timeout_ms)
    return "--provider-delay-ms " + std::to_string(provider.delay_ms)
           + " must be less than --provider-timeout-ms " + std::to_string(provider.timeout_ms)
           + ": no payment would ever be answered in time";
  if (said.replace_disk && said.leave_cluster)
    return "--replace-disk and --leave-cluster contradict: the one gets a cluster's copy, the other leaves "
           "it";
  if (said.replace_disk && settings.configuration == configuration_form::one_node)
    return "--replace-disk needs --configuration etcd, but it is static: a node by itself has nobody to get "
           "a copy from";
  return clash_of_addresses(settings);
}

} // namespace orderd::config

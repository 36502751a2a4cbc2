#include "config/contradictions.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace orderd::config {
namespace {

struct change {
  std::function<void(node_settings&, start_options&)> make;
  std::string message;
};

std::string after(const change& what) {
  node_settings settings;
  start_options said;
  what.make(settings, said);
  return contradiction(settings, said);
}

TEST(Contradictions, AreNamedWithBothSettingsAndValues) {
  const std::vector<change> table{
      {[](auto& s, auto&) { s.provider.delay_ms = 2'000; },
       "--provider-delay-ms 2000 must be less than --provider-timeout-ms 2000: no payment would ever be "
       "answered in time"},
      {[](auto& s, auto&) { s.http = "localhost:7411"; },
       "--listen 127.0.0.1:7411 and --http localhost:7411 are the same address: give each its own port"},
      {[](auto& s, auto&) {
         s.configuration = configuration_form::etcd;
         s.peer_listen = s.http;
       },
       "--http 127.0.0.1:9464 and --peer-listen 127.0.0.1:9464 are the same address: give each its own "
       "port"},
      {[](auto& s, auto&) {
         s.configuration = configuration_form::etcd;
         s.etcd = {"127.0.0.1:2379", "127.0.0.1:7511"};
       },
       "--peer-listen 127.0.0.1:7511 and --etcd 127.0.0.1:7511 are the same address: give each its own port"},
      {[](auto&, auto& said) { said.replace_disk = said.leave_cluster = true; },
       "--replace-disk and --leave-cluster contradict: the one gets a cluster's copy, the other leaves it"},
      {[](auto&, auto& said) { said.replace_disk = true; },
       "--replace-disk needs --configuration etcd, but it is static: a node by itself has nobody to get a "
       "copy from"},
  };
  for (const auto& row : table)
    EXPECT_EQ(after(row), row.message);
}

TEST(Contradictions, AreNoneWhereSettingsGoTogether) {
  const std::vector<change> table{
      {[](auto&, auto&) {}, ""},
      {[](auto& s, auto&) { s.provider.delay_ms = 1'999; }, ""},
      {[](auto& s, auto&) { s.listen = s.http = "127.0.0.1:0"; }, ""},
      {[](auto& s, auto&) { s.http = ""; }, ""},
      {[](auto& s, auto&) { s.http = "127.0.0.2:7411"; }, ""},
      {[](auto& s, auto&) { s.peer_listen = s.listen; }, ""}, // a node by itself has no peers
      {[](auto& s, auto& said) {
         s.configuration = configuration_form::etcd;
         said.replace_disk = true;
       },
       ""},
  };
  for (const auto& row : table)
    EXPECT_EQ(after(row), row.message);
}

} // namespace
} // namespace orderd::config

// What every configuration store must do, of a real etcd.
#include "cluster/configuration/etcd_configuration.hpp"
#include "tests/support/configuration_store_suite.hpp"
#include "tests/support/etcd_server.hpp"

namespace orderd::cluster {
namespace {

class etcd_form {
public:
  static inline const char* const missing =
      test::etcd_server::installed() ? nullptr : test::etcd_server::not_installed;
  configuration_store& one() { return one_; }
  configuration_store& other() { return other_; }
  void let_hints_come() {}

private:
  test::etcd_server server_;
  etcd_configuration one_{{.endpoints = server_.endpoints()}};
  etcd_configuration other_{{.endpoints = server_.endpoints()}};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Etcd, ConfigurationStore, etcd_form);

} // namespace
} // namespace orderd::cluster

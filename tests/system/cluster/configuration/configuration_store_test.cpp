// What every configuration store must do, of a real etcd.
#include "cluster/configuration/etcd_configuration.hpp"
#include "tests/support/configuration_store_suite.hpp"
#include "tests/support/etcd_server.hpp"

#include <string>

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
  /// One for all tests of the suite: each has names under a prefix of its own.
  static test::etcd_server& server() {
    static test::etcd_server shared;
    return shared;
  }

  static etcd_options options(int form) {
    return {.endpoints = server().endpoints(), .key_prefix = "orderd" + std::to_string(form) + "/"};
  }

  static inline int forms_ = 0;
  int form_ = ++forms_;
  etcd_configuration one_{options(form_)};
  etcd_configuration other_{options(form_)};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Etcd, ConfigurationStore, etcd_form);

} // namespace
} // namespace orderd::cluster

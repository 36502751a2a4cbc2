// What every configuration store must do, of those in memory: the one-node form, and the simulated one
// without faults. tests/system/ has the same of a real etcd.
#include "cluster/configuration/configuration_store.hpp"

#include "tests/support/configuration_store_suite.hpp"
#include "tests/support/simulated_configuration.hpp"

namespace orderd::cluster {
namespace {

class static_form {
public:
  static constexpr const char* missing = nullptr;
  configuration_store& one() { return store_; }
  configuration_store& other() { return store_; }
  void let_hints_come() {}

private:
  static_configuration store_;
};

class simulated_form {
public:
  static constexpr const char* missing = nullptr;
  configuration_store& one() { return one_; }
  configuration_store& other() { return other_; }
  void let_hints_come() { shared_.deliver_hints(); }

private:
  test::simulated_register shared_{1};
  test::simulated_configuration one_{shared_};
  test::simulated_configuration other_{shared_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Static, ConfigurationStore, static_form);
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, ConfigurationStore, simulated_form);

} // namespace
} // namespace orderd::cluster

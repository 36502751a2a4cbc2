#include "runtime/shard/fault_bodies.hpp"

#include "tests/support/wallets.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

const fault overloaded{fault_code::overloaded, "the queue is longer than 500 ms", 200};

TEST(FaultBodies, AreMadeOnceForTheSameFaultInARow) {
  const test::wallets rules;
  fault_bodies bodies{rules};
  const auto first = bodies.body_of(overloaded);
  EXPECT_EQ(*first, "overloaded");
  EXPECT_EQ(bodies.body_of(overloaded), first);
}

TEST(FaultBodies, AreMadeAnewWhenAnythingOfTheFaultIsAnother) {
  const test::wallets rules;
  std::vector<fault> others(5, overloaded);
  others[0].code = fault_code::timeout;
  others[1].message += '.';
  others[2].retry_after_ms = 100;
  others[3].shard = 1;
  others[4].owner_endpoint = "127.0.0.1:7411";
  for (const auto& other : others) {
    fault_bodies bodies{rules};
    const auto first = bodies.body_of(overloaded);
    const auto second = bodies.body_of(other);
    EXPECT_NE(second, first);
    EXPECT_EQ(*second, to_string(other.code));
  }
}

} // namespace
} // namespace orderd::runtime

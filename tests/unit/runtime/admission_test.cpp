#include "runtime/admission.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

constexpr admission_limits limits_of_test{milliseconds{500}, 1'000, 10};

struct admission_case {
  const char* what;
  admission::load load;
  const char* refused_for; ///< part of the message; nullptr: welcome
};

TEST(Admission, RefusesNewWorkAboveEachLimitAndNamesIt) {
  const admission_case cases[] = {
      {"nothing to do", {}, nullptr},
      {"just young enough", {milliseconds{500}, 0, 0}, nullptr},
      {"too old", {milliseconds{501}, 0, 0}, "older than 500 ms"},
      {"just few enough bytes", {{}, 1'000, 0}, nullptr},
      {"too many bytes", {{}, 1'001, 0}, "more than 1000 bytes"},
      {"one order below the limit", {{}, 0, 9}, nullptr},
      {"as many orders as allowed", {{}, 0, 10}, "10 orders"},
  };
  for (const auto& each : cases) {
    const auto refusal = admission{limits_of_test}.refuses_new_work(each.load);
    ASSERT_EQ(refusal.has_value(), each.refused_for != nullptr) << each.what;
    if (!refusal)
      continue;
    EXPECT_EQ(refusal->code, fault_code::overloaded) << each.what;
    EXPECT_GT(refusal->retry_after_ms, 0u) << each.what;
    EXPECT_NE(refusal->message.find(each.refused_for), std::string::npos) << refusal->message;
  }
}

TEST(Admission, RefusesOtherWorkAtFourTimesTheAge) {
  const admission door{limits_of_test};
  EXPECT_FALSE(door.refuses_other_work(milliseconds{2'000}));
  const auto refusal = door.refuses_other_work(milliseconds{2'001});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, fault_code::overloaded);
  EXPECT_NE(refusal->message.find("older than 2000 ms"), std::string::npos) << refusal->message;
}

TEST(Admission, GivesTheReasonOfTheNodeBeforeItsOwn) {
  admission door{limits_of_test};
  door.node_refuses(fault{fault_code::storage_full, "the disk is full", 1'000});
  const auto refusal = door.refuses_new_work({milliseconds{10'000}, 0, 0});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, fault_code::storage_full);
}

TEST(Admission, OpensAgainWhenTheNodeNoLongerRefuses) {
  admission door{limits_of_test};
  door.node_refuses(fault{fault_code::storage_full, "the disk is full", 1'000});
  door.node_refuses(std::nullopt);
  EXPECT_FALSE(door.refuses_new_work({}));
}

} // namespace
} // namespace orderd::runtime

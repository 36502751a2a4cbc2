#include "runtime/shard/admission.hpp"

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
      {"just few enough bytes", {1'000, 0}, nullptr},
      {"too many bytes", {1'001, 0}, "more than 1000 bytes"},
      {"one order below the limit", {0, 9}, nullptr},
      {"as many orders as allowed", {0, 10}, "10 orders"},
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

/// Reads never push orders out, and what lets go of stock and money comes through last.
TEST(Admission, RefusesWhatWouldWaitTooLong) {
  constexpr milliseconds later{60'000};
  const struct {
    work what;
    milliseconds wait, still, left;
    const char* refused_for; ///< nullptr: welcome
  } rows[] = {
      {work::read, milliseconds{250}, {}, later, nullptr},
      {work::read, milliseconds{251}, {}, later, "longer than 250 ms"},
      {work::order, milliseconds{500}, {}, later, nullptr},
      {work::order, milliseconds{501}, {}, later, "longer than 500 ms"},
      {work::other, milliseconds{2'000}, {}, later, nullptr},
      {work::other, milliseconds{2'001}, {}, later, "longer than 2000 ms"},
      {work::order, milliseconds{100}, milliseconds{100}, milliseconds{101}, nullptr},
      {work::order, milliseconds{100}, milliseconds{100}, milliseconds{100}, "until the request's deadline"},
      {work::other, {}, {}, milliseconds{0}, "nothing was done"},
      {work::other, {}, {}, milliseconds{-5}, "nothing was done"},
  };
  for (const auto& row : rows) {
    const auto refusal = admission{limits_of_test}.refuses_wait(row.what, row.wait, row.still, row.left);
    ASSERT_EQ(refusal.has_value(), row.refused_for != nullptr) << row.wait.count() << ' ' << row.left.count();
    if (!refusal)
      continue;
    EXPECT_EQ(refusal->code, fault_code::overloaded);
    EXPECT_NE(refusal->message.find(row.refused_for), std::string::npos) << refusal->message;
  }
}

TEST(Admission, GivesTheReasonOfTheNodeBeforeItsOwn) {
  admission door{limits_of_test};
  door.node_refuses(fault{fault_code::storage_full, "the disk is full", 1'000});
  const auto refusal = door.refuses_new_work({});
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

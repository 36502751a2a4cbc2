#include "cluster/grpc/call_forms.hpp"

#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

TEST(CallForms, AreTheSameBytesBothWays) {
  const auto order = testing::an_order();
  const auto buffer = buffer_of(order);
  ::grpc::Slice holds;
  EXPECT_EQ(bytes_of(buffer, holds), order.SerializeAsString());
}

TEST(CallForms, PutAMessageOfSeveralPiecesTogether) {
  const ::grpc::Slice pieces[] = {::grpc::Slice{"one "}, ::grpc::Slice{"and another"}};
  ::grpc::Slice holds;
  EXPECT_EQ(bytes_of({pieces, 2}, holds), "one and another");
}

TEST(CallForms, LeaveAnOrderTheTraceThatItNames) {
  const std::string trace(16, 't');
  auto order = testing::an_order();
  set_trace(order, trace);
  EXPECT_EQ(order.place_order().trace_id(), trace);
  set_trace(order, std::string(16, 'u'));
  EXPECT_EQ(order.place_order().trace_id(), trace);
  auto question = testing::a_status_question();
  set_trace(question, trace);
  EXPECT_EQ(question.SerializeAsString(), testing::a_status_question().SerializeAsString());
}

} // namespace
} // namespace orderd::cluster

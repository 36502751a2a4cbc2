// The bodies of replies.
#include "actors/public/replies.hpp"

#include <gtest/gtest.h>

namespace orderd::actors {

TEST(Replies, TellTheOutcomeOfEveryReply) {
  v1::reply reply;
  const auto* all = v1::reply::descriptor()->FindOneofByName("body");
  for (int i = 0; i < all->field_count(); ++i) {
    reply.Clear();
    reply.GetReflection()->MutableMessage(&reply, all->field(i));
    const auto& name = all->field(i)->name();
    EXPECT_EQ(to_string(reply_body(reply).outcome), name == "rejection" || name == "fault" ? name : "ok")
        << name;
  }
}

TEST(Replies, SayWhatAFaultSays) {
  v1::reply reply;
  ASSERT_TRUE(reply.ParseFromString(fault_body({runtime::fault_code::overloaded, "busy", 250}).bytes));
  EXPECT_EQ(reply.fault().code(), v1::fault::OVERLOADED);
  EXPECT_EQ(reply.fault().message(), "busy");
  EXPECT_EQ(reply.fault().retry_after_ms(), 250u);
}

} // namespace orderd::actors

// The tags written by hand are those that protocol buffers write.
#include "cluster/wire/wire_tags.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {

namespace {

/// The first byte of a message in which one field is set.
std::uint8_t first_byte(const google::protobuf::Message& what) {
  return static_cast<std::uint8_t>(what.SerializeAsString().at(0));
}

} // namespace

TEST(WireTags, AreThoseOfTheSerializedMessages) {
  v1::request_batch requests;
  requests.add_requests();
  EXPECT_EQ(first_byte(requests), tag_of_requests);
  v1::request request;
  request.set_timeout_ms(1);
  EXPECT_EQ(first_byte(request), tag_of_timeout);
  v1::reply_batch replies;
  replies.add_replies();
  EXPECT_EQ(first_byte(replies), tag_of_replies);
  v1::reply reply;
  reply.set_request_id(1);
  EXPECT_EQ(first_byte(reply), tag_of_request_id);
}

} // namespace orderd::cluster

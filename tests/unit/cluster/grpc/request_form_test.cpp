#include "cluster/grpc/request_form.hpp"

#include "config/limits.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using testing::an_order;

TEST(RequestForm, ReadsTheMessageOfAMethodAsTheBodyOfARequest) {
  const auto order = an_order();
  const auto read = read_request(order.place_order().SerializeAsString(), methods::place_order);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->SerializeAsString(), order.SerializeAsString());
}

TEST(RequestForm, ReadsAnEmptyMessage) {
  const auto read = read_request("", methods::get_status);
  ASSERT_TRUE(read);
  EXPECT_TRUE((*read)->has_get_status());
  EXPECT_EQ((*read_request(""))->body_case(), v1::request::BODY_NOT_SET);
}

TEST(RequestForm, ReadsAWholeRequest) {
  const auto order = an_order();
  const auto read = read_request(order.SerializeAsString());
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->SerializeAsString(), order.SerializeAsString());
}

TEST(RequestForm, RefusesWhatIsNoMessageOrHasTooManyFields) {
  auto many = an_order();
  for (std::size_t i = 0; i < limits::request_fields_max; ++i)
    many.mutable_place_order()->add_lines();
  auto unreadable = an_order();
  const auto with_broken_text = [&] {
    auto bytes = unreadable.place_order().SerializeAsString();
    bytes[bytes.find("GBP")] = '\xff';
    return bytes;
  };
  const struct {
    std::string bytes;
    runtime::fault_code expected;
  } rows[] = {
      {"no message", runtime::fault_code::malformed},
      {with_broken_text(), runtime::fault_code::malformed},
      {many.place_order().SerializeAsString(), runtime::fault_code::too_large},
  };
  for (const auto& row : rows) {
    const auto read = read_request(row.bytes, methods::place_order);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, row.expected) << read.error().message;
  }
  const auto whole = read_request(many.SerializeAsString());
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().message, "the request has more than 4096 fields");
}

TEST(RequestForm, FindsWhatAMethodReturns) {
  v1::reply reply;
  reply.mutable_placement()->set_lines_reserved(3);
  EXPECT_EQ(returned(reply, methods::place_order), &reply.placement());
  EXPECT_EQ(returned(reply, methods::get_order), nullptr);
  EXPECT_EQ(returned(*refused_by_door(v1::fault::OVERLOADED, "full", 5), methods::place_order), nullptr);
}

TEST(RequestForm, MakesFaultsOfItsOwn) {
  const auto made = refused_by_door({runtime::fault_code::too_large, "too many"});
  EXPECT_EQ(made->fault().code(), v1::fault::TOO_LARGE);
  EXPECT_EQ(made->fault().message(), "too many");
  EXPECT_EQ(refused_by_door(v1::fault::OVERLOADED, "full", 5)->fault().retry_after_ms(), 5u);
}

} // namespace
} // namespace orderd::cluster

#include "cluster/grpc/methods.hpp"

#include "config/grpc_limits.hpp"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace orderd::cluster {
namespace {

TEST(Methods, AreThoseOfTheServices) {
  std::map<std::string, const grpc_method*> known;
  for (const auto& each : methods::all)
    EXPECT_TRUE(known.emplace(each.name, &each).second) << each.name << " is there twice";
  const auto& file = services_file();
  std::size_t unary = 0;
  for (int s = 0; s < file.service_count(); ++s)
    for (int m = 0; m < file.service(s)->method_count(); ++m) {
      const auto& method = *file.service(s)->method(m);
      if (method.client_streaming()) {
        EXPECT_EQ(method.name(), exchange_name);
        continue;
      }
      ++unary;
      ASSERT_TRUE(known.contains(method.name())) << method.name();
      const auto& row = *known.at(method.name());
      EXPECT_EQ(v1::request::descriptor()->FindFieldByNumber(row.asks)->message_type(), method.input_type())
          << method.name();
      EXPECT_EQ(v1::reply::descriptor()->FindFieldByNumber(row.returns)->message_type(), method.output_type())
          << method.name();
    }
  EXPECT_EQ(unary, known.size());
}

TEST(Methods, HoldUnitsByTheirBytesOrTheirLargestReply) {
  EXPECT_EQ(units_of(v1::request::kPlaceOrder, 0), 1u);
  EXPECT_EQ(units_of(v1::request::kPlaceOrder, 1'024), 1u);
  EXPECT_EQ(units_of(v1::request::kPlaceOrder, 1'025), 2u);
  EXPECT_EQ(units_of(v1::request::kPlaceOrder, 1u << 20), limits::grpc_stream_units_max);
  EXPECT_EQ(units_of(v1::request::kGetOrder, 20), 8u);
  EXPECT_EQ(units_of(v1::request::kListOrders, 20), 64u);
  EXPECT_EQ(units_of(v1::request::BODY_NOT_SET, 0), 1u);
}

} // namespace
} // namespace orderd::cluster

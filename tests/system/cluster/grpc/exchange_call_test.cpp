// Streams of the gRPC door, with a whole node behind it.
#include "cluster/grpc/exchange_call.hpp"

#include "tests/support/wait_until.hpp"
#include "tests/system/cluster/grpc/grpc_node.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <thread>

namespace orderd::cluster {
namespace {

using ::grpc::StatusCode;
using test::grpc_node;
using test::order_number;
using test::wait_until;

using client_stream = ::grpc::ClientReaderWriter<v1::request, v1::reply>;

v1::request placing(std::uint32_t number) {
  v1::request request;
  *request.mutable_place_order() = order_number(number);
  return request;
}

/// Writes requests on a thread of its own, and says that there are no more.
template <class Make>
std::thread writer(client_stream& stream, std::uint32_t count, Make make) {
  return std::thread{[&stream, count, make] {
    for (std::uint32_t i = 0; i < count && stream.Write(make(i)); ++i) {
    }
    stream.WritesDone();
  }};
}

TEST(ExchangeCall, PlacesTenThousandOrdersOverOneStream) {
  constexpr std::uint32_t count = 10'000;
  grpc_node node;
  node.open();
  node.fill("A");
  ::grpc::ClientContext context;
  const auto stream = node.orders().Exchange(&context);
  auto writing = writer(*stream, count, placing);
  std::set<std::uint64_t> answered;
  v1::reply reply;
  while (stream->Read(&reply)) {
    ASSERT_EQ(reply.placement().status(), v1::CONFIRMED) << reply.ShortDebugString();
    const auto expected = order_number(static_cast<std::uint32_t>(reply.request_id())).order_id();
    EXPECT_EQ(reply.placement().order_id(), expected);
    answered.insert(reply.request_id());
  }
  writing.join();
  const auto end = stream->Finish();
  EXPECT_TRUE(end.ok()) << end.error_message();
  EXPECT_EQ(answered.size(), count);
  EXPECT_EQ(*answered.rbegin(), count - 1);
  EXPECT_EQ(node.door().metrics()->requests.at("Exchange", "OK").Value(), count);
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
}

TEST(ExchangeCall, AnswersWhatIsRefusedAndGoesOn) {
  grpc_node node;
  node.open();
  node.fill("A");
  ::grpc::ClientContext context;
  const auto stream = node.orders().Exchange(&context);
  auto many = placing(1);
  for (std::size_t i = 0; i < limits::request_fields_max; ++i)
    many.mutable_place_order()->add_lines();
  auto unnamed = placing(2);
  unnamed.mutable_place_order()->set_currency("XYZ");
  stream->Write(many);
  stream->Write(unnamed);
  stream->Write(v1::request{});
  stream->Write(placing(3));
  stream->WritesDone();
  std::map<std::uint64_t, v1::reply> replies;
  v1::reply reply;
  while (stream->Read(&reply))
    replies[reply.request_id()] = reply;
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_EQ(replies[0].fault().code(), v1::fault::TOO_LARGE);
  EXPECT_EQ(replies[1].rejection().field(), "currency");
  EXPECT_EQ(replies[2].fault().code(), v1::fault::MALFORMED);
  EXPECT_EQ(replies[3].placement().status(), v1::CONFIRMED);
}

/// An order whose view is as large as one can be.
v1::place_order largest_order(const std::string& sku) {
  auto order = order_number(1);
  order.clear_lines();
  for (std::size_t i = 0; i < limits::lines_per_order_max; ++i) {
    auto& line = *order.add_lines();
    line.set_sku(sku);
    line.set_quantity(1);
    line.set_unit_price_minor(1'000'000);
  }
  return order;
}

TEST(ExchangeCall, ReadsNoFurtherWhileItsClientReadsNothing) {
  constexpr std::uint32_t count = 1'500;
  const std::string sku(limits::key_bytes_max, 'S');
  grpc_node node;
  node.open();
  node.fill(sku);
  const auto order = largest_order(sku);
  ::grpc::ClientContext first;
  v1::placement placed;
  ASSERT_TRUE(node.orders().PlaceOrder(&first, order, &placed).ok());
  ::grpc::ClientContext context;
  const auto stream = node.orders().Exchange(&context);
  auto writing = writer(*stream, count, [&](std::uint32_t) {
    v1::request request;
    request.mutable_get_order()->set_order_id(order.order_id());
    return request;
  });
  auto& answered = node.door().metrics()->requests.at("Exchange", "OK");
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() >= limits::grpc_stream_units_max; }));
  for (int i = 0; i < 100; ++i) { // others are served meanwhile
    v1::get_stock request;
    request.set_sku(sku);
    ::grpc::ClientContext other;
    v1::stock_item item;
    ASSERT_TRUE(node.orders().GetStock(&other, request, &item).ok());
    EXPECT_LE(node.door().units_held(), limits::grpc_stream_units_max + 8 + 1);
  }
  EXPECT_LT(answered.Value(), count / 2); // some are in the buffers of the connection
  std::uint32_t read = 0;
  v1::reply reply;
  while (stream->Read(&reply))
    read += reply.order().lines_size() == static_cast<int>(limits::lines_per_order_max) ? 1 : 0;
  writing.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(read, count);
}

TEST(ExchangeCall, IsForgottenWhenItsClientGoesAway) {
  grpc_node node;
  node.open();
  node.fill("A");
  {
    ::grpc::ClientContext context;
    const auto stream = node.orders().Exchange(&context);
    for (std::uint32_t i = 0; i < 100; ++i)
      stream->Write(placing(i));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  }
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
}

TEST(ExchangeCall, IsRefusedWhenThereAreTooMany) {
  grpc_node node;
  node.open({.streams_max = 1});
  ::grpc::ClientContext first;
  const auto stream = node.orders().Exchange(&first);
  stream->WaitForInitialMetadata();
  ::grpc::ClientContext second;
  const auto refused = node.orders().Exchange(&second)->Finish();
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

} // namespace
} // namespace orderd::cluster

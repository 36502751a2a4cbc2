// The gRPC door by its own client, with a whole node behind it: unary calls.
#include "cluster/grpc/grpc_door.hpp"

#include "tests/support/wait_until.hpp"
#include "tests/system/cluster/grpc/grpc_node.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <string>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;
using ::grpc::StatusCode;
using test::grpc_node;
using test::order_number;
using test::wait_until;

std::string trailing(const ::grpc::ClientContext& context, const std::string& name) {
  const auto& all = context.GetServerTrailingMetadata();
  const auto found = all.find(name);
  return found == all.end() ? "" : std::string{found->second.data(), found->second.size()};
}

v1::order_status status_of(grpc_node& node, const std::string& order_id) {
  v1::get_order request;
  request.set_order_id(order_id);
  ::grpc::ClientContext context;
  v1::order order;
  return node.orders().GetOrder(&context, request, &order).ok() ? order.status() : v1::ORDER_STATUS_UNKNOWN;
}

/// A call to place an order that is under way.
struct placing {
  explicit placing(const v1::place_order& what) : order(what) {}
  void start(grpc_node& node) {
    node.orders().async()->PlaceOrder(&context, &order, &placed,
                                      [this](const ::grpc::Status& how) { ended.set_value(how); });
  }
  ::grpc::Status wait() {
    auto status = ended.get_future();
    return status.wait_for(30s) == std::future_status::ready ? status.get()
                                                             : ::grpc::Status{StatusCode::UNKNOWN, "no end"};
  }

  v1::place_order order;
  ::grpc::ClientContext context;
  v1::placement placed;
  std::promise<::grpc::Status> ended;
};

TEST(GrpcDoor, PlacesAnOrderOnceAndTellsAConflict) {
  grpc_node node;
  node.open();
  node.fill("A");
  auto order = order_number(1);
  for (int i = 0; i < 2; ++i) {
    ::grpc::ClientContext context;
    v1::placement placed;
    const auto done = node.orders().PlaceOrder(&context, order, &placed);
    ASSERT_TRUE(done.ok()) << done.error_message();
    EXPECT_EQ(placed.status(), v1::CONFIRMED);
    EXPECT_EQ(placed.authorized_minor(), 250);
  }
  order.set_reference("another");
  ::grpc::ClientContext context;
  v1::placement placed;
  const auto refused = node.orders().PlaceOrder(&context, order, &placed);
  EXPECT_EQ(refused.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_TRUE(refused.error_message().starts_with("CONFLICT: ")) << refused.error_message();
  v1::rejection why;
  ASSERT_TRUE(why.ParseFromString(trailing(context, "orderd-rejection-bin")));
  EXPECT_EQ(why.code(), v1::rejection::CONFLICT);
  EXPECT_EQ(node.door().metrics()->requests.at("PlaceOrder", "OK").Value(), 2);
  EXPECT_EQ(node.door().metrics()->requests.at("PlaceOrder", "ALREADY_EXISTS").Value(), 1);
}

TEST(GrpcDoor, CancelsAnOrderAndNamesWhatItDoesNotFind) {
  grpc_node node;
  node.open();
  node.fill("A");
  const auto order = order_number(1);
  ::grpc::ClientContext first;
  v1::placement placed;
  ASSERT_TRUE(node.orders().PlaceOrder(&first, order, &placed).ok());
  v1::cancel_order cancel;
  cancel.set_order_id(order.order_id());
  ::grpc::ClientContext second;
  v1::cancellation cancelled;
  ASSERT_TRUE(node.orders().CancelOrder(&second, cancel, &cancelled).ok());
  EXPECT_EQ(cancelled.status(), v1::CANCELLED);
  cancel.set_order_id(order_number(2).order_id());
  ::grpc::ClientContext third;
  EXPECT_EQ(node.orders().CancelOrder(&third, cancel, &cancelled).error_code(), StatusCode::NOT_FOUND);
  cancel.set_order_id("short");
  ::grpc::ClientContext fourth;
  const auto refused = node.orders().CancelOrder(&fourth, cancel, &cancelled);
  EXPECT_EQ(refused.error_code(), StatusCode::INVALID_ARGUMENT);
  v1::rejection why;
  ASSERT_TRUE(why.ParseFromString(trailing(fourth, "orderd-rejection-bin")));
  EXPECT_EQ(why.field(), "order_id");
}

TEST(GrpcDoor, LetsAnAcceptedOrderGoOnWhenItsCallIsCancelled) {
  grpc_node node{300};
  node.open();
  node.fill("A");
  placing call{order_number(1, true)};
  call.start(node);
  ASSERT_TRUE(wait_until([&] { return status_of(node, call.order.order_id()) != v1::ORDER_STATUS_UNKNOWN; }));
  call.context.TryCancel();
  EXPECT_EQ(call.wait().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(wait_until([&] { return status_of(node, call.order.order_id()) == v1::CONFIRMED; }));
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
}

TEST(GrpcDoor, TakesTheDeadlineOfACallAsTheTimeToWait) {
  grpc_node node{60'000 - 1};
  node.open();
  node.fill("A");
  placing call{order_number(1, true)};
  call.context.set_deadline(std::chrono::system_clock::now() + 100ms);
  call.start(node);
  EXPECT_EQ(call.wait().error_code(), StatusCode::DEADLINE_EXCEEDED);
  // Held until the node has said TIMEOUT, long before the provider answers.
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
}

TEST(GrpcDoor, RefusesAMessageThatIsTooLargeAndServesOn) {
  grpc_node node;
  node.open();
  node.fill("A");
  v1::get_stock large;
  large.set_sku(std::string(2u << 20, 'x'));
  ::grpc::ClientContext first;
  v1::stock_item item;
  EXPECT_EQ(node.orders().GetStock(&first, large, &item).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  large.set_sku("A");
  ::grpc::ClientContext second;
  EXPECT_TRUE(node.orders().GetStock(&second, large, &item).ok());
  EXPECT_EQ(item.on_hand(), 1'000'000);
}

TEST(GrpcDoor, RefusesACallWhenOthersHoldAllUnits) {
  grpc_node node{60'000 - 1};
  constexpr std::uint32_t units = 8;
  node.open({.units_max = units});
  node.fill("A");
  ASSERT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
  std::deque<placing> waiting;
  for (std::uint32_t i = 0; i < units; ++i)
    waiting.emplace_back(order_number(i, true)).start(node);
  ASSERT_TRUE(wait_until([&] { return node.door().units_held() == units; }));
  v1::get_stock request;
  request.set_sku("A");
  ::grpc::ClientContext context;
  v1::stock_item item;
  const auto refused = node.orders().GetStock(&context, request, &item);
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(std::stoi("0" + trailing(context, "grpc-retry-pushback-ms")), 0);
  v1::fault why;
  ASSERT_TRUE(why.ParseFromString(trailing(context, "orderd-fault-bin")));
  EXPECT_EQ(why.code(), v1::fault::OVERLOADED);
  EXPECT_GT(why.retry_after_ms(), 0u);
  for (auto& each : waiting) {
    each.context.TryCancel();
    EXPECT_EQ(each.wait().error_code(), StatusCode::CANCELLED);
  }
}

TEST(GrpcDoor, TellsWhoWaitsThatItStops) {
  grpc_node node{60'000 - 1};
  node.open();
  node.fill("A");
  placing waiting{order_number(1, true)};
  waiting.start(node);
  ASSERT_TRUE(wait_until([&] { return node.door().units_held() == 1; }));
  ::grpc::ClientContext idle;
  const auto stream = node.orders().Exchange(&idle);
  stream->WaitForInitialMetadata();
  node.door().stop();
  const auto told = waiting.wait();
  EXPECT_EQ(told.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(told.error_message().starts_with("SHUTTING_DOWN: ")) << told.error_message();
  v1::reply reply;
  EXPECT_FALSE(stream->Read(&reply));
  EXPECT_FALSE(stream->Finish().ok());
  EXPECT_TRUE(wait_until([&] { return node.door().units_held() == 0; }));
}

TEST(GrpcDoor, NamesAnAddressThatIsInUse) {
  grpc_node node;
  node.open();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  const auto address = "127.0.0.1:" + std::to_string(node.door().port());
  const auto second = grpc_door::start(system, {.address = address, .endpoint = "127.0.0.1:1"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, runtime::fault_code::unavailable);
  EXPECT_NE(second.error().message.find(address), std::string::npos) << second.error().message;
  EXPECT_EQ(grpc_door::start(system, {.address = "192.0.2.1:1"}).error().code,
            runtime::fault_code::malformed);
}

} // namespace
} // namespace orderd::cluster

// A node by itself in this process, with a gRPC door in front of it and a client of that.
#pragma once

#include "cluster/client/client.hpp"
#include "cluster/grpc/grpc_door.hpp"
#include "cluster/grpc/service.grpc.pb.h"
#include "cluster/node/node_process.hpp"
#include "cluster/node/node_types.hpp"
#include "tests/support/temporary_folder.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace orderd::test {

class grpc_node {
public:
  explicit grpc_node(std::uint32_t provider_delay_ms = 5) {
    cluster::init_node_types();
    settings_.data_dir = folder_ / "data";
    settings_.listen = "127.0.0.1:0";
    settings_.http = "";
    settings_.queue_age_ms_max = 60'000; // on a busy machine nothing is refused
    settings_.provider.delay_ms = provider_delay_ms;
    settings_.provider.timeout_ms = 60'000;
    node_ = std::make_unique<cluster::node_process>(
        settings_, [](std::string_view part, const runtime::fault& why) {
          ADD_FAILURE() << part << " ended the node: " << why.message;
        });
    const auto started = node_->start(false, [] { return false; });
    EXPECT_TRUE(started) << started.error().message;
    config_.load<caf::io::middleman>();
    config_.set("caf.scheduler.max-threads", 1);
    system_ = std::make_unique<caf::actor_system>(config_);
  }
  ~grpc_node() {
    door_.reset();
    node_->stop();
  }

  /// Address and endpoint are filled in.
  void open(cluster::grpc_options options = {}) {
    options.address = "127.0.0.1:0";
    options.endpoint = "127.0.0.1:" + std::to_string(node_->port());
    auto made = cluster::grpc_door::start(*system_, options);
    ASSERT_TRUE(made) << made.error().message;
    door_ = *std::move(made);
    channel_ = new_channel();
    orders_ = v1::Orders::NewStub(channel_);
  }

  std::shared_ptr<::grpc::Channel> new_channel() const {
    ::grpc::ChannelArguments own; // not one that another test had
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    own.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return ::grpc::CreateCustomChannel("ipv4:127.0.0.1:" + std::to_string(door_->port()),
                                       ::grpc::InsecureChannelCredentials(), own);
  }

  cluster::grpc_door& door() { return *door_; }
  v1::Orders::Stub& orders() { return *orders_; }
  std::shared_ptr<::grpc::Channel> channel() const { return channel_; }

  /// Stock of a SKU, and credit of a customer "c".
  void fill(const std::string& sku) {
    v1::set_stock stock;
    stock.set_command_id(std::string(16, 's'));
    stock.set_sku(sku);
    stock.set_on_hand(1'000'000);
    v1::set_account account;
    account.set_command_id(std::string(16, 'a'));
    account.set_customer("c");
    account.set_currency("GBP");
    account.set_credit_limit_minor(1'000'000'000'000);
    ::grpc::ClientContext first;
    v1::stock_item item;
    auto done = orders_->SetStock(&first, stock, &item);
    ASSERT_TRUE(done.ok()) << done.error_message();
    ::grpc::ClientContext second;
    v1::account there;
    done = orders_->SetAccount(&second, account, &there);
    ASSERT_TRUE(done.ok()) << done.error_message();
  }

private:
  temporary_folder folder_;
  config::node_settings settings_;
  std::unique_ptr<cluster::node_process> node_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<cluster::grpc_door> door_;
  std::shared_ptr<::grpc::Channel> channel_;
  std::unique_ptr<v1::Orders::Stub> orders_;
};

/// An order of customer "c", of one unit of SKU "A"; by card where `card` says so.
inline v1::place_order order_number(std::uint32_t number, bool card = false) {
  v1::place_order order;
  std::string id{"\x01\x89\x0a\x5d\xac\x96\x77\x4b\xbc\xce\xb3\x02\x09\x9a\x80\x57", 16};
  for (int i = 0; i < 4; ++i)
    id[static_cast<std::size_t>(12 + i)] = static_cast<char>(number >> (8 * i));
  order.set_order_id(id);
  order.set_customer(card ? "" : "c");
  order.set_currency("GBP");
  order.set_payment_method(card ? v1::CARD : v1::ACCOUNT);
  auto& line = *order.add_lines();
  line.set_sku("A");
  line.set_quantity(1);
  line.set_unit_price_minor(250);
  return order;
}

} // namespace orderd::test

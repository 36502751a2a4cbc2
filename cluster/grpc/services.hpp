// The services as the library calls them: each method hands its call on. Messages come as bytes, so that they
// are judged before anything is made of them.
#pragma once

#include "cluster/grpc/exchange_call.hpp"
#include "cluster/grpc/service.grpc.pb.h"
#include "cluster/grpc/unary_call.hpp"

#include <memory>
#include <utility>

namespace orderd::cluster {

/// For the methods of one service.
class unary_methods {
public:
  explicit unary_methods(std::shared_ptr<door_context> door) : door_(std::move(door)) {}

protected:
  using context = ::grpc::CallbackServerContext;
  using bytes = ::grpc::ByteBuffer;
  using unary = ::grpc::ServerUnaryReactor;

  unary* start(context* call, const bytes* in, bytes* out, const grpc_method& method) const {
    return unary_call::start(door_, call, *in, out, method);
  }

  const std::shared_ptr<door_context> door_;
};

namespace raw {

using of_orders = v1::Orders;
using of_operators = v1::Operators;

using orders = of_orders::WithRawCallbackMethod_PlaceOrder<of_orders::WithRawCallbackMethod_GetOrder<
    of_orders::WithRawCallbackMethod_CancelOrder<of_orders::WithRawCallbackMethod_ListOrders<
        of_orders::WithRawCallbackMethod_SetStock<of_orders::WithRawCallbackMethod_GetStock<
            of_orders::WithRawCallbackMethod_ListStock<of_orders::WithRawCallbackMethod_SetAccount<
                of_orders::WithRawCallbackMethod_GetAccount<of_orders::WithRawCallbackMethod_ListAccounts<
                    of_orders::WithRawCallbackMethod_Exchange<of_orders::Service>>>>>>>>>>>;

using operators = of_operators::WithRawCallbackMethod_ExplainEntity<
    of_operators::WithRawCallbackMethod_ListQuarantine<of_operators::WithRawCallbackMethod_ResolveQuarantine<
        of_operators::WithRawCallbackMethod_GetCluster<of_operators::WithRawCallbackMethod_GetStatus<
            of_operators::WithRawCallbackMethod_GetHistory<of_operators::Service>>>>>>;

} // namespace raw

class orders_service final : public raw::orders, private unary_methods {
public:
  using unary_methods::unary_methods;

private:
  unary* PlaceOrder(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::place_order);
  }
  unary* GetOrder(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_order);
  }
  unary* CancelOrder(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::cancel_order);
  }
  unary* ListOrders(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::list_orders);
  }
  unary* SetStock(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::set_stock);
  }
  unary* GetStock(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_stock);
  }
  unary* ListStock(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::list_stock);
  }
  unary* SetAccount(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::set_account);
  }
  unary* GetAccount(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_account);
  }
  unary* ListAccounts(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::list_accounts);
  }
  ::grpc::ServerBidiReactor<bytes, bytes>* Exchange(context* call) override {
    return exchange_call::start(door_, call);
  }
};

class operators_service final : public raw::operators, private unary_methods {
public:
  using unary_methods::unary_methods;

private:
  unary* ExplainEntity(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::explain_entity);
  }
  unary* ListQuarantine(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::list_quarantine);
  }
  unary* ResolveQuarantine(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::resolve_quarantine);
  }
  unary* GetCluster(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_cluster);
  }
  unary* GetStatus(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_status);
  }
  unary* GetHistory(context* call, const bytes* in, bytes* out) override {
    return start(call, in, out, methods::get_history);
  }
};

} // namespace orderd::cluster

#include "cluster/grpc/methods.hpp"

#include "cluster/grpc/service.pb.h"
#include "config/grpc_limits.hpp"
#include "config/limits.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_message_reflection.h>

#include <algorithm>

namespace orderd::cluster {

namespace {

constexpr std::size_t largest_reply = limits::client_frame_bytes_max;
/// An order of limits::lines_per_order_max lines comes to about 120 KiB; so does what is said of a node.
constexpr std::size_t large_reply = 128u << 10;

std::size_t reply_bytes_of(v1::request::BodyCase what) {
  switch (what) {
  case v1::request::kListOrders:
  case v1::request::kListStock:
  case v1::request::kListAccounts:
  case v1::request::kListQuarantine:
  case v1::request::kRunAudit:
  case v1::request::kGetConfiguration:
  case v1::request::kListLost:
  case v1::request::kGetHistory:
  case v1::request::kGetLog:
    return largest_reply;
  case v1::request::kGetOrder:
  case v1::request::kExplainEntity:
  case v1::request::kGetStatus:
  case v1::request::kGetCluster:
    return large_reply;
  default:
    return 1;
  }
}

std::size_t units(std::size_t bytes, std::size_t bytes_of_one) {
  return std::max<std::size_t>(1, (bytes + bytes_of_one - 1) / bytes_of_one);
}

} // namespace

const google::protobuf::FileDescriptor& services_file() {
  // It has no message, so nothing else names what was made of it, and the linker would leave it out.
  static const google::protobuf::internal::AddDescriptorsRunner added{
      &descriptor_table_cluster_2fgrpc_2fservice_2eproto};
  return *google::protobuf::DescriptorPool::generated_pool()->FindFileByName("cluster/grpc/service.proto");
}

std::size_t units_of(v1::request::BodyCase what, std::size_t request_bytes) {
  return std::max(units(request_bytes, limits::grpc_unit_request_bytes),
                  units(reply_bytes_of(what), limits::grpc_unit_reply_bytes));
}

} // namespace orderd::cluster

#include "cluster/grpc/request_form.hpp"

#include "cluster/wire/field_count.hpp"
#include "config/limits.hpp"

#include <google/protobuf/descriptor.h>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::result;

namespace {

/// `levels`: of messages whose fields are counted.
result<void> read_into(google::protobuf::Message& message, std::string_view bytes, int levels) {
  std::size_t fields = 0;
  if (!count_fields(bytes, levels, limits::request_fields_max, fields))
    return fault{fault_code::malformed, "the request is not a protocol buffer"};
  if (fields > limits::request_fields_max)
    return fault{fault_code::too_large,
                 "the request has more than " + std::to_string(limits::request_fields_max) + " fields"};
  auto in = reader_of(bytes);
  in.SetRecursionLimit(limits::message_nesting_max);
  if (!message.ParseFromCodedStream(&in))
    return fault{fault_code::malformed, "the request does not follow the schema, or its text is not UTF-8"};
  return {};
}

} // namespace

result<std::shared_ptr<v1::request>> read_request(std::string_view bytes, const grpc_method& method) {
  auto made = std::make_shared<v1::request>();
  const auto* field = v1::request::descriptor()->FindFieldByNumber(method.asks);
  auto* body = v1::request::GetReflection()->MutableMessage(made.get(), field);
  if (auto read = read_into(*body, bytes, 1); !read)
    return read.error();
  return made;
}

result<std::shared_ptr<v1::request>> read_request(std::string_view bytes) {
  auto made = std::make_shared<v1::request>();
  if (auto read = read_into(*made, bytes, 2); !read)
    return read.error();
  return made;
}

const google::protobuf::Message* returned(const v1::reply& what, const grpc_method& method) {
  const auto* field = v1::reply::descriptor()->FindFieldByNumber(method.returns);
  const auto* form = v1::reply::GetReflection();
  return form->HasField(what, field) ? &form->GetMessage(what, field) : nullptr;
}

std::shared_ptr<const v1::reply> refused_by_door(v1::fault::kind code, const std::string& message,
                                                 std::uint32_t retry_after_ms) {
  auto made = std::make_shared<v1::reply>();
  made->mutable_fault()->set_code(code);
  made->mutable_fault()->set_message(message);
  made->mutable_fault()->set_retry_after_ms(retry_after_ms);
  return made;
}

std::shared_ptr<const v1::reply> refused_by_door(const fault& why) {
  return refused_by_door(static_cast<v1::fault::kind>(why.code), why.message, why.retry_after_ms);
}

} // namespace orderd::cluster

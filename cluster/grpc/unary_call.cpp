#include "cluster/grpc/unary_call.hpp"

#include "cluster/grpc/call_forms.hpp"
#include "cluster/grpc/refusal_status.hpp"
#include "cluster/grpc/request_form.hpp"

#include <utility>

namespace orderd::cluster {

using ::grpc::StatusCode;

::grpc::ServerUnaryReactor* unary_call::start(std::shared_ptr<door_context> door,
                                              ::grpc::CallbackServerContext* context,
                                              const ::grpc::ByteBuffer& in, ::grpc::ByteBuffer* out,
                                              const grpc_method& method) {
  const auto made = std::make_shared<unary_call>(std::move(door), context, out, method);
  made->self_ = made;
  made->ask(in);
  return made.get();
}

unary_call::unary_call(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context,
                       ::grpc::ByteBuffer* out, const grpc_method& method)
    : door_(std::move(door)), context_(context), out_(out), method_(method) {}

void unary_call::ask(const ::grpc::ByteBuffer& in) {
  ::grpc::Slice holds;
  const auto bytes = bytes_of(in, holds);
  const auto units = units_of(static_cast<v1::request::BodyCase>(method_.asks), bytes.size());
  if (!door_->budget.take(units))
    return end(*refused_by_door(v1::fault::OVERLOADED,
                                "the calls that are under way hold all that the door has; nothing was done",
                                limits::grpc_retry_after_ms));
  units_ = held_units{door_->budget, units};
  auto request = read_request(bytes, method_);
  if (!request)
    return end(*refused_by_door(request.error()));
  (*request)->set_timeout_ms(timeout_ms_of(context_->deadline(), std::chrono::system_clock::now()));
  set_trace(**request, trace_of(*context_));
  door_->put(*std::move(request), shared_from_this());
}

void unary_call::answered(const std::shared_ptr<const v1::reply>& what) {
  end(*what);
}

void unary_call::end(const v1::reply& what) {
  const auto* message = returned(what, method_);
  if (message == nullptr && !what.has_rejection() && !what.has_fault())
    return end(StatusCode::INTERNAL, "INTERNAL: the reply is one to another request");
  const std::lock_guard lock{mutex_};
  if (ended_)
    return;
  ended_ = true;
  unread_ = door_->unread.add(weak_from_this(), std::chrono::steady_clock::now());
  door_->metrics->requests.at(method_.name, name_of(status_of(what))).Increment();
  if (message != nullptr) {
    *out_ = buffer_of(*message);
    return Finish(::grpc::Status::OK);
  }
  const auto why = refusal_status_of(what);
  context_->AddTrailingMetadata(why.metadata, why.details);
  if (why.retry_after_ms != 0)
    context_->AddTrailingMetadata(retry_metadata, std::to_string(why.retry_after_ms));
  Finish({why.code, why.message});
}

void unary_call::end(StatusCode code, const std::string& message) {
  const std::lock_guard lock{mutex_};
  if (ended_)
    return;
  ended_ = true;
  door_->metrics->requests.at(method_.name, name_of(code)).Increment();
  Finish({code, message});
}

void unary_call::cancel() {
  const std::lock_guard lock{mutex_};
  if (!done_)
    context_->TryCancel();
}

void unary_call::OnCancel() {
  end(StatusCode::CANCELLED,
      "CANCELLED: its client went away, or its deadline passed; what was accepted goes on");
}

void unary_call::OnDone() {
  const auto keeps = std::move(self_); // until here
  const std::lock_guard lock{mutex_};
  done_ = true;
  if (unread_)
    door_->unread.remove(*unread_);
}

} // namespace orderd::cluster

// One unary call: a request in, its answer or a status out.
//
// *Operation*: `unary_call::start` for each call that comes; it answers by itself. A call whose client goes
// away, or whose deadline passes, ends at once; what it asked for goes on, and its units are held until that
// is answered too.
//
// *Concurrency*: reactions come on threads of the library, the reply on the thread of answers.
#pragma once

#include "cluster/grpc/door_context.hpp"
#include "cluster/grpc/methods.hpp"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <mutex>
#include <optional>

namespace orderd::cluster {

class unary_call final : public ::grpc::ServerUnaryReactor,
                         public reply_taker,
                         public unread_call,
                         public std::enable_shared_from_this<unary_call> {
public:
  /// `method` lives for ever. The call keeps itself until it is over.
  static ::grpc::ServerUnaryReactor* start(std::shared_ptr<door_context> door,
                                           ::grpc::CallbackServerContext* context,
                                           const ::grpc::ByteBuffer& in, ::grpc::ByteBuffer* out,
                                           const grpc_method& method);

  unary_call(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context,
             ::grpc::ByteBuffer* out, const grpc_method& method);

  void answered(const std::shared_ptr<const v1::reply>& what) override;
  void cancel() override;

private:
  void OnCancel() override;
  void OnDone() override;

  void ask(const ::grpc::ByteBuffer& in);
  void end(const v1::reply& what);
  void end(::grpc::StatusCode code, const std::string& message);

  const std::shared_ptr<door_context> door_;
  ::grpc::CallbackServerContext* const context_; ///< until `done_`
  ::grpc::ByteBuffer* const out_;                ///< until `ended_`
  const grpc_method& method_;
  held_units units_;
  std::shared_ptr<unary_call> self_; ///< until it is over
  std::mutex mutex_;                 // of all below
  bool ended_ = false;               ///< it has its status
  bool done_ = false;                ///< the library has forgotten it
  std::optional<unread_calls::place> unread_;
};

} // namespace orderd::cluster

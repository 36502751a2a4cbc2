// One stream: requests in, replies out, as many at once as the stream's share allows (stream_window.hpp).
//
// *Operation*: `exchange_call::start` for each stream that comes; it goes on by itself. A request that cannot
// be read gets a fault as its reply, and those behind it are served. When its client goes away what it asked
// for goes on, and the replies are dropped.
//
// *Concurrency*: reactions come on threads of the library, replies on the thread of answers. The library
// calls nothing back from within what it is told here, so that is done under the stream's lock.
#pragma once

#include "cluster/grpc/door_context.hpp"
#include "cluster/grpc/stream_window.hpp"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace orderd::cluster {

class exchange_call final : public ::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer>,
                            public std::enable_shared_from_this<exchange_call> {
public:
  /// The call keeps itself until it is over.
  static ::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer>*
  start(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context);

  exchange_call(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context);
  ~exchange_call() override;

private:
  struct numbered_reply {
    std::uint64_t number = 0;
    std::shared_ptr<const v1::reply> what;
    held_units units;
  };
  class stream_question;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void open();
  void ask(const ::grpc::ByteBuffer& in);
  void take_reply(numbered_reply reply);
  // Pre: the lock is held.
  void read_on();
  void write_on();
  void go_on();
  void end(const ::grpc::Status& how);

  const std::shared_ptr<door_context> door_;
  ::grpc::CallbackServerContext* const context_; ///< until `ended_`
  const std::string trace_;
  std::shared_ptr<exchange_call> self_; ///< until it is over
  std::mutex mutex_;                    // of all below
  stream_window window_;
  ::grpc::ByteBuffer in_;  ///< being read
  ::grpc::ByteBuffer out_; ///< being written
  held_units out_units_;   ///< of that
  std::deque<numbered_reply> replies_;
  bool writing_ = false;
  bool ended_ = false; ///< it has its status
};

} // namespace orderd::cluster

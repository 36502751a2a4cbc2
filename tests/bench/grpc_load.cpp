#include "tests/bench/grpc_load.hpp"

#include <thread>
#include <utility>

namespace orderd::bench {

using std::chrono::nanoseconds;

grpc_load::grpc_load(std::shared_ptr<::grpc::Channel> channel, grpc_plan plan, request_source& requests,
                     run_record& record, std::function<void()> on_measure)
    : channel_(std::move(channel)), stub_(v1::Orders::NewStub(channel_)), plan_(plan), requests_(requests),
      record_(record), on_measure_(std::move(on_measure)) {}

void grpc_load::begin() {
  began_at_ = clock::now();
}

/// Null: nothing more is to be sent. Pre: the lock is held.
std::shared_ptr<const v1::request> grpc_load::next() {
  if (over_ || (plan_.requests != 0 && made_ == plan_.requests)) {
    over_ = true;
    changed_.notify_all();
    return nullptr;
  }
  ++made_;
  ++unanswered_;
  return requests_.next();
}

/// Pre: the lock is held.
void grpc_load::answered(nanoseconds sent_at, const v1::reply& what) {
  record_.answered(sent_at, now(), what);
  --unanswered_;
  changed_.notify_all();
}

/// Waits for the measured part and its end, and until all is answered.
void grpc_load::await_end() {
  std::unique_lock lock{mutex_};
  const auto is_over = [this] { return over_; };
  changed_.wait_until(lock, began_at_ + plan_.warmup, is_over);
  on_measure_();
  changed_.wait_until(lock, began_at_ + plan_.warmup + plan_.measured, is_over);
  over_ = true;
  changed_.notify_all();
  if (plan_.requests == 0)
    on_measure_();
  changed_.wait(lock, [this] { return unanswered_ == 0; });
  if (plan_.requests != 0) {
    on_measure_();
    record_.finish(now());
  }
}

// -- unary ---------------------------------------------------------------------------------------

struct grpc_load::unary {
  ::grpc::ClientContext context;
  std::shared_ptr<const v1::request> asked;
  v1::placement placed;
  nanoseconds sent_at{0};
};

void grpc_load::start_one() {
  auto call = std::make_shared<unary>();
  {
    const std::lock_guard lock{mutex_};
    call->asked = next();
    if (!call->asked)
      return;
    call->sent_at = now();
  }
  auto& one = *call;
  stub_->async()->PlaceOrder(&one.context, &one.asked->place_order(), &one.placed,
                             [this, call = std::move(call)](const ::grpc::Status& how) {
                               v1::reply reply;
                               if (how.ok())
                                 *reply.mutable_placement() = call->placed;
                               else
                                 reply.mutable_fault()->set_code(v1::fault::UNAVAILABLE);
                               {
                                 const std::lock_guard lock{mutex_};
                                 answered(call->sent_at, reply);
                               }
                               start_one();
                             });
}

void grpc_load::run_unary() {
  begin();
  for (std::uint32_t i = 0; i < plan_.window; ++i)
    start_one();
  await_end();
}

// -- a stream ------------------------------------------------------------------------------------

void grpc_load::write_all(::grpc::ClientReaderWriter<v1::request, v1::reply>& stream) {
  std::unique_lock lock{mutex_};
  for (std::uint64_t number = 0;; ++number) {
    changed_.wait(lock, [this] { return over_ || unanswered_ < plan_.window; });
    const auto request = next();
    if (!request)
      break;
    sent_at_[number] = now();
    const bool more = unanswered_ < plan_.window;
    lock.unlock();
    ::grpc::WriteOptions options;
    if (more)
      options.set_buffer_hint();
    const bool written = stream.Write(*request, options);
    lock.lock();
    if (!written)
      break;
  }
  lock.unlock();
  stream.WritesDone();
}

void grpc_load::run_stream() {
  ::grpc::ClientContext context;
  const auto stream = stub_->Exchange(&context);
  begin();
  std::thread writing{[this, &stream] { write_all(*stream); }};
  std::thread reading{[this, &stream] {
    v1::reply reply;
    while (stream->Read(&reply)) {
      const std::lock_guard lock{mutex_};
      const auto sent = sent_at_.extract(reply.request_id());
      answered(sent ? sent.mapped() : now(), reply);
    }
    const std::lock_guard lock{mutex_}; // The stream is over: nobody answers what is left.
    over_ = true;
    unanswered_ = 0;
    changed_.notify_all();
  }};
  await_end();
  writing.join();
  reading.join();
  stream->Finish();
}

} // namespace orderd::bench

#include "cluster/grpc/exchange_call.hpp"

#include "cluster/grpc/call_forms.hpp"
#include "cluster/grpc/refusal_status.hpp"
#include "cluster/grpc/request_form.hpp"

#include <utility>

namespace orderd::cluster {

using ::grpc::Status;
using ::grpc::StatusCode;

/// One request of a stream.
class exchange_call::stream_question final : public reply_taker {
public:
  stream_question(std::shared_ptr<exchange_call> stream, std::uint64_t number, held_units units)
      : stream_(std::move(stream)), number_(number), units_(std::move(units)) {}
  void answered(const std::shared_ptr<const v1::reply>& what) override {
    stream_->take_reply({number_, what, std::move(units_)});
  }

private:
  const std::shared_ptr<exchange_call> stream_;
  const std::uint64_t number_;
  held_units units_;
};

::grpc::ServerBidiReactor<::grpc::ByteBuffer, ::grpc::ByteBuffer>*
exchange_call::start(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context) {
  const auto made = std::make_shared<exchange_call>(std::move(door), context);
  made->self_ = made;
  made->open();
  return made.get();
}

exchange_call::exchange_call(std::shared_ptr<door_context> door, ::grpc::CallbackServerContext* context)
    : door_(std::move(door)), context_(context), trace_(trace_of(*context)) {
  door_->streams.fetch_add(1);
}

exchange_call::~exchange_call() {
  door_->streams.fetch_sub(1);
}

void exchange_call::open() {
  const std::lock_guard lock{mutex_};
  if (door_->streams.load() > door_->streams_max) {
    context_->AddTrailingMetadata(retry_metadata, std::to_string(limits::grpc_retry_after_ms));
    return end({StatusCode::RESOURCE_EXHAUSTED,
                "OVERLOADED: the door has " + std::to_string(door_->streams_max) + " streams open"});
  }
  StartSendInitialMetadata(); // So that a client that waits for it before it writes goes on.
  read_on();
}

// -- requests ------------------------------------------------------------------------------------

void exchange_call::read_on() {
  if (ended_ || !window_.wants_read(door_->budget.share(window_.held())))
    return;
  window_.reading();
  StartRead(&in_);
}

void exchange_call::OnReadDone(bool ok) {
  if (ok) {
    const auto came = std::exchange(in_, {});
    return ask(came);
  }
  const std::lock_guard lock{mutex_};
  window_.ended();
  go_on();
}

void exchange_call::ask(const ::grpc::ByteBuffer& in) {
  ::grpc::Slice holds;
  const auto bytes = bytes_of(in, holds);
  auto request = read_request(bytes);
  const auto units = units_of(request ? (*request)->body_case() : v1::request::BODY_NOT_SET, bytes.size());
  door_->budget.take_anyway(units);
  held_units held{door_->budget, units};
  std::uint64_t number = 0;
  std::uint32_t time_left_ms = 0;
  {
    const std::lock_guard lock{mutex_};
    number = window_.read(units);
    if (ended_)
      return;
    time_left_ms = timeout_ms_of(context_->deadline(), std::chrono::system_clock::now());
  }
  if (request) {
    (*request)->set_timeout_ms(shorter_timeout_ms((*request)->timeout_ms(), time_left_ms));
    set_trace(**request, trace_);
    door_->put(*std::move(request),
               std::make_shared<stream_question>(shared_from_this(), number, std::move(held)));
  } else {
    take_reply({number, refused_by_door(request.error()), std::move(held)});
  }
  const std::lock_guard lock{mutex_};
  read_on();
}

// -- replies -------------------------------------------------------------------------------------

void exchange_call::take_reply(numbered_reply reply) {
  door_->metrics->requests.at(exchange_name, name_of(status_of(*reply.what))).Increment();
  const std::lock_guard lock{mutex_};
  if (ended_)
    return;
  replies_.push_back(std::move(reply));
  write_on();
}

void exchange_call::write_on() {
  if (writing_ || ended_ || replies_.empty())
    return;
  auto next = std::move(replies_.front());
  replies_.pop_front();
  v1::reply numbered = *next.what;
  numbered.set_request_id(next.number);
  out_ = buffer_of(numbered);
  out_units_ = std::move(next.units);
  writing_ = true;
  // More is to come: the library may wait for it before it writes to the socket.
  ::grpc::WriteOptions options;
  if (!replies_.empty())
    options.set_buffer_hint();
  StartWrite(&out_, options);
}

void exchange_call::OnWriteDone(bool ok) {
  const std::lock_guard lock{mutex_};
  writing_ = false;
  const auto written = std::exchange(out_units_, {});
  window_.written(written.count());
  if (!ok)
    return end({StatusCode::CANCELLED, "CANCELLED: a reply could not be written"});
  go_on();
}

void exchange_call::go_on() {
  write_on();
  read_on();
  if (window_.over() && !ended_)
    end(Status::OK);
}

// -- the end -------------------------------------------------------------------------------------

void exchange_call::end(const Status& how) {
  if (std::exchange(ended_, true))
    return;
  replies_.clear();
  Finish(how);
}

void exchange_call::OnCancel() {
  const std::lock_guard lock{mutex_};
  end({StatusCode::CANCELLED,
       "CANCELLED: its client went away, or its deadline passed; what was accepted goes on"});
}

void exchange_call::OnDone() {
  const auto keeps = std::move(self_); // until here
}

} // namespace orderd::cluster

// Load for the gRPC door of a node: a closed loop of unary calls, or of requests in one stream.
#pragma once

#include "cluster/grpc/service.grpc.pb.h"
#include "tests/bench/request_source.hpp"
#include "tests/bench/run_record.hpp"

#include <grpcpp/channel.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace orderd::bench {

struct grpc_plan {
  std::uint32_t window = 128; ///< unanswered at a time
  std::chrono::nanoseconds warmup{0};
  std::chrono::nanoseconds measured{0};
  std::uint64_t requests = 0; ///< stop after so many; 0: when the time is over
};

/// *Concurrency*: `run` by one thread; it starts those that it needs and ends them.
class grpc_load {
public:
  /// All references must outlive the load. `on_measure`: called when the measured part begins, and when it
  /// ends.
  grpc_load(std::shared_ptr<::grpc::Channel> channel, grpc_plan plan, request_source& requests,
            run_record& record, std::function<void()> on_measure);

  /// Placements as unary calls.
  void run_unary();
  /// Requests of any kind over one stream.
  void run_stream();

private:
  using clock = std::chrono::steady_clock;
  struct unary;

  void begin();
  std::shared_ptr<const v1::request> next();
  void start_one();
  void answered(std::chrono::nanoseconds sent_at, const v1::reply& what);
  void write_all(::grpc::ClientReaderWriter<v1::request, v1::reply>& stream);
  void await_end();
  std::chrono::nanoseconds now() const { return clock::now() - began_at_; }

  const std::shared_ptr<::grpc::Channel> channel_;
  const std::unique_ptr<v1::Orders::Stub> stub_;
  const grpc_plan plan_;
  request_source& requests_;
  run_record& record_;
  const std::function<void()> on_measure_;
  clock::time_point began_at_;
  std::mutex mutex_; // of all below, and of requests and record
  std::condition_variable changed_;
  std::uint64_t made_ = 0;
  std::uint64_t unanswered_ = 0;
  std::unordered_map<std::uint64_t, std::chrono::nanoseconds> sent_at_; ///< of a stream, by number
  bool over_ = false;                                                   ///< nothing more is sent
};

} // namespace orderd::bench

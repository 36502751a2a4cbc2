#include "cluster/gateway/session.hpp"

#include "actors/public/replies.hpp"
#include "cluster/gateway/order_lines.hpp"
#include "cluster/gateway/request_batch.hpp"
#include "runtime/base/overloaded.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace orderd::cluster {

using runtime::fault;
using runtime::fault_code;
using runtime::reply_outcome;
using runtime::result;

namespace {

/// An output buffer up to this is kept for the next frames.
constexpr std::size_t kept_output_bytes_max = 64u << 10;

/// The first block of a frame's arena. Holds the requests of most frames.
constexpr std::size_t arena_bytes = 16u << 10;

v1::hello server_hello(const session_context& context) {
  v1::hello hello;
  hello.set_protocol_version(protocol_version);
  hello.set_shards(context.shards);
  hello.set_credit_window(limits::credit_window_requests);
  hello.set_credit_window_bytes(limits::credit_window_bytes);
  hello.set_frame_bytes_max(limits::client_frame_bytes_max);
  hello.set_version(context.version);
  return hello;
}

std::int64_t deadline_of(const v1::request& what, std::int64_t now) {
  const auto timeout_ms = what.timeout_ms() == 0 ? limits::request_timeout_ms_default : what.timeout_ms();
  return now + std::min(timeout_ms, limits::request_timeout_ms_max);
}

} // namespace

session::session(std::uint64_t connection, const session_context& context)
    : connection_(connection), context_(context),
      reader_(limits::unintroduced_bytes_max - frame_header_bytes), replies_(limits::client_frame_bytes_max) {
}

session::~session() {
  if (context_.unanswered)
    context_.unanswered->give_back(window_.bytes());
}

void session::open(moment now) {
  opened_at_ = now.steady;
  write_frame(output_, frame_type::hello, 0, server_hello(context_).SerializeAsString());
}

// -- requests in ---------------------------------------------------------------------------------

void session::receive(std::string_view bytes, moment now, asked_requests& asked) {
  if (finished_)
    return;
  if (!reader_.mid_frame())
    frame_began_at_ = now.steady;
  auto done = reader_.read(bytes, [&](const frame& what) {
    frame_began_at_ = now.steady;
    return handle(what, now, asked);
  });
  if (!done)
    fail(done.error(), reader_.current_id());
}

result<void> session::handle(const frame& what, moment now, asked_requests& asked) {
  if (!introduced_)
    return introduce(what);
  if (what.type != frame_type::requests)
    return fault{fault_code::malformed, "after HELLO a client sends REQUESTS frames only"};
  return accept(what, now, asked);
}

result<void> session::introduce(const frame& what) {
  if (what.type != frame_type::hello)
    return fault{fault_code::malformed, "the first frame must be HELLO"};
  v1::hello hello;
  if (!hello.ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size())))
    return fault{fault_code::malformed, "HELLO cannot be read"};
  if (hello.protocol_version() != protocol_version)
    return fault{fault_code::unsupported_version,
                 "protocol version " + std::to_string(hello.protocol_version()) + "; this node speaks "
                     + std::to_string(protocol_version)};
  introduced_ = true;
  is_operator_ = hello.is_operator();
  reader_.limit_payload(limits::client_frame_bytes_max);
  return {};
}

result<void> session::accept(const frame& what, moment now, asked_requests& asked) {
  if (auto split = split_requests(what.payload, batch_); !split)
    return split;
  if (auto allowed = check_credit(batch_.size(), what.payload.size()); !allowed)
    return allowed;
  google::protobuf::ArenaOptions options;
  options.start_block_size = arena_bytes;
  google::protobuf::Arena arena{options};
  auto id = what.id;
  asked_ += batch_.size();
  std::size_t bytes_asked = 0;
  for (auto bytes : batch_)
    bytes_asked += bytes.size();
  if (context_.unanswered && !context_.unanswered->take(bytes_asked)) {
    refuse(id, now);
    return {};
  }
  for (auto bytes : batch_)
    ask(id++, bytes, arena, now, asked);
  return {};
}

/// Answers the requests of a frame for which the node has no room.
void session::refuse(std::uint64_t first_id, moment now) {
  const auto body = context_.rules.fault_reply(
      {fault_code::overloaded, "the requests that the node has not answered have all the bytes they may",
       100});
  refused_ += batch_.size();
  for (std::size_t i = 0; i < batch_.size(); ++i)
    reply(window_.open({first_id + i, 0, "refused", now.steady}), reply_outcome::fault, body, now);
}

result<void> session::check_credit(std::size_t requests, std::size_t bytes) const {
  if (window_.size() + requests > limits::credit_window_requests)
    return fault{fault_code::credit_exceeded,
                 std::to_string(window_.size()) + " requests are unanswered and " + std::to_string(requests)
                     + " more came; at most " + std::to_string(limits::credit_window_requests) + " may be"};
  if (window_.bytes() + bytes > limits::credit_window_bytes)
    return fault{fault_code::credit_exceeded, std::to_string(window_.bytes())
                                                  + " bytes of requests are unanswered and "
                                                  + std::to_string(bytes) + " more came; at most "
                                                  + std::to_string(limits::credit_window_bytes) + " may be"};
  return {};
}

void session::ask(std::uint64_t client_id, std::string_view bytes, google::protobuf::Arena& arena, moment now,
                  asked_requests& asked) {
  const auto number =
      window_.open({client_id, static_cast<std::uint32_t>(bytes.size()), "unreadable", now.steady});
  auto parsed = parse_request(bytes, arena);
  if (!parsed)
    return reply(number, reply_outcome::fault, context_.rules.fault_reply(parsed.error()), now);
  window_.name(number, actors::request_name(**parsed));
  log_placed(**parsed, connection_);
  const runtime::caller from{connection_, number};
  const auto deadline_at = deadline_of(**parsed, now.monotone_ms);
  auto decoded = actors::decode_request(**parsed, context_.shards);
  std::visit(runtime::overloaded{
                 [&](actors::shard_request& to) {
                   asked.by_shard.at(to.shard).push_back({from, deadline_at, std::move(to.what)});
                 },
                 [&](actors::node_request& node) {
                   asked.for_node.push_back(
                       {from, node, deadline_at, std::make_shared<const v1::request>(**parsed)});
                 },
                 [&](actors::refused_request& refused) {
                   reply(number, refused.reply.outcome, refused.reply.bytes, now);
                 },
             },
             decoded);
}

// -- replies out ---------------------------------------------------------------------------------

void session::reply(std::uint64_t number, reply_outcome outcome, std::string_view body, moment now) {
  if (finished_)
    return;
  const auto request = window_.close(number);
  if (!request)
    return;
  if (context_.unanswered)
    context_.unanswered->give_back(request->bytes);
  std::string too_large;
  if (!replies_.fits(body)) {
    too_large =
        context_.rules.fault_reply({fault_code::too_large, "the reply has " + std::to_string(body.size())
                                                               + " bytes; ask for fewer rows"});
    body = too_large;
    outcome = reply_outcome::fault;
  }
  replies_.add(output_, request->client_id, body);
  log_settled(*request, body, connection_, now.steady);
  context_.observer.answered(request->type, outcome, now.steady - request->arrived_at);
}

std::string_view session::output() {
  replies_.finish(output_);
  return output_;
}

void session::output_sent() {
  if (output_.capacity() > kept_output_bytes_max)
    std::string{}.swap(output_);
  output_.clear();
}

void session::rest() {
  if (output_.empty())
    std::string{}.swap(output_);
  reader_.rest();
  std::vector<std::string_view>{}.swap(batch_);
  window_.rest();
}

// -- the end -------------------------------------------------------------------------------------

void session::check_time(moment now) {
  const auto late = [](const char* what, std::chrono::milliseconds limit) {
    return fault{fault_code::timeout, std::string{what} + " within " + std::to_string(limit.count()) + " ms"};
  };
  const auto& timeouts = context_.timeouts;
  if (!introduced_ && now.steady - opened_at_ > timeouts.hello)
    fail(late("no HELLO", timeouts.hello), 0);
  else if (reader_.mid_frame() && now.steady - frame_began_at_ > timeouts.frame)
    fail(late("a frame did not end", timeouts.frame), reader_.current_id());
}

void session::fail(const fault& why, std::uint64_t frame_id) {
  if (std::exchange(finished_, true))
    return;
  reader_.drop();
  v1::fault stated;
  actors::fill(stated, why);
  replies_.finish(output_);
  write_frame(output_, frame_type::error, frame_id, stated.SerializeAsString());
}

} // namespace orderd::cluster

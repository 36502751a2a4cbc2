#include "cluster/client/client_core.hpp"

#include "actors/public/replies.hpp"
#include "cluster/client/fault_meaning.hpp"
#include "cluster/wire/reply_frame.hpp"
#include "cluster/wire/wire_tags.hpp"
#include "config/limits.hpp"
#include "runtime/base/backoff.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace orderd::cluster {

using google::protobuf::io::CodedOutputStream;
using runtime::fault;
using runtime::fault_code;
using runtime::result;
using std::chrono::milliseconds;

namespace {

/// How long a server may take to say HELLO; it does so at once.
constexpr milliseconds hello_limit{5'000};

constexpr runtime::backoff reconnecting{milliseconds{20}, milliseconds{2'000}};

/// The least time before a refused request is sent again.
constexpr runtime::backoff retrying{milliseconds{10}, milliseconds{1'000}};

/// After a request that was not sent because the server is too slow for its deadline.
constexpr std::uint32_t retry_not_in_time_ms = 200;

/// Most bytes around an encoded request in a batch: tag and length, and the field with its timeout.
constexpr std::size_t request_overhead_bytes_max = 1 + 5 + 1 + 5;

const fault not_in_time{fault_code::overloaded,
                        "as fast as the server answers now, there would be no answer before the deadline; "
                        "the request was not sent",
                        retry_not_in_time_ms};

constexpr const char* unknown_earlier =
    "refused now, and what came of an earlier try is not known; ask again with the same id";

milliseconds remaining(std::chrono::steady_clock::time_point deadline,
                       std::chrono::steady_clock::time_point now) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - now);
  return std::clamp(left, milliseconds{1}, milliseconds{limits::request_timeout_ms_max});
}

} // namespace

std::shared_ptr<const v1::reply> fault_reply(const fault& why) {
  auto made = std::make_shared<v1::reply>();
  actors::fill(*made->mutable_fault(), why);
  return made;
}

client_core::client_core(options chosen, time_point now)
    : options_(std::move(chosen)), reader_(limits::client_frame_bytes_max), connect_at_(now),
      reconnect_pause_(reconnecting.first) {}

void client_core::submit(std::uint64_t caller, std::uint64_t tag, std::shared_ptr<const v1::request> what,
                         time_point now) {
  if (!what) {
    answers_.push_back(
        {caller, tag, fault_reply({fault_code::malformed, "there is no request in the message"})});
    return;
  }
  const auto deadline = deadline_of(*what, now);
  submit({caller, tag, std::move(what), deadline}, now);
}

client_core::time_point client_core::deadline_of(const v1::request& what, time_point now) const {
  const auto named = milliseconds{std::min(what.timeout_ms(), limits::request_timeout_ms_max)};
  return now + (named.count() == 0 ? options_.timeout : named);
}

/// Whether it is known; with nothing under way nobody would ever learn that the server is fast again.
bool client_core::too_late(time_point deadline, std::size_t ahead, time_point now) const {
  return in_flight_count_ > 0 && deadline - now < pace_.expected(ahead);
}

void client_core::submit(unanswered_request given, time_point now) {
  if (!given.sent && too_late(given.deadline, pending_.size(), now))
    return answers_.push_back({given.caller, given.tag, fault_reply(not_in_time)});
  auto& one = pending_.emplace_back();
  one.self = std::prev(pending_.end());
  one.caller = given.caller;
  one.tag = given.tag;
  one.what = std::move(given.what);
  one.attempts = given.sent ? 1 : 0;
  one.unknown = given.sent;
  one.give_up_at = given.give_up_at;
  one.deadline = deadlines_.emplace_hint(deadlines_.end(), given.deadline, &one);
}

// -- the connection ------------------------------------------------------------------------------

void client_core::connected(time_point now) {
  hello_due_at_ = now + hello_limit;
  reader_ = frame_reader{limits::client_frame_bytes_max};
  greeting_ = true;
}

void client_core::disconnected(std::string why, time_point now, milliseconds retry_after) {
  greeting_ = false;
  hello_due_at_.reset();
  state_.connected = false;
  state_.last_error = std::move(why);
  connect_at_ = now + std::max(reconnect_pause_, retry_after);
  reconnect_pause_ = reconnecting.next(reconnect_pause_);
  std::fill(in_flight_by_id_.begin(), in_flight_by_id_.end(), nullptr);
  in_flight_bytes_ = 0;
  in_flight_count_ = 0;
  pace_.forget();
  std::erase_if(in_flight_, [](const entry& one) { return one.answered; });
  for (auto& one : in_flight_) {
    one.at = place::pending;
    one.unknown = true;
  }
  pending_.splice(pending_.begin(), in_flight_);
}

result<void> client_core::receive(std::string_view bytes, time_point now) {
  return reader_.read(bytes, [&](const frame& what) { return handle(what, now); });
}

result<void> client_core::handle(const frame& what, time_point now) {
  switch (what.type) {
  case frame_type::hello:
    return greet(what);
  case frame_type::replies:
    return take_replies(what, now);
  case frame_type::error: {
    v1::fault why;
    why.ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size()));
    return fault{fault_code::unavailable, "the server closed the connection: " + why.message(),
                 why.retry_after_ms()};
  }
  case frame_type::requests:
  case frame_type::peer_hello:
  case frame_type::peer_message:
    break;
  }
  return fault{fault_code::malformed, "the server sent a frame that only clients or nodes send"};
}

result<void> client_core::greet(const frame& what) {
  if (!server_.ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size())))
    return fault{fault_code::malformed, "the server's HELLO cannot be read"};
  if (server_.protocol_version() != protocol_version)
    return fault{fault_code::unsupported_version, "the server speaks protocol version "
                                                      + std::to_string(server_.protocol_version())
                                                      + ", this client " + std::to_string(protocol_version)};
  auto window = std::clamp<std::uint32_t>(server_.credit_window(), 1, 1u << 20);
  if (options_.window != 0)
    window = std::min(window, options_.window);
  server_.set_credit_window(window);
  if (server_.credit_window_bytes() == 0)
    return fault{fault_code::malformed, "the server's HELLO names no credit window"};
  // Twice the window: even when it is full, a run of free places is found soon.
  in_flight_by_id_.assign(std::bit_ceil(std::size_t{window} * 2), nullptr);
  hello_due_at_.reset();
  state_ = {true, server_.shards(), server_.version(), {}};
  return {};
}

// -- replies in ----------------------------------------------------------------------------------

result<void> client_core::take_replies(const frame& what, time_point now) {
  if (!state_.connected)
    return fault{fault_code::malformed, "the server sent replies before its HELLO"};
  auto content = std::make_shared<reply_frame>(what.payload.size());
  if (!content->batch->ParseFromArray(what.payload.data(), static_cast<int>(what.payload.size())))
    return fault{fault_code::malformed, "the server's replies cannot be read"};
  reconnect_pause_ = reconnecting.first; // not at HELLO: a server that refuses the connection says that too
  for (const auto& one : content->batch->replies())
    take_reply({content, &one}, now);
  pace_.look(pending_.size(), now);
  return {};
}

void client_core::take_reply(std::shared_ptr<const v1::reply> what, time_point now) {
  auto* one = slot(what->request_id());
  if (!one || one->wire_id != what->request_id())
    return;
  slot(one->wire_id) = nullptr;
  --in_flight_count_;
  in_flight_bytes_ -= one->bytes;
  pace_.answered(one->sent_at, now);
  if (one->answered)
    forget(*one);
  else if (what->has_fault() && lost_the_lead(what->fault()))
    moved_.push_back({release(*one, true), std::move(what)});
  else if (what->has_fault() && what->fault().code() == v1::fault::NOT_OWNER)
    moved_.push_back({release(*one, one->unknown), std::move(what)});
  else if (what->has_fault() && retry_later(*one, what->fault(), now))
    return;
  else if (what->has_fault() && one->unknown
           && meaning_of(what->fault().code()) == fault_meaning::nothing_done)
    finish_with_fault(*one, fault_code::timeout, unknown_earlier);
  else
    finish(*one, std::move(what));
}

/// False: the caller gets the fault, because it is no refusal or there is no time for another attempt. What
/// may have been begun keeps all its time: until it is answered nobody knows what came of it.
bool client_core::retry_later(entry& one, const v1::fault& why, time_point now) {
  const bool unavailable = why.code() == v1::fault::UNAVAILABLE;
  unavailable_ = unavailable_ || unavailable;
  if (!options_.retry_refused || (why.code() != v1::fault::OVERLOADED && !unavailable))
    return false;
  auto end = one.deadline->first;
  if (unavailable && !one.unknown) {
    one.give_up_at = one.give_up_at.value_or(patience_ends(now));
    end = std::min(end, *one.give_up_at);
  }
  const auto again_at = now + std::max(retrying.after(one.attempts + 1), milliseconds{why.retry_after_ms()});
  if (again_at >= end)
    return false;
  move(one, place::waiting);
  one.retry = retries_.emplace(again_at, &one);
  return true;
}

// -- requests out --------------------------------------------------------------------------------

void client_core::write(std::string& out, std::size_t bytes_max, time_point now) {
  if (std::exchange(greeting_, false)) {
    v1::hello hello;
    hello.set_protocol_version(protocol_version);
    hello.set_version(options_.version);
    hello.set_is_operator(options_.is_operator);
    write_frame(out, frame_type::hello, 0, hello.SerializeAsString());
  }
  while (state_.connected && !pending_.empty() && out.size() < bytes_max) {
    const auto before = out.size();
    write_frame_of_pending(out, bytes_max, now);
    if (out.size() == before)
      break;
  }
}

void client_core::write_frame_of_pending(std::string& out, std::size_t bytes_max, time_point now) {
  while (slot(next_wire_id_))
    ++next_wire_id_;
  const auto first_id = next_wire_id_;
  const auto start = out.size();
  out.resize(start + frame_header_bytes);
  while (!pending_.empty() && next_wire_id_ - first_id < limits::requests_per_frame_max
         && !slot(next_wire_id_) && out.size() < bytes_max) {
    auto& one = pending_.front();
    if (one.attempts == 0 && too_late(one.deadline->first, 0, now)) {
      finish(one, fault_reply(not_in_time));
      continue;
    }
    const auto bytes = one.what->ByteSizeLong();
    if (bytes + request_overhead_bytes_max > server_.frame_bytes_max()) {
      finish_with_fault(one, fault_code::too_large,
                        "the request has " + std::to_string(bytes) + " bytes; the server takes at most "
                            + std::to_string(server_.frame_bytes_max()));
      continue;
    }
    const auto used = out.size() - start - frame_header_bytes;
    if (used + bytes + request_overhead_bytes_max > server_.frame_bytes_max()
        || !has_credit(bytes + request_overhead_bytes_max))
      break;
    one.sent_at = now;
    encode(out, one, bytes, static_cast<std::uint32_t>(remaining(one.deadline->first, now).count()));
  }
  if (next_wire_id_ == first_id) {
    out.resize(start);
    return;
  }
  std::string header;
  write_header(header, {static_cast<std::uint32_t>(out.size() - start - frame_header_bytes),
                        frame_type::requests, first_id});
  out.replace(start, frame_header_bytes, header);
}

bool client_core::has_credit(std::size_t bytes) const noexcept {
  return in_flight_count_ < server_.credit_window()
         && in_flight_bytes_ + bytes <= server_.credit_window_bytes();
}

/// Appends a request and, after it, its timeout: of a field that comes twice, the last one counts, so that
/// the caller's message need not be copied to change it.
void client_core::encode(std::string& out, entry& one, std::size_t bytes, std::uint32_t timeout_ms) {
  const auto size = bytes + 1 + CodedOutputStream::VarintSize32(timeout_ms);
  const auto start = out.size();
  out.resize(start + 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size)) + size);
  auto* at = reinterpret_cast<std::uint8_t*>(out.data() + start);
  *at++ = tag_of_requests;
  at = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), at);
  at = one.what->SerializeWithCachedSizesToArray(at);
  *at++ = tag_of_timeout;
  CodedOutputStream::WriteVarint32ToArray(timeout_ms, at);

  one.wire_id = next_wire_id_++;
  one.bytes = static_cast<std::uint32_t>(out.size() - start);
  ++one.attempts;
  slot(one.wire_id) = &one;
  ++in_flight_count_;
  in_flight_bytes_ += one.bytes;
  move(one, place::in_flight);
}

// -- time ----------------------------------------------------------------------------------------

result<void> client_core::advance(time_point now) {
  while (!retries_.empty() && retries_.begin()->first <= now)
    move(*retries_.begin()->second, place::pending);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    expire(*deadlines_.begin()->second);
  if (hello_due_at_ && *hello_due_at_ <= now)
    return fault{fault_code::timeout, "the server did not say HELLO"};
  return {};
}

std::vector<client_core::unanswered_request>
client_core::take_back(const std::function<bool(const v1::request&)>& which) {
  std::vector<unanswered_request> taken;
  for (auto* all : {&in_flight_, &waiting_, &pending_}) {
    for (auto next = all->begin(); next != all->end();) {
      auto& one = *next++; // it may be gone after this
      if (!one.answered && which(*one.what))
        taken.push_back(release(one, may_take_effect(one)));
    }
  }
  return taken;
}

void client_core::connect_soon(time_point now) {
  if (connect_at_)
    connect_at_ = std::min(*connect_at_, now);
}

} // namespace orderd::cluster

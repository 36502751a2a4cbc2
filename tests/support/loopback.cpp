#include "tests/support/loopback.hpp"

#include "cluster/gateway/messages.hpp"
#include "runtime/engine/messages.hpp"
#include "tests/support/wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <chrono>

namespace orderd::testing {
namespace {

constexpr std::chrono::seconds patience{10};

cluster::socket connect_to_port(std::uint16_t port) {
  auto made = cluster::connect_socket({"127.0.0.1", port}, patience);
  runtime::require(static_cast<bool>(made), "cannot connect to the gateway");
  return std::move(*made);
}

void wait_for(int descriptor, short events) {
  pollfd waited{descriptor, events, 0};
  runtime::require(::poll(&waited, 1, std::chrono::milliseconds{patience}.count()) == 1,
                   "the peer does nothing");
}

/// The whole frames at the start of `bytes`; what follows them may be the start of another.
std::string_view whole_frames(std::string_view bytes) {
  std::size_t end = 0;
  while (bytes.size() - end >= cluster::frame_header_bytes) {
    auto header = cluster::read_header(bytes.substr(end), 1u << 20);
    runtime::require(static_cast<bool>(header), "bytes that are not frames");
    const auto next = end + cluster::frame_header_bytes + header->length;
    if (next > bytes.size())
      break;
    end = next;
  }
  return bytes.substr(0, end);
}

} // namespace

raw_client::raw_client(std::uint16_t port) : socket_(connect_to_port(port)) {}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(socket_.descriptor(), POLLOUT);
    const auto sent = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return; // the peer has closed; what it said is still to be read
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string raw_client::read_until(const std::function<bool(std::string_view)>& enough) {
  char bytes[16'384];
  while (!closed_ && !enough(seen_)) {
    wait_for(socket_.descriptor(), POLLIN);
    const auto count = ::recv(socket_.descriptor(), bytes, sizeof(bytes), 0);
    if (count > 0)
      seen_.append(bytes, static_cast<std::size_t>(count));
    else
      closed_ = true;
  }
  return seen_;
}

void raw_client::end() {
  ::shutdown(socket_.descriptor(), SHUT_WR);
  read_to_end();
}

std::string raw_client::read_to_end() {
  return read_until([](std::string_view) { return false; });
}

bool has_frames(std::string_view bytes, cluster::frame_type type, std::size_t count) {
  for (const auto& frame : frames_of(whole_frames(bytes)))
    if (frame.type == type && count > 0)
      --count;
  return count == 0;
}

bool has_replies(std::string_view bytes, std::size_t count) {
  return replies_of(whole_frames(bytes)).size() >= count;
}

void await_accepting(std::uint16_t port) {
  raw_client visitor{port};
  visitor.send(hello_bytes());
  visitor.read_until([](auto seen) { return has_frames(seen, cluster::frame_type::hello, 1); });
}

caf::behavior echo_shard(caf::event_based_actor* self, runtime::reply_outcome outcome,
                         std::shared_ptr<const std::string> body) {
  auto answer = [=](runtime::gateway_replies replies) {
    self->send(caf::actor_cast<caf::actor>(self->current_sender()), std::move(replies));
  };
  return {
      [=](const runtime::shard_requests& what) {
        runtime::gateway_replies replies;
        for (const auto& one : *what.batch)
          replies.replies.push_back({one.from, outcome, body});
        answer(std::move(replies));
      },
      [](const runtime::connection_gone&) {},
      [=](const cluster::node_question& what) {
        runtime::gateway_replies replies;
        replies.replies.push_back({what.from, outcome, body});
        answer(std::move(replies));
      },
  };
}

} // namespace orderd::testing

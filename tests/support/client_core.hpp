// A client core on a connection of bytes, and what a server would see of it.
#pragma once

#include "cluster/client/client_core.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace orderd::testing {

/// One request as the server sees it.
struct seen_request {
  std::uint64_t id = 0;
  v1::request what;
};

inline v1::reply confirmed(std::uint64_t id) {
  v1::reply made;
  made.set_request_id(id);
  made.mutable_placement()->set_status(v1::CONFIRMED);
  return made;
}

inline v1::reply refused(std::uint64_t id, v1::fault::kind code, std::uint32_t retry_after_ms = 0) {
  v1::reply made;
  made.set_request_id(id);
  made.mutable_fault()->set_code(code);
  made.mutable_fault()->set_retry_after_ms(retry_after_ms);
  return made;
}

class client_core_test : public ::testing::Test {
protected:
  void connect(const std::string& hello = server_hello()) {
    core.connecting();
    core.connected(now);
    written(); // our HELLO
    ASSERT_TRUE(core.receive(hello, now));
  }

  void submit(std::uint64_t tag, std::uint32_t timeout_ms = 0) {
    auto request = an_order(static_cast<std::uint8_t>(tag));
    request.set_timeout_ms(timeout_ms);
    core.submit(tag % 3, tag, std::make_shared<const v1::request>(request), now);
  }

  std::string written(std::size_t bytes_max = 1u << 30) {
    std::string out;
    core.write(out, bytes_max, now);
    return out;
  }

  /// The requests that go out now.
  std::vector<seen_request> sent(std::size_t bytes_max = 1u << 30) {
    std::vector<seen_request> found;
    for (const auto& frame : frames_of(written(bytes_max))) {
      EXPECT_EQ(frame.type, cluster::frame_type::requests);
      v1::request_batch batch;
      EXPECT_TRUE(batch.ParseFromString(frame.payload));
      for (int i = 0; i < batch.requests_size(); ++i)
        found.push_back({frame.id + static_cast<std::uint64_t>(i), batch.requests(i)});
    }
    return found;
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    EXPECT_TRUE(core.advance(now));
  }

  void receive(const std::vector<v1::reply>& replies) {
    ASSERT_TRUE(core.receive(replies_bytes(replies), now));
  }

  cluster::client_core::time_point now{std::chrono::hours{1}};
  cluster::client_core core{{.version = "test"}, now};
};

} // namespace orderd::testing

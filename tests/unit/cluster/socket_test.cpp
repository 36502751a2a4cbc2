#include "cluster/socket.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>

namespace orderd::cluster {
namespace {

TEST(Endpoint, ReadsLoopbackAddresses) {
  struct row {
    const char* text;
    const char* address;
    std::uint16_t port;
  };
  const row rows[] = {
      {"127.0.0.1:7411", "127.0.0.1", 7411}, {"127.9.9.9:1", "127.9.9.9", 1}, {"[::1]:65535", "::1", 65535},
      {"localhost:80", "127.0.0.1", 80},     {"127.0.0.1:0", "127.0.0.1", 0},
  };
  for (const auto& row : rows) {
    auto read = parse_loopback_endpoint(row.text);
    ASSERT_TRUE(read) << row.text;
    EXPECT_EQ(read->address, row.address);
    EXPECT_EQ(read->port, row.port);
  }
}

TEST(Endpoint, RefusesWhatIsNotLoopbackOrNoAddress) {
  for (const char* text :
       {"0.0.0.0:7411", "[::]:7411", "10.0.0.1:7411", "example.org:80", "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:7x", ":7411", "", "::1", "[]:1"}) {
    auto read = parse_loopback_endpoint(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, runtime::fault_code::malformed);
  }
}

TEST(Socket, ConnectsToAPortThatListens) {
  socket listening{::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  ASSERT_EQ(::bind(listening.descriptor(), reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::getsockname(listening.descriptor(), reinterpret_cast<sockaddr*>(&at), &size), 0);
  const endpoint to{"127.0.0.1", ntohs(at.sin_port)};

  auto too_early = connect_socket(to, std::chrono::seconds{5});
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().code, runtime::fault_code::unavailable);

  ASSERT_EQ(::listen(listening.descriptor(), 1), 0);
  auto connected = connect_socket(to, std::chrono::seconds{5});
  ASSERT_TRUE(connected);
  EXPECT_GE(connected->descriptor(), 0);
}

} // namespace
} // namespace orderd::cluster

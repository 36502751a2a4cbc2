#include "cluster/wire/socket.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace orderd::cluster {
namespace {

TEST(Endpoint, NamesWhatIsNotLoopback) {
  const auto read = parse_loopback_endpoint("10.0.0.1:7411");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, runtime::fault_code::malformed);
  EXPECT_NE(read.error().message.find("\"10.0.0.1:7411\""), std::string::npos) << read.error().message;
  EXPECT_EQ(parse_loopback_endpoint("[::1]:1")->address, "::1");
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

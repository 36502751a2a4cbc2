#include "cluster/metrics_endpoint.hpp"

#include "runtime/metrics.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace orderd::cluster {
namespace {

std::string get_page(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(::write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string page;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
    page.append(buffer, static_cast<std::size_t>(got));
  ::close(fd);
  return page;
}

TEST(MetricsEndpoint, ServesTheMetricsAsTheyAreNow) {
  auto numbers = std::make_shared<runtime::metrics>("1.2.3");
  auto endpoint = metrics_endpoint::start("127.0.0.1:0", numbers);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  numbers->journal_bytes.Set(4711);
  const auto page = get_page(endpoint->port());
  EXPECT_NE(page.find("200 OK"), std::string::npos) << page;
  EXPECT_NE(page.find("\norderd_journal_bytes 4711\n"), std::string::npos) << page;
}

TEST(MetricsEndpoint, SaysWhichAddressIsInUse) {
  auto numbers = std::make_shared<runtime::metrics>("1");
  auto first = metrics_endpoint::start("127.0.0.1:0", numbers);
  ASSERT_TRUE(first);
  const auto address = "127.0.0.1:" + std::to_string(first->port());
  auto second = metrics_endpoint::start(address, numbers);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, runtime::fault_code::unavailable);
  EXPECT_NE(second.error().message.find(address), std::string::npos) << second.error().message;
}

TEST(MetricsEndpoint, ServesNothingWithoutAnAddress) {
  auto endpoint = metrics_endpoint::start("", std::make_shared<runtime::metrics>("1"));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->port(), 0);
}

} // namespace
} // namespace orderd::cluster

#include "cluster/node/metrics_endpoint.hpp"

#include "cluster/wire/socket.hpp"
#include "runtime/base/metrics.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

socket connected(const std::string& to) {
  auto made = connect_socket(*config::parse_loopback(to), std::chrono::seconds{5});
  EXPECT_TRUE(made) << to;
  const int flags = ::fcntl(made->descriptor(), F_GETFL);
  ::fcntl(made->descriptor(), F_SETFL, flags & ~O_NONBLOCK);
  const timeval limit{10, 0};
  ::setsockopt(made->descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return *std::move(made);
}

void say(const socket& to, const std::string& bytes) {
  EXPECT_EQ(::write(to.descriptor(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

/// Until the other side closes; nothing more than that within ten seconds fails.
std::string read_to_end(const socket& from) {
  std::string page;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::read(from.descriptor(), buffer, sizeof buffer)) > 0)
    page.append(buffer, static_cast<std::size_t>(got));
  EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
  return page;
}

std::string get_page(const std::string& at) {
  const auto scraper = connected(at);
  say(scraper, "GET /metrics HTTP/1.0\r\n\r\n");
  return read_to_end(scraper);
}

std::string get_page(std::uint16_t port) {
  return get_page("127.0.0.1:" + std::to_string(port));
}

TEST(MetricsEndpoint, ServesTheMetricsAsTheyAreNow) {
  auto metrics = std::make_shared<runtime::metrics>("1.2.3");
  auto endpoint = metrics_endpoint::start("127.0.0.1:0", metrics);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  metrics->journal_bytes.Set(4711);
  const auto page = get_page(endpoint->port());
  EXPECT_NE(page.find("200 OK"), std::string::npos) << page;
  EXPECT_NE(page.find("\norderd_journal_bytes 4711\n"), std::string::npos) << page;
}

TEST(MetricsEndpoint, SaysWhichAddressIsInUse) {
  auto metrics = std::make_shared<runtime::metrics>("1");
  auto first = metrics_endpoint::start("127.0.0.1:0", metrics);
  ASSERT_TRUE(first);
  const auto address = "127.0.0.1:" + std::to_string(first->port());
  auto second = metrics_endpoint::start(address, metrics);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, runtime::fault_code::unavailable);
  EXPECT_NE(second.error().message.find(address), std::string::npos) << second.error().message;
}

TEST(MetricsEndpoint, IsThereOnTheLoopbackAddressOfIpv6Too) {
  auto metrics = std::make_shared<runtime::metrics>("1");
  auto endpoint = metrics_endpoint::start("[::1]:0", metrics);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_NE(get_page("[::1]:" + std::to_string(endpoint->port())).find("200 OK"), std::string::npos);
}

TEST(MetricsEndpoint, ServesWholeRequestsBesideACrowdOfHalfOnes) {
  auto metrics = std::make_shared<runtime::metrics>("1");
  auto endpoint = metrics_endpoint::start("127.0.0.1:0", metrics);
  ASSERT_TRUE(endpoint);
  std::vector<socket> crowd;
  for (int i = 0; i < 224; ++i) {
    crowd.push_back(connected("127.0.0.1:" + std::to_string(endpoint->port())));
    say(crowd.back(), "GET /metrics HTTP/1.1\r\n");
  }
  EXPECT_NE(get_page(endpoint->port()).find("200 OK"), std::string::npos);
  EXPECT_EQ(read_to_end(crowd.front()), ""); // it came first, and had to go
}

TEST(MetricsEndpoint, ClosesARequestThatDoesNotEndInTime) {
  auto endpoint = metrics_endpoint::start("127.0.0.1:0", std::make_shared<runtime::metrics>("1"),
                                          {.read_ms_max = std::chrono::milliseconds{10}});
  ASSERT_TRUE(endpoint);
  const auto slow = connected("127.0.0.1:" + std::to_string(endpoint->port()));
  EXPECT_EQ(read_to_end(slow), "");
}

TEST(MetricsEndpoint, ClosesOnAReaderThatDoesNotRead) {
  auto metrics = std::make_shared<runtime::metrics>("1");
  for (int i = 0; i < 100'000; ++i) // more than sockets hold
    metrics->orders_settled.at(std::string(60, 'x') + std::to_string(i));
  auto endpoint =
      metrics_endpoint::start("127.0.0.1:0", metrics, {.write_ms_max = std::chrono::milliseconds{1}});
  ASSERT_TRUE(endpoint);
  const auto slow = connected("127.0.0.1:" + std::to_string(endpoint->port()));
  say(slow, "GET /metrics HTTP/1.1\r\n\r\n");
  pollfd ended{slow.descriptor(), POLLRDHUP, 0};
  EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
  EXPECT_FALSE(read_to_end(slow).ends_with("\n")) << "the whole page was sent";
}

TEST(MetricsEndpoint, ServesNothingWithoutAnAddress) {
  auto endpoint = metrics_endpoint::start("", std::make_shared<runtime::metrics>("1"));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->port(), 0);
}

} // namespace
} // namespace orderd::cluster

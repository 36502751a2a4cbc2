#include "cluster/http/http_server.hpp"

#include "cluster/wire/socket.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace orderd::cluster {
namespace {

using std::chrono::milliseconds;

/// A server that answers with what it was asked.
class running {
public:
  explicit running(const http_limits& limits = {}, http_handler handler = echo)
      : server_(http_server::start("127.0.0.1:0", limits, tasks, metrics, std::move(handler))) {
    EXPECT_TRUE(server_) << server_.error().message;
  }

  static void echo(const http_request& what, const http_reply& then) {
    then({.content_type = "text/plain", .body = what.target + " " + what.body});
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  http_server& server() { return *server_; }
  double refusals(std::string_view reason) { return metrics->refusals.at(reason).Value(); }

  std::shared_ptr<task_box> tasks = std::make_shared<task_box>();
  std::shared_ptr<http_metrics> metrics = std::make_shared<http_metrics>();

private:
  runtime::result<http_server> server_;
};

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
  std::size_t said = 0;
  while (said < bytes.size()) {
    const auto sent = ::send(to.descriptor(), bytes.data() + said, bytes.size() - said, MSG_NOSIGNAL);
    if (sent <= 0)
      return; // closed by the server: the test looks at what it said
    said += static_cast<std::size_t>(sent);
  }
}

/// Until the other side closes; nothing more than that within ten seconds fails.
std::string read_to_end(const socket& from) {
  std::string all;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::read(from.descriptor(), buffer, sizeof buffer)) > 0)
    all.append(buffer, static_cast<std::size_t>(got));
  EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
  return all;
}

/// One response with a Content-Length; what comes behind it stays in `rest`.
std::string read_response(const socket& from, std::string& rest) {
  char buffer[4096];
  while (true) {
    const auto head = rest.find("\r\n\r\n");
    const auto length = rest.find("Content-Length: ");
    if (head != std::string::npos && length != std::string::npos) {
      const auto size = head + 4 + std::stoul(rest.substr(length + 16));
      if (rest.size() >= size) {
        auto response = rest.substr(0, size);
        rest.erase(0, size);
        return response;
      }
    }
    const auto got = ::read(from.descriptor(), buffer, sizeof buffer);
    if (got <= 0) {
      ADD_FAILURE() << "the server ended it after " << rest;
      return rest;
    }
    rest.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string ask(const std::string& at, const std::string& bytes) {
  const auto client = connected(at);
  say(client, bytes);
  return read_to_end(client);
}

constexpr auto get = "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

TEST(HttpServer, AnswersOneRequestAfterAnother) {
  const running on;
  const auto client = connected(on.address());
  std::string rest;
  for (int i = 0; i < 3; ++i) {
    say(client, get);
    EXPECT_TRUE(read_response(client, rest).ends_with("\r\n\r\n/x "));
  }
  say(client, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_TRUE(read_response(client, rest).ends_with("\r\n\r\n/p body"));
}

TEST(HttpServer, KeepsTheOrderOfRequestsSentAhead) {
  const running on;
  const auto client = connected(on.address());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  say(client, all);
  std::string rest;
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(read_response(client, rest).ends_with("\r\n\r\n/" + std::to_string(i) + " ")) << i;
}

TEST(HttpServer, ReadsBodiesInPieces) {
  const running on;
  const auto client = connected(on.address());
  std::string rest;
  say(client, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n");
  say(client, "de\r\n0\r\n\r\n");
  EXPECT_TRUE(read_response(client, rest).ends_with("/ abcde"));
  say(client, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  char told[25];
  ASSERT_EQ(::recv(client.descriptor(), told, sizeof told, MSG_WAITALL), 25);
  EXPECT_EQ((std::string{told, sizeof told}), "HTTP/1.1 100 Continue\r\n\r\n");
  say(client, "ok");
  EXPECT_TRUE(read_response(client, rest).ends_with("/ ok"));
}

TEST(HttpServer, SendsNoBodyForHead) {
  const running on;
  const auto got = ask(on.address(), "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_NE(got.find("Content-Length: 3\r\n"), std::string::npos);
  EXPECT_TRUE(got.ends_with("\r\n\r\n"));
  EXPECT_NE(got.find("Content-Security-Policy: default-src 'self'"), std::string::npos);
}

struct wrong {
  std::string bytes;
  const char* status;
};

TEST(HttpServer, RefusesWhatIsNoRequest) {
  const running on;
  const wrong all[] = {
      {"nonsense\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", "413"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
      {"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
  };
  for (const auto& each : all) {
    const auto got = ask(on.address(), each.bytes);
    EXPECT_TRUE(got.starts_with(std::string{"HTTP/1.1 "} + each.status)) << each.bytes.substr(0, 80) << got;
    EXPECT_NE(got.find("application/problem+json"), std::string::npos);
  }
}

TEST(HttpServer, LetsAClientReadWhyItsBodyIsNotTaken) {
  const running on;
  const auto got = ask(on.address(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"
                                         + std::string(2'000'000, 'x'));
  EXPECT_TRUE(got.starts_with("HTTP/1.1 413")) << got;
}

TEST(HttpServer, ServesWholeRequestsBesideACrowdOfHalfOnes) {
  running on{{.connections_max = 16}};
  std::vector<socket> crowd;
  for (int i = 0; i < 64; ++i) {
    crowd.push_back(connected(on.address()));
    say(crowd.back(), "GET / HTTP/1.1\r\n");
  }
  EXPECT_TRUE(ask(on.address(), "GET /x HTTP/1.0\r\n\r\n").ends_with("/x "));
  EXPECT_GE(on.refusals("evicted"), 48);
}

TEST(HttpServer, EndsARequestThatDoesNotEndInTime) {
  running on{{.header_ms_max = milliseconds{1}}};
  EXPECT_TRUE(ask(on.address(), "GET / HTTP/1.1\r\n").starts_with("HTTP/1.1 408"));
  EXPECT_EQ(on.refusals("timed_out"), 1);
}

TEST(HttpServer, EndsAConnectionThatAsksNothing) {
  const running on{{.idle_ms_max = milliseconds{1}}};
  EXPECT_EQ(ask(on.address(), ""), "");
}

TEST(HttpServer, EndsOnAReaderThatDoesNotRead) {
  running on{{.write_ms_max = milliseconds{1}},
             [](const auto&, const http_reply& then) { then({.body = std::string(32u << 20, 'x')}); }};
  const auto slow = connected(on.address());
  say(slow, get);
  pollfd ended{slow.descriptor(), POLLRDHUP, 0};
  EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
}

TEST(HttpServer, TakesAnswersFromAnyThread) {
  std::promise<http_reply> asked;
  running on{{}, [&asked](const auto&, const http_reply& then) { asked.set_value(then); }};
  const auto client = connected(on.address());
  say(client, get);
  const auto then = asked.get_future().get();
  std::thread{[&then] { then({.body = "late"}); }}.join();
  std::string rest;
  EXPECT_TRUE(read_response(client, rest).ends_with("late"));
}

TEST(HttpServer, AnswersWhatIsUnderWayWhenItStops) {
  std::promise<http_reply> asked;
  running on{{}, [&asked](const auto&, const http_reply& then) { asked.set_value(then); }};
  const auto client = connected(on.address());
  const auto idle = connected(on.address());
  say(client, get);
  const auto then = asked.get_future().get();
  std::thread later{[&] {
    EXPECT_EQ(read_to_end(idle), "");
    then({.body = "last"});
  }};
  on.server().stop();
  later.join();
  EXPECT_TRUE(read_to_end(client).ends_with("last"));
  then({.body = "nobody is there"});
}

TEST(HttpServer, SaysWhichAddressIsInUse) {
  running on;
  auto second = http_server::start(on.address(), {}, on.tasks, on.metrics, running::echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, runtime::fault_code::unavailable);
  EXPECT_NE(second.error().message.find(on.address()), std::string::npos);
  EXPECT_NE(second.error().message.find("--http"), std::string::npos);
}

TEST(HttpServer, IsThereOnTheLoopbackAddressOfIpv6Too) {
  const auto tasks = std::make_shared<task_box>();
  auto server = http_server::start("[::1]:0", {}, tasks, std::make_shared<http_metrics>(), running::echo);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(ask("[::1]:" + std::to_string(server->port()), "GET /6 HTTP/1.0\r\n\r\n").ends_with("/6 "));
}

} // namespace
} // namespace orderd::cluster

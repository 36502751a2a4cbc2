// Who answers where a node's number was announced. Faults: it takes the connection and ends it, or says
// nothing.
#include "cluster/start/presence.hpp"

#include "actors/entities/business.hpp"
#include "actors/public/public.pb.h"
#include "cluster/gateway/session.hpp"
#include "cluster/wire/socket.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <functional>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace orderd::cluster {
namespace {

constexpr std::chrono::milliseconds limit{1'500};

/// Takes one connection, and does that with it.
class listener {
public:
  explicit listener(std::function<void(int)> does) : door_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(0, ::bind(door_.descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at));
    EXPECT_EQ(0, ::listen(door_.descriptor(), 1));
    thread_ = std::thread{[this, does = std::move(does)] {
      const socket taken{::accept(door_.descriptor(), nullptr, nullptr)};
      does(taken.descriptor());
    }};
  }
  ~listener() { thread_.join(); }
  known_node node() const { return {{1, 1}, "127.0.0.1:" + std::to_string(port_of(door_)), "127.0.0.1:1"}; }

private:
  socket door_;
  std::thread thread_;
};

void reads(int from) {
  char bytes[4'096];
  while (::recv(from, bytes, sizeof bytes, 0) > 0)
    continue;
}

class nobody_cares : public session_observer {
public:
  void answered(std::string_view, runtime::reply_outcome, std::chrono::nanoseconds) override {}
};

/// As a node answers get_cluster.
std::function<void(int)> a_node(const v1::reply& answer) {
  return [body = answer.SerializeAsString()](int to) {
    const auto rules = actors::make_business({});
    nobody_cares observer;
    const session_context context{*rules, observer, 1, "test"};
    session talk{1, context};
    talk.open({});
    char bytes[4'096];
    for (;;) {
      const auto out = talk.output();
      ::send(to, out.data(), out.size(), MSG_NOSIGNAL);
      talk.output_sent();
      const auto got = ::recv(to, bytes, sizeof bytes, 0);
      if (got <= 0)
        return;
      asked_requests asked{1};
      talk.receive({bytes, static_cast<std::size_t>(got)}, {}, asked);
      for (const auto& each : asked.for_node)
        talk.reply(each.from.request_id, runtime::reply_outcome::ok, body, {});
    }
  };
}

v1::reply cluster_of(const char* id, std::uint32_t answered_by, bool hears_node_3) {
  v1::reply out;
  auto& status = *out.mutable_cluster_status();
  status.set_cluster_id(id);
  status.set_answered_by(answered_by);
  auto& view = *status.add_nodes();
  view.set_node(3);
  view.set_client_endpoint("127.0.0.1:7");
  view.set_heard(hears_node_3);
  return out;
}

std::optional<std::string> answer_of(std::function<void(int)> does) {
  const listener there{std::move(does)};
  return who_answers(there.node(), 3, "c1", "", limit);
}

std::optional<std::string> heard_by(const v1::reply& answer) {
  const listener there{a_node(answer)};
  return who_hears({{1, there.node()}}, 3, "c1", limit);
}

TEST(Presence, SomebodyWhoTakesAConnectionAndEndsItMayBeTheNode) {
  const auto who = answer_of([](int) {});
  ASSERT_TRUE(who);
  EXPECT_NE(std::string::npos, who->find("somebody listens at 127.0.0.1:")) << *who;
}

TEST(Presence, WhoeverSpeaksOtherwiseIsSomebodyElse) {
  EXPECT_FALSE(answer_of([](int to) {
    constexpr std::string_view page = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    ::send(to, page.data(), page.size(), MSG_NOSIGNAL);
    reads(to);
  }));
}

TEST(Presence, TheNodeItselfAnswersAndOthersAreSomebodyElse) {
  EXPECT_TRUE(answer_of(a_node(cluster_of("c1", 3, true))));
  EXPECT_FALSE(answer_of(a_node(cluster_of("c1", 2, true))));
  EXPECT_FALSE(answer_of(a_node(cluster_of("c2", 3, true))));
}

TEST(Presence, AnotherNodeSaysWhetherItHearsTheNumber) {
  const auto who = heard_by(cluster_of("c1", 1, true));
  ASSERT_TRUE(who);
  EXPECT_EQ("node 1 hears it, announced at 127.0.0.1:7", *who);
  EXPECT_FALSE(heard_by(cluster_of("c1", 1, false)));
  EXPECT_FALSE(heard_by(cluster_of("c2", 1, true)));
  EXPECT_FALSE(who_hears({{1, {{1, 1}, "127.0.0.1:1", ""}}}, 3, "c1", limit)) << "nobody listens there";
}

} // namespace
} // namespace orderd::cluster

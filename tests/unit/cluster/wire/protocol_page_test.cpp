// The bytes that cluster/wire/PROTOCOL.md shows are the bytes that the programs send and take.
#include "actors/entities/business.hpp"
#include "actors/public/replies.hpp"
#include "cluster/gateway/session.hpp"
#include "config/limits.hpp"
#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace orderd::cluster {
namespace {

using namespace std::chrono_literals;

/// The bytes of a line of hex digits; what follows '#' is for people.
std::string bytes_of(const std::string& line) {
  std::istringstream words{line.substr(0, line.find('#'))};
  std::string bytes;
  for (std::string word; words >> word;)
    bytes.push_back(static_cast<char>(std::stoi(word, nullptr, 16)));
  return bytes;
}

/// The blocks of the page that begin with ```hex NAME.
std::map<std::string, std::string> blocks_of_page() {
  std::map<std::string, std::string> blocks;
  std::ifstream page{test::source_dir() + "/cluster/wire/PROTOCOL.md"};
  std::string name;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```hex "))
      name = line.substr(7);
    else if (line.starts_with("```"))
      name.clear();
    else if (!name.empty())
      blocks[name] += bytes_of(line);
  }
  return blocks;
}

class silent_observer : public session_observer {
public:
  void answered(std::string_view, runtime::reply_outcome, std::chrono::nanoseconds) override {}
};

class ProtocolPage : public ::testing::Test {
protected:
  /// What the session says since the last call.
  std::string said() {
    std::string bytes{talk.output()};
    talk.output_sent();
    return bytes;
  }

  std::map<std::string, std::string> page = blocks_of_page();
  std::unique_ptr<const runtime::business> rules = actors::make_business({});
  silent_observer observer;
  session_context context{*rules, observer, 1, "0.1.0"};
  moment now{std::chrono::steady_clock::time_point{1h}, 0};
  asked_requests asked{1};
  session talk{1, context};
};

TEST_F(ProtocolPage, ShowsAnExchangeAsItIs) {
  ASSERT_EQ(page.size(), 5u);
  talk.open(now);
  EXPECT_EQ(said(), page["server-hello"]);
  talk.receive(page["client-hello"] + page["client-requests"], now, asked);
  ASSERT_EQ(asked.by_shard[0].size(), 2u);
  EXPECT_EQ(said(), "");

  v1::reply placed;
  placed.mutable_placement()->set_order_id(
      std::string{"\x01\x89\x0a\x5d\xac\x96\x77\x4b\xbc\xce\xb3\x02\x09\x9a\x80\x57", 16});
  placed.mutable_placement()->set_status(v1::CONFIRMED);
  placed.mutable_placement()->set_authorized_minor(1530);
  placed.mutable_placement()->set_lines_reserved(1);
  v1::reply stock;
  stock.mutable_stock_item()->set_sku("85123A");
  stock.mutable_stock_item()->set_on_hand(100);
  stock.mutable_stock_item()->set_reserved(6);
  stock.mutable_stock_item()->set_available(94);
  talk.reply(asked.by_shard[0][0].from.request_id, runtime::reply_outcome::ok,
             actors::reply_body(placed).bytes, now);
  talk.reply(asked.by_shard[0][1].from.request_id, runtime::reply_outcome::ok,
             actors::reply_body(stock).bytes, now);
  EXPECT_EQ(said(), page["server-replies"]);
}

TEST_F(ProtocolPage, ShowsTheErrorForAnotherProtocol) {
  talk.open(now);
  said();
  talk.receive("GET / HTTP/1.1\r\n", now, asked);
  EXPECT_EQ(said(), page["server-error"]);
}

TEST_F(ProtocolPage, NamesTheLimitsThatHold) {
  std::ifstream file{test::source_dir() + "/cluster/wire/PROTOCOL.md"};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(limits::credit_window_requests, 8'192u);
  EXPECT_NE(text.str().find("`credit_window` (8,192)"), std::string::npos);
  EXPECT_EQ(limits::credit_window_bytes, 16u << 20);
  EXPECT_NE(text.str().find("`credit_window_bytes` (16 MiB)"), std::string::npos);
  EXPECT_EQ(limits::client_frame_bytes_max, 1u << 20);
  EXPECT_NE(text.str().find("`frame_bytes_max` (1 MiB)"), std::string::npos);
  EXPECT_EQ(limits::unintroduced_bytes_max - frame_header_bytes, 4'080u);
  EXPECT_EQ(limits::requests_per_frame_max, 1'024u);
  EXPECT_EQ(limits::unintroduced_ms_max, 2'000u);
  EXPECT_EQ(limits::frame_ms_max, 30'000u);
  EXPECT_EQ(limits::unsent_reply_bytes_max, 8u << 20);
  EXPECT_EQ(limits::request_fields_max, 4'096u);
  EXPECT_EQ(limits::message_nesting_max, 16);
}

} // namespace
} // namespace orderd::cluster

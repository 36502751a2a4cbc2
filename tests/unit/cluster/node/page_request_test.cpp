#include "cluster/node/page_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

TEST(PageRequest, IsJudgedByItsFirstLineOnceItsHeadersAreThere) {
  const struct {
    std::string bytes;
    page_request expected;
  } rows[] = {
      {"", page_request::unfinished},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\n", page_request::unfinished},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", page_request::page},
      {"GET /metrics?name=a HTTP/1.0\r\n\r\n", page_request::page},
      {"HEAD /metrics HTTP/1.1\r\n\r\n", page_request::page_head},
      {"POST /metrics HTTP/1.1\r\n\r\n", page_request::method},
      {"GET /metrics/../../etc/passwd HTTP/1.1\r\n\r\n", page_request::elsewhere},
      {"GET / HTTP/1.1\r\n\r\n", page_request::elsewhere},
      {"GET  HTTP/1.1\r\n\r\n", page_request::elsewhere},
      {"GET /metrics\r\n\r\n", page_request::unreadable},
      {"GET /metrics SIP/2.0\r\n\r\n", page_request::unreadable},
      {"\r\n\r\n", page_request::unreadable},
      {std::string(page_request_bytes_max, 'x'), page_request::unreadable},
  };
  for (const auto& row : rows)
    EXPECT_EQ(judge_page_request(row.bytes), row.expected) << row.bytes.substr(0, 60);
}

TEST(PageRequest, IsAnsweredWithThePageItsHeadOrAReason) {
  const std::string page = "orderd_x 1\n";
  const auto whole = page_response(page_request::page, page);
  EXPECT_TRUE(whole.starts_with("HTTP/1.1 200 OK\r\n")) << whole;
  EXPECT_NE(whole.find("\r\nContent-Length: 11\r\n"), std::string::npos) << whole;
  EXPECT_TRUE(whole.ends_with("\r\n\r\norderd_x 1\n")) << whole;
  const auto head = page_response(page_request::page_head, page);
  EXPECT_NE(head.find("\r\nContent-Length: 11\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
  EXPECT_TRUE(page_response(page_request::elsewhere, page).starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(page_response(page_request::method, page).starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(page_response(page_request::unreadable, page).starts_with("HTTP/1.1 400 "));
}

} // namespace
} // namespace orderd::cluster

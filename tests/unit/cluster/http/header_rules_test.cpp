#include "cluster/http/header_rules.hpp"

#include "runtime/base/bytes.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

TEST(HeaderRules, TakeThisMachineForAHostAndNoOther) {
  for (const auto* own : {"127.0.0.1", "127.0.0.1:9464", "localhost", "LOCALHOST:80", "[::1]", "[::1]:9464",
                          "10.1.2.3:9464", "node.shop.example:9464"})
    EXPECT_TRUE(is_own_host(own, "node.shop.example")) << own;
  for (const auto* other :
       {"", "evil.example", "evil.example:9464", "localhost.evil.example", "127.0.0.1.evil.example",
        "127.0.0.1:", "127.0.0.1:80:80", "[::1", "[evil]", "[::1]x", "1", "0x7f000001", "localhost:port"})
    EXPECT_FALSE(is_own_host(other, "node.shop.example")) << other;
  EXPECT_FALSE(is_own_host("", ""));
}

struct judged {
  http_request what;
  unsigned status; ///< 0: it may go on
};

TEST(HeaderRules, RefuseWhatAPageOfAnotherOriginSends) {
  using enum http_method;
  const judged all[] = {
      {{.host = "127.0.0.1:9464"}, 0},
      {{.host = ""}, 0}, // HTTP/1.0
      {{.host = "evil.example"}, 421},
      {{.host = "127.0.0.1:9464", .origin = "http://evil.example"}, 0}, // it cannot read the answer
      {{.method = post, .host = "127.0.0.1:9464", .content_type = "application/json"}, 0},
      {{.method = post, .host = "127.0.0.1:9464", .content_type = "application/json; charset=UTF-8"}, 0},
      {{.method = post, .host = "127.0.0.1:9464"}, 415},
      {{.method = post, .host = "127.0.0.1:9464", .content_type = "text/plain"}, 415},
      {{.method = put, .host = "127.0.0.1:9464", .content_type = "application/x-www-form-urlencoded"}, 415},
      {{.method = post, .host = "127.0.0.1:9464", .content_type = "application/json; charset=latin1"}, 415},
      {{.method = post,
        .host = "127.0.0.1:9464",
        .origin = "http://127.0.0.1:9464",
        .content_type = "application/json"},
       0},
      {{.method = post,
        .host = "127.0.0.1:9464",
        .origin = "http://127.0.0.1:9999",
        .content_type = "application/json"},
       403},
      {{.method = post, .host = "127.0.0.1:9464", .origin = "null", .content_type = "application/json"}, 403},
      {{.method = put,
        .host = "127.0.0.1:9464",
        .origin = "http://evil.example",
        .content_type = "application/json"},
       403},
  };
  for (const auto& each : all) {
    const auto why = refused_by_headers(each.what, "");
    EXPECT_EQ(why ? why->status : 0, each.status)
        << each.what.host << ' ' << each.what.origin << ' ' << each.what.content_type;
  }
}

TEST(HeaderRules, CompressForThoseWhoAccept) {
  for (const auto* yes : {"gzip", "deflate, gzip;q=0.5", "br,GZIP", "gzip;q=1.0"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const auto* no : {"", "br", "gzip;q=0", "gzip; q=0.00", "xgzip", "identity"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(HeaderRules, ReadATraceAsTheSpecificationSays) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(runtime::to_hex(trace_id_of(good)), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_FALSE(trace_id_of("01" + good.substr(2) + "-more").empty()); // of a later version
  EXPECT_FALSE(trace_id_of("cc" + good.substr(2)).empty());
  for (const auto& bad : {std::string{}, good.substr(1), good + "-more", good + "x", "ff" + good.substr(2),
                          std::string{"01"} + good.substr(2) + "more",
                          std::string{"00-00000000000000000000000000000000-b7ad6b7169203331-01"},
                          std::string{"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"},
                          std::string{"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"},
                          std::string{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01"},
                          std::string{"00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"}})
    EXPECT_TRUE(trace_id_of(bad).empty()) << bad;
}

TEST(HeaderRules, ReadHowLongToWait) {
  EXPECT_EQ(wait_ms_of("wait=5"), 5'000u);
  EXPECT_EQ(wait_ms_of("respond-async, Wait=10"), 10'000u);
  EXPECT_EQ(wait_ms_of("wait=0"), 1u);
  EXPECT_EQ(wait_ms_of("wait=4000000"), 300'000u);
  for (const auto* none : {"", "wait", "wait=", "wait=x", "wait=1s", "return=minimal"})
    EXPECT_FALSE(wait_ms_of(none)) << none;
}

} // namespace
} // namespace orderd::cluster

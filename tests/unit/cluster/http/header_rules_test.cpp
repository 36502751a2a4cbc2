#include "cluster/http/header_rules.hpp"

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

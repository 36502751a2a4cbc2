#include "cluster/http/http_door.hpp"

#include "cluster/http/gzip.hpp"
#include "runtime/base/metrics.hpp"
#include "tests/unit/cluster/http/door_bench.hpp"

#include <zlib.h>

namespace orderd::cluster {
namespace {

std::string gunzipped(const std::string& bytes) {
  std::string out(1u << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, MAX_WBITS + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(HttpDoor, CompressesWhatIsLargeForThoseWhoAccept) {
  door_bench bench;
  const auto plain = bench.get("/v1/openapi.json");
  EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding");
  const auto small = bench.send({.target = "/v1/openapi.json", .accept_encoding = "gzip"});
  EXPECT_EQ(header_of(small, "Content-Encoding"), "gzip");
  EXPECT_LT(small.body.size(), plain.body.size() / 3);
  EXPECT_EQ(gunzipped(small.body), plain.body);
  EXPECT_EQ(header_of(bench.send({.target = "/healthz", .accept_encoding = "gzip"}), "Content-Encoding"), "");
}

TEST(HttpDoor, IsAliveBeforeItIsOpen) {
  door_bench bench;
  bench.door->close();
  EXPECT_EQ(bench.get("/healthz").body, "ok");
  EXPECT_EQ(bench.get("/metrics").status, 200);
  const auto got = bench.get("/v1/stock/A");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(body_of(got)["code"], "starting");
  EXPECT_EQ(body_of(got)["outcome"], "nothing_done");
  EXPECT_TRUE(bench.cluster->asked.empty());
}

TEST(HttpDoor, ShowsEverySourceOfMetrics) {
  door_bench bench;
  auto metrics = std::make_shared<runtime::metrics>("1.2.3");
  metrics->journal_bytes.Set(4711);
  bench.door->add(metrics);
  const auto got = bench.get("/metrics");
  EXPECT_EQ(got.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(got.body.find("orderd_journal_bytes 4711"), std::string::npos);
}

TEST(HttpDoor, RefusesWhatIsMoreThanMayBeUnderWay) {
  door_bench bench{3};
  bench.cluster->silent = true;
  EXPECT_EQ(bench.get("/v1/stock").status, 0u) << "waits for two answers";
  const auto got = bench.get("/v1/stock");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.refusal, "overloaded");
  EXPECT_EQ(header_of(got, "Retry-After"), "1");
  v1::reply page;
  page.mutable_stock_page();
  for (const auto& then : std::exchange(bench.cluster->waiting, {}))
    then(std::make_shared<const v1::reply>(page));
  EXPECT_EQ(bench.get("/v1/stock").status, 0u) << "there is room again";
  for (const auto& then : std::exchange(bench.cluster->waiting, {}))
    then(std::make_shared<const v1::reply>(page));
}

TEST(HttpDoor, ServesTheFilesOfThePage) {
  auto door = std::make_shared<http_door>(
      http_door_options{.now_ms = [] { return 0; },
                        .random = [] { return 0; },
                        .light = [](const auto& task) { task(); },
                        .heavy = [](const auto& task) { task(); },
                        .find_file = [](std::string_view path) -> std::optional<served_file> {
                          if (path != "/" && path != "/page/a.js")
                            return std::nullopt;
                          return served_file{"text/html; charset=utf-8", "<p>", "\"e1\""};
                        }});
  http_response got;
  const auto ask = [&](http_request what) {
    door->answer(std::move(what), [&](http_response answer) { got = std::move(answer); });
    return got.status;
  };
  EXPECT_EQ(ask({.target = "/?order=%"}), 200u) << "what follows is the page's own";
  EXPECT_EQ(ask({.target = "/"}), 200u);
  EXPECT_EQ(got.body, "<p>");
  EXPECT_EQ(header_of(got, "ETag"), "\"e1\"");
  EXPECT_EQ(ask({.target = "/page/a.js", .if_none_match = "W/\"x\", \"e1\""}), 304u);
  EXPECT_EQ(ask({.target = "/page/b.js"}), 404u);
}

TEST(HttpDoor, RefusesForeignHostsAndForms) {
  door_bench bench;
  EXPECT_EQ(bench.send({.target = "/metrics", .host = "evil.example"}).status, 421);
  const auto form = bench.send({.method = http_method::post,
                                .target = "/v1/orders/01890a5d-ac96-774b-bcce-b302099a8057/cancel",
                                .host = "127.0.0.1",
                                .content_type = "text/plain"});
  EXPECT_EQ(form.status, 415);
  EXPECT_EQ(form.refusal, "unsupported_media_type");
  EXPECT_EQ(bench.send({.method = http_method::other, .target = "/metrics"}).status, 405);
  EXPECT_EQ(bench.get("/nothing").status, 404);
}

TEST(HttpDoor, SaysWhatIsMissingBeforeItIsReady) {
  door_bench bench;
  bench.cluster->answer = [](const question& asked) {
    EXPECT_EQ(asked.endpoint, "127.0.0.1:7411") << "of itself";
    v1::reply out;
    if (asked.what->has_get_status()) {
      out.mutable_node_status()->set_admitting(true);
    } else {
      auto& cluster = *out.mutable_cluster_status();
      cluster.set_answered_by(1);
      auto& shard = *cluster.add_shards();
      shard.set_primary(1);
      shard.set_primary_endpoint("127.0.0.1:7411");
      shard.set_state("serving");
    }
    return out;
  };
  EXPECT_EQ(bench.get("/readyz").status, 200);
  bench.cluster->answer = [](const question& asked) {
    if (asked.what->has_get_status())
      return fault_reply(v1::fault::TIMEOUT);
    v1::reply out;
    auto& shard = *out.mutable_cluster_status()->add_shards();
    shard.set_shard(3);
    shard.set_refusing_because("2 of 3 copies are missing");
    return out;
  };
  const auto got = bench.get("/readyz");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(body_of(got)["missing"][1], "shard 3: 2 of 3 copies are missing");
}

} // namespace
} // namespace orderd::cluster

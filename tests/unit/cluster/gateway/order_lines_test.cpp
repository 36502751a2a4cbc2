#include "cluster/gateway/order_lines.hpp"

#include "actors/rules/order_id.hpp"
#include "runtime/base/log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

namespace log = runtime::log;

class OrderLines : public testing::Test {
protected:
  void SetUp() override { testing::internal::CaptureStderr(); }
  void TearDown() override {
    log::set_level(log::level::info);
    testing::internal::GetCapturedStderr();
  }

  v1::request placing(const std::string& trace_id) const {
    v1::request what;
    what.mutable_place_order()->set_order_id(id);
    what.mutable_place_order()->set_trace_id(trace_id);
    return what;
  }
  /// The line of this order with that event, without its time.
  std::string line_of(const std::string& event) const {
    const auto found = log::kept().newest("event=" + event + " order=" + actors::order_id_text(id), 1, 1'000);
    return found.lines.empty() ? "" : std::string{log::without_time(found.lines[0])};
  }

  const std::string id = actors::make_order_id("c", 1'259'653'500'000, 41);
  const std::string id_text = actors::order_id_text(id);
};

TEST_F(OrderLines, NameOrderAndTraceOfAPlacement) {
  log::set_level(log::level::debug);
  log_placed(placing(std::string(16, '\x0a')), 7);
  EXPECT_EQ(line_of("order_placed"), "level=debug component=gateway event=order_placed order=" + id_text
                                         + " trace=0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a connection=7");
  log_placed(placing({}), 8);
  EXPECT_EQ(line_of("order_placed"),
            "level=debug component=gateway event=order_placed order=" + id_text + " connection=8");
}

TEST_F(OrderLines, TellTheOutcomeThatWasAnswered) {
  log::set_level(log::level::debug);
  v1::reply reply;
  reply.mutable_placement()->set_order_id(id);
  reply.mutable_placement()->set_status(v1::REJECTED);
  reply.mutable_placement()->set_reason(v1::UNKNOWN_SKU);
  const std::chrono::steady_clock::time_point at{std::chrono::seconds{5}};
  log_settled({1, 100, "place_order", at}, reply.SerializeAsString(), 7, at + std::chrono::microseconds{320});
  EXPECT_EQ(line_of("order_settled"), "level=debug component=gateway event=order_settled order=" + id_text
                                          + " status=REJECTED reason=UNKNOWN_SKU took_us=320 connection=7");
}

TEST_F(OrderLines, AreNotOfOtherRequestsNorOfRefusalsNorAboveDebug) {
  const auto lines = [] { return log::lines_said(log::level::debug); };
  const auto before = lines();
  log_placed(placing({}), 1);
  log::set_level(log::level::debug);
  v1::request get;
  get.mutable_get_order()->set_order_id(id);
  log_placed(get, 1);
  v1::reply refused;
  refused.mutable_fault()->set_code(v1::fault::OVERLOADED);
  log_settled({1, 100, "place_order", {}}, refused.SerializeAsString(), 1, {});
  log_settled({1, 100, "get_order", {}}, "", 1, {});
  log_settled({1, 100, "place_order", {}}, "no reply", 1, {});
  EXPECT_EQ(lines(), before);
}

} // namespace
} // namespace orderd::cluster

#include "cluster/orderctl/trace_timeline.hpp"

#include "actors/rules/order_id.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using source = trace_entry::source;

constexpr std::int64_t t0 = 1'259'653'500'000; // 2009-12-01T07:45:00.000Z

v1::order confirmed() {
  v1::order order;
  order.set_order_id(actors::make_order_id("c", t0, 7));
  order.set_placed_at_ms(t0);
  order.set_updated_at_ms(t0 + 300);
  for (const auto status : {v1::PLACED, v1::RESERVING, v1::REJECTED})
    order.add_history(status);
  order.set_reason(v1::UNKNOWN_SKU);
  return order;
}

std::vector<std::string> texts(const trace_timeline& line) {
  std::vector<std::string> all;
  for (const auto& each : line.entries())
    all.push_back(std::to_string(each.at_ms - t0) + " " + each.text);
  return all;
}

TEST(TraceTimeline, HasTheStatusesOfAnOrderWhenTheyBegan) {
  auto order = confirmed();
  for (const auto at : {0, 100, 300})
    order.add_history_at_ms(t0 + at);
  auto& action = *order.add_actions();
  action.set_at_ms(t0 + 200);
  action.set_what("cancel");
  action.set_by("anna");
  action.set_why("a typo");
  trace_timeline line;
  line.add(order);
  EXPECT_EQ(texts(line), (std::vector<std::string>{"0 placed", "100 reserving", "200 cancel by anna: a typo",
                                                   "300 rejected (unknown_sku)"}));
  EXPECT_EQ(line.entries()[2].from, source::person);
}

TEST(TraceTimeline, KnowsFirstAndLastStatusOfAnOlderOrder) {
  trace_timeline line;
  line.add(confirmed());
  EXPECT_EQ(texts(line), (std::vector<std::string>{"0 placed", "300 rejected (unknown_sku)"}));
}

TEST(TraceTimeline, PutsLinesOfSeveralNodesBetweenOnceEach) {
  auto order = confirmed();
  v1::log_page one;
  one.add_lines("time=2009-12-01T07:45:00.050Z level=info component=gateway event=x order=1");
  one.add_lines("no line at all");
  v1::log_page other;
  other.add_lines(R"({"time":"2009-12-01T07:45:00.020Z","level":"info","component":"a","event":"y"})");
  trace_timeline line;
  line.add(1, one);
  line.add(order);
  line.add(2, other);
  line.add(2, other);
  line.add(3, other);
  const auto entries = line.entries();
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].at_ms, 0) << "without a time it comes first";
  EXPECT_EQ(entries[1].text, "placed");
  EXPECT_EQ(entries[2].node, 2u);
  EXPECT_EQ(entries[2].text, other.lines(0)) << "JSON stays whole";
  EXPECT_EQ(entries[3].node, 3u);
  EXPECT_EQ(entries[4].text, "level=info component=gateway event=x order=1");
  EXPECT_EQ(entries[5].from, source::order);
}

TEST(TraceTimeline, FindsTheOrdersThatItsLinesName) {
  const auto id = actors::order_id_text(actors::make_order_id("c", t0, 7));
  v1::log_page page;
  page.add_lines("time=2009-12-01T07:45:00.050Z level=debug component=gateway event=order_placed order="
                 + id);
  page.add_lines(
      "time=2009-12-01T07:45:00.050Z level=debug component=gateway event=order_placed order=nonsense");
  trace_timeline line;
  line.add(1, page);
  EXPECT_EQ(line.orders_named(), (std::set<std::string>{id}));
}

} // namespace
} // namespace orderd::cluster

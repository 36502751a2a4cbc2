// Whom `orderctl trace` asks for what, and what it makes of nodes that do not answer.
#include "actors/rules/order_id.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_trace_id.hpp"
#include "runtime/base/bytes.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

constexpr std::int64_t t0 = 1'259'653'500'000;

class CtlTrace : public testing::Test, protected ctl_fixture {
protected:
  CtlTrace() {
    node.answer = [this](const v1::request& what) { return answer_of(1, what); };
    others["n2:1"].answer = [this](const v1::request& what) {
      return second_is_gone ? failed_with(v1::fault::UNAVAILABLE, "gone\x1b[2J") : answer_of(2, what);
    };
  }

  v1::reply answer_of(std::uint32_t number, const v1::request& what) const {
    v1::reply reply;
    if (what.has_get_cluster()) {
      for (const std::uint32_t each : {1u, 2u}) {
        auto& view = *reply.mutable_cluster_status()->add_nodes();
        view.set_node(each);
        view.set_client_endpoint("n" + std::to_string(each) + ":1");
      }
    } else if (what.has_get_order()) {
      if (!order_is_there)
        return rejected_with(v1::rejection::NOT_FOUND, "there is no such order");
      auto& order = *reply.mutable_order();
      order.set_order_id(what.get_order().order_id());
      order.set_status(v1::PLACED);
      order.add_history(v1::PLACED);
      order.set_placed_at_ms(t0);
      order.set_trace_id(trace);
    } else if (what.has_get_log()) {
      auto& page = *reply.mutable_log_page();
      page.set_node(number);
      page.set_forgotten(number == 1 ? 9 : 0);
      const auto line = "time=2009-12-01T07:45:00.10" + std::to_string(number)
                        + "Z level=debug component=gateway event=order_placed order=" + id_text
                        + " trace=" + trace_text;
      if (lines_are_there && line.find(what.get_log().containing()) != std::string::npos)
        page.add_lines(line);
    }
    return reply;
  }

  const std::string id = actors::make_order_id("c", t0, 7);
  const std::string id_text = actors::order_id_text(id);
  const std::string trace = std::string(16, '\x0b');
  const std::string trace_text = runtime::to_hex(trace);
  bool second_is_gone = false;
  bool order_is_there = true;
  bool lines_are_there = true;
};

TEST_F(CtlTrace, MergesTheOrderAndTheLinesOfAllNodesByTime) {
  EXPECT_EQ(run(trace_options{.order_id = id}, context), exit_ok) << err.str();
  EXPECT_EQ(out.str(), "order " + id_text + ", placed\n" + "trace " + trace_text + "\n"
                           + "2009-12-01T07:45:00.000Z  order   placed\n"
                             "2009-12-01T07:45:00.101Z  node 1  level=debug component=gateway "
                             "event=order_placed order="
                           + id_text + " trace=" + trace_text
                           + "\n2009-12-01T07:45:00.102Z  node 2  level=debug component=gateway "
                             "event=order_placed order="
                           + id_text + " trace=" + trace_text
                           + "\nnode 1 has forgotten its 9 oldest lines\n");
}

TEST_F(CtlTrace, FindsTheOrderOfATrace) {
  context.json = true;
  EXPECT_EQ(run(trace_options{.trace_id = trace}, context), exit_ok) << err.str();
  const auto shown = printed();
  EXPECT_EQ(shown["trace_id"], trace_text);
  ASSERT_EQ(shown["orders"].size(), 1u);
  EXPECT_EQ(shown["orders"][0]["order_id"], id_text);
  ASSERT_EQ(shown["entries"].size(), 3u) << "a line that is found twice is shown once";
  EXPECT_EQ(shown["entries"][0]["from"], "order");
  EXPECT_TRUE(shown["entries"][0]["node"].is_null());
  EXPECT_EQ(shown["entries"][1]["node"], 1);
  EXPECT_EQ(shown["entries"][1]["at"], "2009-12-01T07:45:00.101Z");
  EXPECT_EQ(shown["nodes"][0]["forgotten"], 9);
}

TEST_F(CtlTrace, NamesANodeThatDidNotAnswerAndShowsTheRest) {
  second_is_gone = true;
  EXPECT_EQ(run(trace_options{.order_id = id}, context), exit_fault);
  EXPECT_NE(err.str().find("node 2 at n2:1 did not answer, and its lines are missing: gone"),
            std::string::npos)
      << err.str();
  EXPECT_EQ(err.str().find('\x1b'), std::string::npos);
  EXPECT_NE(out.str().find("node 1  level=debug"), std::string::npos) << out.str();
  EXPECT_EQ(others["n2:1"].seen.size(), 1u) << "each further question would wait for it again";
}

TEST_F(CtlTrace, ShowsTheLinesOfAnOrderThatIsNotThere) {
  order_is_there = false;
  EXPECT_EQ(run(trace_options{.order_id = id}, context), exit_ok);
  EXPECT_NE(err.str().find("there is no such order"), std::string::npos);
  EXPECT_NE(out.str().find("node 1"), std::string::npos);
}

TEST_F(CtlTrace, SaysWhenNothingIsKnown) {
  order_is_there = false;
  lines_are_there = false;
  EXPECT_EQ(run(trace_options{.order_id = id}, context), exit_refused);
  EXPECT_NE(out.str().find("no node keeps a log line of it"), std::string::npos) << out.str();
}

TEST(CtlTraceId, IsAnOrdersOrATraces) {
  const auto order = read_trace_target("01890a5d-ac96-774b-bcce-b302099a8057");
  ASSERT_TRUE(order);
  EXPECT_EQ(actors::order_id_text(order->order_id), "01890a5d-ac96-774b-bcce-b302099a8057");
  const auto trace = read_trace_target("4BF92F3577b34da6a3ce929d0e0e4736");
  ASSERT_TRUE(trace);
  EXPECT_EQ(runtime::to_hex(trace->trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
  for (const auto* text : {"", "x", "00000000000000000000000000000000", "4bf92f3577b34da6a3ce929d0e0e473",
                           "4bf92f3577b34da6a3ce929d0e0e473g", "01890a5d-ac96-774b-bcce-b302099a805"})
    EXPECT_FALSE(read_trace_target(text)) << text;
}

} // namespace
} // namespace orderd::cluster

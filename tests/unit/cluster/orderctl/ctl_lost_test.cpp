// What an operator sees of lost rows, and gives up: never without being asked, never by a name that is not
// there.
#include "cluster/orderctl/ctl_commands.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

class CtlLost : public testing::Test, protected ctl_fixture {
protected:
  CtlLost() {
    context.endpoints = {"n1:1", "n2:1"};
    lose(node, {"0-aa", "0-bb", "1-cc"});
    lose(others["n2:1"], {});
  }

  /// A node that lost these, and shows two a page.
  static void lose(fake_node& which, std::vector<std::string> names) {
    which.answer = [names = std::move(names)](const v1::request& what) {
      v1::reply reply;
      if (what.has_accept_lost()) {
        reply.mutable_lost_accepted()->set_ranges(
            static_cast<std::uint64_t>(what.accept_lost().names_size()));
        return reply;
      }
      auto& page = *reply.mutable_lost_page();
      std::size_t at = 0;
      while (at < names.size() && !what.list_lost().after().empty()
             && names[at++] != what.list_lost().after())
        continue;
      for (; at < names.size() && page.ranges_size() < 2; ++at) {
        auto& range = *page.add_ranges();
        range.set_name(names[at]);
        range.set_table("state");
        range.set_kind("item");
        range.set_first("tea");
        range.set_last("wine");
      }
      page.set_more(at < names.size());
      return reply;
    };
  }
};

TEST_F(CtlLost, AreListedPageByPageOfEachNode) {
  EXPECT_EQ(run(lost_list_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("node at n1:1:\n0-aa: item state from tea to wine\n"), std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("1-cc"), std::string::npos) << out.str();
  out.str({});
  context.json = true;
  EXPECT_EQ(run(lost_list_options{}, context), exit_ok);
  EXPECT_EQ(printed().size(), 3u);
  EXPECT_EQ(printed()[2]["name"], "1-cc");
  EXPECT_EQ(printed()[2]["endpoint"], "n1:1");
  EXPECT_EQ(printed()[2]["before"], nullptr);
}

TEST_F(CtlLost, AreGivenUpOnlyByWhoSaysYes) {
  EXPECT_EQ(run(lost_accept_options{{}, true}, context), exit_refused);
  EXPECT_NE(err.str().find("nothing was changed"), std::string::npos) << err.str();
  std::string asked;
  context.confirm = [&asked](const std::string& question) {
    asked = question;
    return true;
  };
  EXPECT_EQ(run(lost_accept_options{{"0-bb"}}, context), exit_ok);
  EXPECT_EQ(asked, "Do it?");
  EXPECT_EQ(out.str().find("given up: 3"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("given up: 1"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("carried out a second time"), std::string::npos) << out.str();
  const auto& sent = node.seen.back().accept_lost();
  EXPECT_EQ(sent.names_size(), 1);
  EXPECT_EQ(sent.names(0), "0-bb");
  EXPECT_FALSE(others["n2:1"].seen.back().has_accept_lost()) << "it lost nothing";
}

TEST_F(CtlLost, AreNotGivenUpByANameThatIsNotThere) {
  EXPECT_EQ(run(lost_accept_options{{"0-aa", "0-zz"}, false, true}, context), exit_refused);
  EXPECT_NE(err.str().find("no lost rows have the name 0-zz"), std::string::npos) << err.str();
  EXPECT_FALSE(node.seen.back().has_accept_lost());
}

TEST_F(CtlLost, OfANodeThatDoesNotSayAreAFault) {
  others["n2:1"].answer = [](const v1::request&) { return failed_with(v1::fault::UNAVAILABLE, "gone"); };
  EXPECT_EQ(run(lost_list_options{}, context), exit_fault);
  EXPECT_EQ(run(lost_accept_options{{}, true, true}, context), exit_fault);
}

} // namespace
} // namespace orderd::cluster

// What `orderctl debug bundle` asks, what it puts together, and that it takes no file's place by itself.
#include "cluster/orderctl/bundle.hpp"
#include "cluster/orderctl/ctl_commands.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/cluster/orderctl/fake_node.hpp"
#include "tests/unit/cluster/orderctl/read_tar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace orderd::cluster {
namespace {

runtime::result<std::string> no_page(const std::string&) {
  return runtime::fault{runtime::fault_code::unavailable, "refused"};
}

class CtlBundle : public testing::Test, protected ctl_fixture {
protected:
  CtlBundle() {
    node.answer = answer_of;
    others["n2:1"].answer = [this](const v1::request& what) {
      return second_is_gone ? failed_with(v1::fault::UNAVAILABLE, "gone") : answer_of(what);
    };
  }

  static v1::reply answer_of(const v1::request& what) {
    v1::reply reply;
    if (what.has_get_cluster())
      for (const std::uint32_t each : {1u, 2u}) {
        auto& view = *reply.mutable_cluster_status()->add_nodes();
        view.set_node(each);
        view.set_client_endpoint("n" + std::to_string(each) + ":1");
      }
    else if (what.has_get_status())
      reply.mutable_node_status()->set_version("0.1.0");
    else if (what.has_get_history())
      reply.mutable_node_history()->add_samples()->set_confirmed(7);
    else if (what.has_get_log())
      reply.mutable_log_page()->add_lines("time=x event=y");
    else if (what.has_scrub())
      reply.mutable_scrub_status()->set_pages(3);
    else if (what.has_list_lost())
      reply.mutable_lost_page();
    else if (what.has_get_configuration())
      reply.mutable_node_configuration()->set_cluster_id("c");
    else if (what.has_list_quarantine())
      reply.mutable_quarantine_page()->add_entries()->set_key("stuck");
    return reply;
  }

  static const std::string& content(const bundle& of, const std::string& name) {
    static const std::string none;
    const auto found =
        std::find_if(of.files.begin(), of.files.end(), [&](const auto& each) { return each.name == name; });
    return found == of.files.end() ? none : found->content;
  }

  std::string file_bytes(const std::string& name) const {
    std::ifstream in{folder / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const test::temporary_folder folder;
  bool second_is_gone = false;
};

TEST_F(CtlBundle, HoldsWhatEveryNodeSaysOfItself) {
  const auto made = gather_bundle({}, no_page, context);
  EXPECT_TRUE(made.missing.empty()) << made.missing[0];
  EXPECT_EQ(made.files[0].name, "README.txt");
  for (const std::string node : {"1", "2"}) {
    EXPECT_EQ(json::parse(content(made, "nodes/" + node + "/status.json"))["version"], "0.1.0");
    EXPECT_EQ(json::parse(content(made, "nodes/" + node + "/history.json"))["samples"][0]["confirmed"], 7);
    EXPECT_EQ(content(made, "nodes/" + node + "/log.txt"), "time=x event=y\n");
    EXPECT_EQ(json::parse(content(made, "nodes/" + node + "/scrub.json"))["pages"], 3);
    EXPECT_EQ(json::parse(content(made, "nodes/" + node + "/lost.json")), json::array());
    EXPECT_EQ(json::parse(content(made, "nodes/" + node + "/configuration.json"))["cluster_id"], "c");
  }
  EXPECT_EQ(json::parse(content(made, "versions.json"))["nodes"]["2"], "0.1.0");
  EXPECT_EQ(json::parse(content(made, "quarantine.json"))[0]["key"], "stuck");
  EXPECT_EQ(json::parse(content(made, "cluster.json"))["nodes"].size(), 2u);
}

TEST_F(CtlBundle, NamesWhatIsMissingAndGoesOn) {
  second_is_gone = true;
  const auto made = gather_bundle({"http://x/metrics"}, no_page, context);
  EXPECT_EQ(made.missing.size(), 2u);
  EXPECT_EQ(content(made, "nodes/2/status.json"), "");
  EXPECT_NE(content(made, "nodes/1/status.json"), "");
  const auto& readme = content(made, "README.txt");
  EXPECT_NE(readme.find("- all of node 2 at n2:1: gone (unavailable)\n"), std::string::npos) << readme;
  EXPECT_NE(readme.find("- page http://x/metrics: refused\n"), std::string::npos) << readme;
  EXPECT_TRUE(json::parse(content(made, "versions.json"))["nodes"]["2"].is_null());
}

TEST_F(CtlBundle, NamesWhatANodeDoesNotTell) {
  others["n2:1"].answer = [](const v1::request& what) {
    return what.has_get_history() ? failed_with(v1::fault::MALFORMED, "the request has no body")
                                  : answer_of(what);
  };
  const auto made = gather_bundle({}, no_page, context);
  ASSERT_EQ(made.missing.size(), 1u);
  EXPECT_EQ(made.missing[0], "history.json of node 2 at n2:1: the request has no body (malformed)");
  EXPECT_NE(content(made, "nodes/2/log.txt"), "");
}

TEST_F(CtlBundle, AsksTheEndpointsWhenNobodyKnowsTheCluster) {
  node.answer = [](const v1::request& what) {
    return what.has_get_cluster() ? failed_with(v1::fault::TIMEOUT, "a shard does not answer")
                                  : answer_of(what);
  };
  const auto made = gather_bundle({}, no_page, context);
  EXPECT_NE(content(made, "nodes/unknown-0/status.json"), "");
  EXPECT_EQ(made.missing.size(), 1u);
}

TEST_F(CtlBundle, HoldsThePagesThatWereNamed) {
  const auto made = gather_bundle(
      {"http://a/metrics"}, [](const std::string&) { return runtime::result<std::string>{"orderd_x 1\n"}; },
      context);
  EXPECT_EQ(content(made, "pages/1.txt"), "http://a/metrics\norderd_x 1\n");
}

TEST_F(CtlBundle, IsWrittenAsOneFileForItsUserAlone) {
  EXPECT_EQ(run(bundle_options{.file = folder / "b.tar.gz"}, context), exit_ok) << err.str();
  const auto files = test::read_tar(file_bytes("b.tar.gz"));
  EXPECT_EQ(files.size(), 16u);
  EXPECT_EQ(files.count("orderd-bundle-20091201T074500Z/nodes/2/log.txt"), 1u);
  EXPECT_EQ(std::filesystem::status(folder / "b.tar.gz").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_NE(out.str().find("b.tar.gz: 16 files"), std::string::npos) << out.str();
}

TEST_F(CtlBundle, TakesNoFilesPlaceWithoutAWord) {
  std::ofstream{folder / "b.tar.gz"} << "mine";
  const bundle_options options{.file = folder / "b.tar.gz"};
  EXPECT_EQ(run(options, context), exit_usage);
  EXPECT_NE(err.str().find("is there already"), std::string::npos);
  context.confirm = [](const std::string&) { return false; };
  EXPECT_EQ(run(options, context), exit_usage);
  EXPECT_EQ(file_bytes("b.tar.gz"), "mine");
  EXPECT_TRUE(node.seen.empty()) << "nobody was asked for nothing";
  context.confirm = [](const std::string&) { return true; };
  EXPECT_EQ(run(options, context), exit_ok) << err.str();
  EXPECT_NE(file_bytes("b.tar.gz"), "mine");
  EXPECT_EQ(run(bundle_options{.file = folder / "b.tar.gz", .yes = true}, context), exit_ok);
}

TEST_F(CtlBundle, SaysWhereItCannotWrite) {
  EXPECT_EQ(run(bundle_options{.file = folder / "no/such/folder.tar.gz"}, context), exit_usage);
  EXPECT_NE(err.str().find("cannot write"), std::string::npos);
  EXPECT_NE(err.str().find("No such file or directory"), std::string::npos) << err.str();
}

} // namespace
} // namespace orderd::cluster

// What an operator sees of a cluster: whom audit and status ask, and how views of several nodes become one.
#include "cluster/orderctl/ctl_commands.hpp"

#include "tests/unit/cluster/orderctl/fake_node.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

class CtlWatch : public testing::Test, protected ctl_fixture {
protected:
  /// Two nodes, n1:1 and n2:1, with two shards each led by one of them; `in_sync` of each shard.
  static v1::reply cluster(std::uint32_t answered_by,
                           const std::vector<std::vector<std::uint32_t>>& in_sync) {
    v1::reply reply;
    auto& all = *reply.mutable_cluster_status();
    all.set_cluster_id("c");
    all.set_replication(2);
    all.set_answered_by(answered_by);
    for (const std::uint32_t number : {1u, 2u}) {
      auto& node = *all.add_nodes();
      node.set_node(number);
      node.set_client_endpoint("n" + std::to_string(number) + ":1");
      node.set_heard(number == answered_by);
    }
    for (std::uint32_t number = 0; number < in_sync.size(); ++number) {
      auto& shard = *all.add_shards();
      shard.set_shard(number);
      shard.set_term(1);
      shard.set_primary(number + 1);
      for (const auto node : in_sync[number])
        shard.add_in_sync(node);
      shard.set_state("following");
    }
    return reply;
  }

  /// A node that answers `get_cluster` with this, and everything else with `other`.
  static void answer_with(fake_node& which, const v1::reply& map, const v1::reply& other) {
    which.answer = [map, other](const v1::request& what) { return what.has_get_cluster() ? map : other; };
  }

  static v1::reply clean_report() {
    v1::reply reply;
    reply.mutable_audit_report()->set_orders(3);
    return reply;
  }
};

TEST_F(CtlWatch, AuditAsksANodeThatIsInSyncOfEveryShard) {
  answer_with(node, cluster(1, {{1, 2}, {2}}), failed_with(v1::fault::INTERNAL, "not the one"));
  answer_with(others["n2:1"], {}, clean_report());
  EXPECT_EQ(run(audit_options{}, context), exit_ok) << err.str();
  EXPECT_NE(out.str().find("no violation"), std::string::npos) << out.str();
}

TEST_F(CtlWatch, AuditGoesOnToTheNextNodeWhenOneDoesNotAnswer) {
  answer_with(node, cluster(1, {{1, 2}, {1, 2}}), failed_with(v1::fault::UNAVAILABLE, "gone"));
  answer_with(others["n2:1"], {}, clean_report());
  EXPECT_EQ(run(audit_options{}, context), exit_ok) << err.str();
}

TEST_F(CtlWatch, AuditSaysWhoHasWhichShardsWhenNobodyHasThemAll) {
  answer_with(node, cluster(1, {{1}, {2}}), clean_report());
  EXPECT_EQ(run(audit_options{}, context), exit_fault);
  EXPECT_NE(err.str().find("node 1 at n1:1 has 0; node 2 at n2:1 has 1"), std::string::npos) << err.str();
}

TEST_F(CtlWatch, AuditOfANodeByItselfNeedsNoMap) {
  answer_with(node, failed_with(v1::fault::MALFORMED, "the request has no body"), clean_report());
  EXPECT_EQ(run(audit_options{}, context), exit_ok);
}

TEST_F(CtlWatch, ShowEachNodeThatWasNamed) {
  v1::reply status;
  status.mutable_node_status()->set_version("1");
  answer_with(node, {}, status);
  status.mutable_node_status()->set_version("2");
  answer_with(others["n2:1"], {}, status);
  context.endpoints = {"n1:1", "n2:1"};
  EXPECT_EQ(run(status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("node at n1:1\norderd 1,"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("node at n2:1\norderd 2,"), std::string::npos) << out.str();
}

TEST_F(CtlWatch, AScrubThatFoundSomethingIsNotOk) {
  v1::reply sound;
  sound.mutable_scrub_status()->set_begun_at_ms(1'000);
  sound.mutable_scrub_status()->set_ended_at_ms(2'000);
  answer_with(node, {}, sound);
  EXPECT_EQ(run(scrub_options{}, context), exit_ok);
  EXPECT_EQ(out.str().find("FOUND"), std::string::npos) << out.str();
  auto bad = sound;
  bad.mutable_scrub_status()->set_bad(1);
  bad.mutable_scrub_status()->set_finding("page 7");
  answer_with(others["n2:1"], {}, bad);
  context.endpoints = {"n1:1", "n2:1"};
  EXPECT_EQ(run(scrub_options{}, context), exit_refused);
  EXPECT_NE(out.str().find("node at n2:1: a round began at"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("FOUND: page 7"), std::string::npos) << out.str();
}

TEST_F(CtlWatch, AScrubSaysWhatItLooksAt) {
  v1::reply looking;
  looking.mutable_scrub_status()->set_running(true);
  looking.mutable_scrub_status()->set_begun_at_ms(1'000);
  looking.mutable_scrub_status()->set_looking_at("the journal");
  answer_with(node, {}, looking);
  EXPECT_EQ(run(scrub_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("is under way: 0.0 %, 0 pages, now the journal, 0 bad"), std::string::npos)
      << out.str();
}

TEST_F(CtlWatch, ShowTheOtherNodesWhenOneDoesNotAnswer) {
  v1::reply status;
  status.mutable_node_status()->set_version("1");
  answer_with(node, {}, failed_with(v1::fault::UNAVAILABLE, "gone"));
  answer_with(others["n2:1"], {}, status);
  context.endpoints = {"n1:1", "n2:1"};
  context.json = true;
  EXPECT_EQ(run(status_options{}, context), exit_fault);
  EXPECT_NE(out.str().find("\"endpoint\":\"n2:1\",\"version\":\"1\""), std::string::npos) << out.str();
}

TEST_F(CtlWatch, ShowOfEachShardWhatItsPrimarySays) {
  answer_with(node, cluster(1, {{1, 2}, {2}}), {});
  auto other = cluster(2, {{1}, {1, 2}});
  auto& led = *other.mutable_cluster_status()->mutable_shards(1);
  led.set_state("serving");
  led.set_committed_epoch(40);
  led.set_journal_end(42);
  auto& follower = *led.add_followers();
  follower.set_node(1);
  follower.set_lag_epochs(2);
  answer_with(others["n2:1"], other, {});
  context.json = true;
  EXPECT_EQ(run(cluster_status_options{}, context), exit_ok);
  const auto shown = printed();
  EXPECT_EQ(shown["shards"][0]["in_sync"], json::parse("[1,2]")) << "node 2 does not lead it";
  EXPECT_EQ(shown["shards"][1]["in_sync"], json::parse("[1,2]"));
  EXPECT_EQ(shown["shards"][1]["state"], "serving");
  EXPECT_EQ(shown["shards"][1]["journal_end"], 42);
  EXPECT_EQ(shown["shards"][1]["followers"], json::parse(R"([{"node":1,"lag_epochs":2}])"));
  EXPECT_TRUE(shown["nodes"][1]["heard"].get<bool>());
}

TEST_F(CtlWatch, ShowTheHigherTermOfTwoViews) {
  answer_with(node, cluster(1, {{1, 2}, {2}}), {});
  auto other = cluster(2, {{2}, {2}});
  other.mutable_cluster_status()->mutable_shards(0)->set_term(5);
  other.mutable_cluster_status()->mutable_shards(0)->set_primary(2);
  answer_with(others["n2:1"], other, {});
  EXPECT_EQ(run(cluster_status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("0      5     2        following"), std::string::npos) << out.str();
}

TEST_F(CtlWatch, SaysWhichCopiesAreMissedAndForHowLong) {
  auto map = cluster(1, {{1}, {1, 2}});
  auto& shard = *map.mutable_cluster_status()->mutable_shards(0);
  shard.set_refusing_because("shard 0 cannot commit (missed: node 2, not heard for 3.2 s)");
  auto& missed = *shard.add_missed();
  missed.set_node(2);
  missed.set_heard_before(true);
  missed.set_silent_for_ms(3'200);
  v1::reply status;
  auto& there = *status.mutable_node_status();
  there.set_admitting(true);
  there.add_shards();
  *there.mutable_shards(0)->add_missed() = missed;
  answer_with(node, map, status);
  answer_with(others["n2:1"], {}, status);
  EXPECT_EQ(run(cluster_status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("REFUSING: shard 0 cannot commit (missed: node 2, not heard for 3.2 s)\n"),
            std::string::npos)
      << out.str();
  EXPECT_EQ(run(status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("\nadmitting new orders\n"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("shard 0 misses copies: node 2, not heard for 3.2 s\n"), std::string::npos)
      << out.str();
  there.mutable_shards(0)->set_refusing_because("of this");
  answer_with(node, map, status);
  EXPECT_EQ(run(status_options{}, context), exit_ok);
  EXPECT_NE(out.str().find("refusing new orders of some shards, as said below"), std::string::npos);
}

TEST_F(CtlWatch, SaysInJsonWhichCopiesAreMissedAndForHowLong) {
  auto map = cluster(1, {{1}, {1, 2}});
  auto& shard = *map.mutable_cluster_status()->mutable_shards(0);
  shard.set_refusing_because("of this");
  auto& silent = *shard.add_missed();
  silent.set_node(2);
  silent.set_heard_before(true);
  silent.set_silent_for_ms(3'200);
  shard.add_missed()->set_node(3);
  answer_with(node, map, {});
  answer_with(others["n2:1"], {}, {});
  context.json = true;
  EXPECT_EQ(run(cluster_status_options{}, context), exit_ok);
  const auto shown = printed()["shards"];
  EXPECT_EQ(shown[0]["refusing_because"], "of this");
  EXPECT_EQ(shown[0]["missed"], json::parse(R"([{"node":2,"heard":false,"silent_for_ms":3200},
                                               {"node":3,"heard":false,"silent_for_ms":null}])"));
  EXPECT_TRUE(shown[1]["refusing_because"].is_null());
  EXPECT_TRUE(shown[1]["missed"].empty());
}

} // namespace
} // namespace orderd::cluster

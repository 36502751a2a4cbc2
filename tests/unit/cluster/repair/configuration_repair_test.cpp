// The records of the store, made again from what nodes hold: what is safe, and what is refused.
#include "cluster/repair/configuration_repair.hpp"

#include "cluster/configuration/known_disks.hpp"
#include "config/term_limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace orderd::cluster {
namespace {

const cluster_terms terms{"c1", 1, 3};

constexpr replica_id one{1, 1};
constexpr replica_id two{2, 1};
constexpr replica_id three{3, 1};
constexpr auto gap = limits::restored_term_gap;

/// Led by node 1 in term 5.
assignment led(std::vector<replica_id> in_sync, std::vector<replica_id> eligible = {}) {
  return {5, one, std::move(in_sync), std::move(eligible), {1, 2, 3}};
}

/// What a node says that holds this record of shard 0, and has a journal to that epoch of term 5.
node_report says(const replica_id& who, std::uint64_t version, const assignment& what, std::uint64_t end,
                 std::uint64_t promised = 5) {
  v1::node_configuration said;
  said.set_cluster_id("c1");
  said.set_node(who.node);
  said.set_incarnation(who.incarnation);
  said.set_store("empty");
  const auto add = [&](const std::string& name, std::uint64_t of, const std::string& value) {
    auto& record = *said.add_records();
    record.set_name(name);
    record.set_version(of);
    record.set_value(value);
  };
  add(cluster_name, 1, encode(terms));
  for (const std::uint32_t node : {1u, 2u, 3u})
    add(name_of_node(node), node + 1, encode(node, known_node{{1, 7}, "c:" + std::to_string(node), "p"}));
  add(name_of_shard(0), version, encode(what));
  auto& copy = *said.add_copies();
  copy.set_promised(promised);
  copy.set_journal_term(5);
  copy.set_journal_end(end);
  copy.set_whole(true);
  return report_of(said);
}

runtime::result<repair_plan> plan_restore(const std::vector<node_report>& nodes) {
  return cluster::plan_restore(nodes, 0);
}

/// The record of shard 0 that is planned; of term 0, and why, when none is.
std::pair<assignment, std::string> planned(const runtime::result<repair_plan>& plan) {
  if (!plan)
    return {{}, plan.error().message};
  for (const auto& each : plan->change.records())
    if (each.name() == name_of_shard(0))
      return {*decode_assignment(each.value()), ""};
  return {{}, "no record"};
}

TEST(ConfigurationRepair, RestoresTheNewestRecordInALaterTerm) {
  const auto plan =
      plan_restore({says(two, 80, led({one, two, three}), 10), says(one, 90, led({one, two}), 12)});
  const auto [what, why] = planned(plan);
  ASSERT_EQ(why, "");
  auto expected = led({one, two});
  expected.term = 5 + gap;
  EXPECT_EQ(what, expected);
  EXPECT_EQ(plan->change.generation(), 1u);
  EXPECT_EQ(plan->change.cluster_id(), "c1");
  EXPECT_EQ(plan->change.records_size(), 5); // three nodes, the shard, the cluster
  EXPECT_EQ(plan->change.records(4).name(), "cluster");
  EXPECT_EQ(decode_cluster_terms(plan->change.records(4).value())->generation, 1u);
}

/// The primary, which starts anew in the later term, does not know what it has committed without them.
TEST(ConfigurationRepair, NobodyStaysEligibleOfASetThatMayHaveCommittedSince) {
  const auto restored = [](const assignment& of) {
    return planned(plan_restore({says(two, 80, of, 10), says(one, 80, of, 12)})).first;
  };
  EXPECT_TRUE(restored(led({one, two}, {three})).eligible.empty());
  EXPECT_EQ(restored(led({one}, {two, three})).eligible, (std::vector{two, three}));
}

/// An earlier disk of node 3 serves again since: the other one's record is older, though it counts higher.
TEST(ConfigurationRepair, RestoresTheNewestRecordOfANodeWhicheverDiskItIs) {
  const auto replaced = with_disk(with_disk({}, {1, 7}, 1), {2, 1}, 2);
  const auto again = with_disk(replaced, {1, 8}, 3);
  auto reports = std::vector{says(two, 80, led({one, two}), 10), says(one, 80, led({one, two}), 10)};
  for (const bool swapped : {false, true}) {
    reports[swapped ? 1 : 0].records.at(name_of_node(3)).value = encode(3, again);
    reports[swapped ? 0 : 1].records.at(name_of_node(3)).value = encode(3, replaced);
    for (auto& each : reports)
      each.content = read_content(each.records);
    const auto plan = plan_restore(reports);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(decode_known_disks(plan->change.records(2).value())->node.disk, (disk_identity{1, 8}));
  }
}

TEST(ConfigurationRepair, RefusesWhatIsNotSafe) {
  auto foreign = says(two, 80, led({one, two}), 10);
  foreign.cluster = "c2";
  auto believing = says(one, 80, led({one, two}), 10);
  believing.store = "believed";
  auto copying = says(three, 80, led({one, two, three}), 99);
  copying.copies.at(0).whole = false;
  const struct {
    const char* why;
    std::vector<node_report> nodes;
  } rows[] = {
      {"no node of a cluster answers", {}},
      {"1 of the 3 nodes answer", {says(one, 80, led({one, two}), 10)}},
      {"different clusters", {says(one, 80, led({one, two}), 10), foreign}},
      {"nothing is to be restored", {believing, believing}},
      {"node 2 promised term 6", {says(one, 80, led({one, two}), 10), says(two, 80, led({one, two}), 10, 6)}},
      {"only 1 of the 3 copies do", {says(two, 80, led({one, two, three}), 10), copying}},
  };
  for (const auto& row : rows) {
    const auto plan = plan_restore(row.nodes);
    ASSERT_FALSE(plan) << row.why;
    EXPECT_NE(plan.error().message.find(row.why), std::string::npos) << plan.error().message;
  }
}

/// What a node says of the store that there is, and which record of shard 0 it holds.
node_report of_store(const char* store, const replica_id& who, std::uint64_t version,
                     const assignment& what) {
  auto out = says(who, version, what, 10, what.term);
  out.store = store;
  return out;
}

assignment led_by(const replica_id& who, std::uint64_t term, std::vector<replica_id> in_sync) {
  return {term, who, std::move(in_sync), {}, {1, 2, 3}};
}

/// The store was set back to where node 1 led in term 5. Since then, the others with what they knew, and some
/// with the backup, have used the same terms and versions.
TEST(ConfigurationRepair, OfTwoHistoriesTheOneCountsInWhichSomethingCanBeCommitted) {
  const auto before = led_by(one, 5, {one, two, three});
  const auto lost = led_by(two, 6, {two, three});
  const auto alone = led_by(one, 6, {one});
  const auto later = led_by(one, 8, {one});
  const auto together = led_by(one, 6, {one, three});
  const auto raised = [](assignment of, std::uint64_t above) {
    of.term = above + gap;
    return of;
  };
  const struct {
    const char* why;
    std::vector<node_report> nodes;
    assignment expected;
  } rows[] = {
      {"two copies know a term that the backup has not, the third has gone on from the backup alone",
       {of_store("believed", one, 91, alone), of_store("older", two, 90, lost),
        of_store("older", three, 90, lost)},
       raised(lost, 6)},
      {"however far it went",
       {of_store("believed", one, 97, later), of_store("older", two, 90, lost),
        of_store("older", three, 90, lost)},
       raised(lost, 8)},
      {"two copies have gone on from the backup; the third had won a term before, and led nobody",
       {of_store("believed", one, 89, together), of_store("older", two, 90, lost),
        of_store("lacks records", three, 89, together)},
       raised(together, 6)},
      {"nobody has gone on",
       {of_store("believed", one, 80, before), of_store("older", two, 90, lost),
        of_store("older", three, 90, lost)},
       raised(lost, 6)},
      {"only the primary knows that it left one out",
       {of_store("older", one, 81, led_by(one, 5, {one, two})), of_store("believed", two, 80, before),
        of_store("believed", three, 80, before)},
       raised(led_by(one, 5, {one, two}), 5)},
      {"all hold the same",
       {of_store("believed", one, 80, before), of_store("unreachable", two, 80, before)},
       raised(before, 5)},
  };
  for (const auto& row : rows) {
    const auto plan = plan_restore(row.nodes);
    const auto [what, why] = planned(plan);
    ASSERT_EQ(why, "") << row.why;
    EXPECT_EQ(what, row.expected) << row.why;
    const auto& records = plan->change.records();
    const auto record = std::find_if(records.begin(), records.end(),
                                     [](const auto& each) { return each.name() == name_of_shard(0); });
    for (const auto& each : row.nodes)
      EXPECT_GE(record->version(), each.content.shards.at(0).version) << row.why;
  }
  for (const auto* third : {"", "unreachable"}) {
    std::vector nodes{of_store("believed", one, 91, alone), of_store("older", two, 90, lost)};
    if (*third)
      nodes.push_back(of_store(third, three, 90, lost));
    const auto refused = plan_restore(nodes);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("both with it and without it"), std::string::npos)
        << refused.error().message;
  }
}

/// Node 1 was to lead by a restore of which only it has heard; then it was away, and nodes 2 and 3 restored
/// without it: node 2 was to lead, alone in sync, and has lost its disk since. Node 1 has every order.
TEST(ConfigurationRepair, WhoMayLeadCountsWhateverStoreItWentOnWith) {
  auto here = led_by(one, 1005, {one, two});
  auto away = led_by(two, 1012, {two});
  away.eligible = {one};
  auto first = of_store("older", one, 90, here);
  first.copies.at(0) = {1005, 1005, 69, true};
  auto lost = of_store("believed", {2, 2}, 91, away);
  lost.copies.at(0) = {0, 0, 0, true};
  auto behind = of_store("believed", three, 91, away);
  behind.copies.at(0) = {5, 5, 54, true};
  const auto [what, why] = planned(plan_restore({first, lost, behind}));
  ASSERT_EQ(why, "");
  EXPECT_EQ(what.primary, one);
  EXPECT_EQ(what.in_sync, std::vector{one});
}

/// Node 1 was away while the store was set back and grew past what it holds: it believes the store, and yet
/// it has committed epochs with node 2 since the backup which node 3, that leads by the store, lacks.
TEST(ConfigurationRepair, WhatACopyKnowsToBeCommittedCountsMoreThanWhoBelievesWhat) {
  const auto lost = led_by(one, 4, {one, two});
  const auto grown = led_by(three, 5, {two, three});
  const auto copy = [](std::uint64_t end, std::uint64_t committed, std::uint64_t of,
                       std::vector<term_start> starts) {
    return copy_report{5, starts.back().term, end, true, committed, of, std::move(starts)};
  };
  auto away = of_store("believed", one, 91, grown);
  away.copies.at(0) = copy(71, 70, 4, {{1, 1}, {4, 5}});
  auto doubting = of_store("older", two, 90, lost);
  doubting.copies.at(0) = copy(71, 69, 4, {{1, 1}, {4, 5}});
  auto leading = of_store("believed", three, 91, grown);
  leading.copies.at(0) = copy(66, 65, 4, {{1, 1}, {4, 5}, {5, 66}});
  const auto [what, why] = planned(plan_restore({away, doubting, leading}));
  ASSERT_EQ(why, "");
  EXPECT_EQ(what.primary, one);
  // Longer than what is committed there, but in another term.
  leading.copies.at(0) = copy(80, 65, 4, {{1, 1}, {4, 5}, {5, 66}});
  EXPECT_EQ(planned(plan_restore({away, doubting, leading})).first.primary, one);
  // Both have committed what the other lacks.
  leading.copies.at(0) = copy(80, 79, 5, {{1, 1}, {4, 5}, {5, 66}});
  const auto both = plan_restore({away, doubting, leading});
  ASSERT_FALSE(both);
  EXPECT_NE(both.error().message.find("knows epoch 70 of term 4 to be committed"), std::string::npos)
      << both.error().message;
  // A person has accepted the loss of it.
  auto elected = grown;
  elected.loss_accepted = 5;
  for (auto* each : {&away, &leading}) {
    const auto copies = each->copies;
    *each = of_store("believed", each->who, 91, elected);
    each->copies = copies;
  }
  EXPECT_EQ(planned(plan_restore({away, doubting, leading})).first.primary, three);
}

/// Two persons, or one twice, who ask nodes that have not heard of the other's restore.
TEST(ConfigurationRepair, TwoRestoresFromTheSameKnowledgeAreToldApart) {
  const std::vector nodes{says(one, 80, led({one, two}), 10), says(two, 80, led({one, two}), 10)};
  const auto restore = [&](std::uint64_t once) { return cluster::plan_restore(nodes, once); };
  const auto record = [](const runtime::result<repair_plan>& of) {
    return *decode_cluster_terms(of->change.records(of->change.records_size() - 1).value());
  };
  const auto first = restore(123'001);
  const auto second = restore(123'002);
  EXPECT_EQ(record(first).generation, record(second).generation);
  EXPECT_NE(record(first).written, record(second).written);
  EXPECT_NE(planned(first).first.term, planned(second).first.term);
  EXPECT_GE(planned(first).first.term, 5 + gap);
}

/// Node 3 alone has heard of the first restore, and took the shard over after it, in a higher term than nodes
/// 1 and 2 use after the second.
TEST(ConfigurationRepair, OfTwoRestoresTheOneCountsOfWhichEnoughCopiesHaveRead) {
  const auto restored_as = [](node_report of, std::uint64_t written) {
    auto known = terms;
    known.generation = of.generation = 1;
    known.written = written;
    of.records.at(cluster_name).value = encode(known);
    of.content = read_content(of.records);
    return of;
  };
  const auto gone_on = led_by(one, 1140, {one, two});
  const auto first = restored_as(of_store("empty", three, 90, led_by(three, 1296, {three})), 7);
  const auto second = restored_as(of_store("empty", one, 93, gone_on), 8);
  const auto third = restored_as(of_store("empty", two, 93, gone_on), 8);
  const auto [what, why] = planned(plan_restore({first, second, third}));
  ASSERT_EQ(why, "");
  EXPECT_EQ(what.primary, one);
  EXPECT_GT(what.term, 1296u);
  const auto unsure = plan_restore({first, second});
  ASSERT_FALSE(unsure);
  EXPECT_NE(unsure.error().message.find("restored twice"), std::string::npos) << unsure.error().message;
}

TEST(ConfigurationRepair, IsOfTheClusterThatMostNodesAreOf) {
  const auto of = [](const char* cluster) {
    node_report out;
    out.cluster = cluster;
    return out;
  };
  EXPECT_EQ(main_cluster({of("x"), of("c"), of("c")}), "c");
  EXPECT_EQ(main_cluster({of("c"), of("x")}), "");
  EXPECT_EQ(main_cluster({of("a"), of("x"), of("x"), of("b"), of("b")}), "");
  EXPECT_EQ(main_cluster({}), "");
}

/// Node 1, the primary, does not answer; it may have committed with either of the others since version 80.
TEST(ConfigurationRepair, WithoutThePrimaryTheLongestJournalOfEnoughCopiesLeads) {
  const auto [what, why] = planned(
      plan_restore({says(two, 80, led({one, two, three}), 10), says(three, 80, led({one, two, three}), 12)}));
  ASSERT_EQ(why, "");
  EXPECT_EQ(what, (assignment{5 + gap, three, {three}, {one}, {1, 2, 3}}));
  EXPECT_FALSE(never_committed(what, 2));
}

TEST(ConfigurationRepair, ALaterTermOfTheJournalCountsMoreThanItsLength) {
  auto later = says(three, 80, led({one, two, three}), 10);
  later.copies.at(0).journal_term = 5;
  auto longer = says(two, 80, led({one, two, three}), 12);
  longer.copies.at(0).journal_term = 4;
  EXPECT_EQ(planned(plan_restore({longer, later})).first.primary, three);
}

TEST(ConfigurationRepair, ElectsOnlyWhenNobodyIsLeftWhoMayLead) {
  const auto lone = led({one, two});
  const auto plan = plan_election({says(three, 80, lone, 7)}, 0, 3);
  const auto [what, why] = planned(plan);
  ASSERT_EQ(why, "");
  EXPECT_EQ(what, (assignment{5 + gap, three, {three}, {}, {1, 2, 3}, 5 + gap}));
  EXPECT_EQ(std::vector<std::uint32_t>(plan->change.unheard().begin(), plan->change.unheard().end()),
            (std::vector<std::uint32_t>{1, 2}));
  EXPECT_FALSE(never_committed(what, 2));

  const struct {
    const char* why;
    std::vector<node_report> nodes;
    std::uint32_t elect;
  } rows[] = {
      {"node 2 answers and may lead", {says(three, 80, lone, 7), says(two, 80, lone, 9)}, 3},
      {"does not answer, or has no whole copy", {says(three, 80, lone, 7)}, 2},
      {"elect the former", {says(three, 80, led({one}, {}), 7), says(two, 80, led({one}, {}), 9)}, 3},
  };
  for (const auto& row : rows) {
    const auto refused = plan_election(row.nodes, 0, row.elect);
    ASSERT_FALSE(refused) << row.why;
    EXPECT_NE(refused.error().message.find(row.why), std::string::npos) << refused.error().message;
  }
}

/// Node 2 was told of a term that was never in the store.
TEST(ConfigurationRepair, AResetPassesPromisesThatNoRecordExplains) {
  auto a = says(one, 80, led({one, two}), 10);
  auto b = says(two, 80, led({one, two}), 10, 700'000);
  a.store = b.store = "believed";
  EXPECT_EQ(planned(plan_reset({a, b}, 0)).first.term, 700'000 + gap);
  b.copies.at(0).promised = ~std::uint64_t{0}; // Of a build that took any number.
  EXPECT_EQ(planned(plan_reset({a, b}, 0)).first.term, 5 + gap);
  a.store = "empty";
  EXPECT_FALSE(plan_reset({a, b}, 0));
}

} // namespace
} // namespace orderd::cluster

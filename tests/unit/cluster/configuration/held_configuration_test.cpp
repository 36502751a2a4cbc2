// When the configuration store is believed: only where it is newer than what the node holds.
#include "cluster/configuration/held_configuration.hpp"

#include "cluster/configuration/assignment.pb.h"
#include "cluster/configuration/known_disks.hpp"
#include "config/term_limits.hpp"
#include "runtime/base/bytes.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

const cluster_terms terms{"c1", 2, 3};

assignment led_by_one(std::uint64_t term) {
  return {term, {1, 1}, {{1, 1}, {2, 1}}, {}, {1, 2, 3}};
}

/// A store with a record of shard 0.
store_content store(std::uint64_t version, const assignment& what, const cluster_terms& of = terms) {
  return read_content({{cluster_name, {1, encode(of)}}, {name_of_shard(0), {version, encode(what)}}});
}

held_configuration holding(std::uint64_t version, std::uint64_t term) {
  held_configuration out{terms};
  const auto there = store(version, led_by_one(term));
  out.take(there, out.judge(there));
  return out;
}

TEST(HeldConfiguration, BelievesOnlyWhatIsNewer) {
  auto other = led_by_one(5);
  other.in_sync = {{1, 1}};
  auto next = terms;
  next.generation = 1;
  auto written = terms;
  written.written = 1;
  auto further = written;
  further.continued.push_back({++further.generation, 97});
  auto anew = written;
  anew.generation = 2;
  auto another = led_by_one(5);
  another.primary = {2, 1};
  const struct {
    const char* what;
    store_content there;
    store_belief belief;
  } rows[] = {
      {"the same", store(90, led_by_one(5)), store_belief::believed},
      {"a change of the set", store(91, other), store_belief::believed},
      {"the next term", store(95, led_by_one(6)), store_belief::believed},
      {"nothing at all", read_content({}), store_belief::empty},
      {"only a shard", read_content({{name_of_shard(0), {99, encode(led_by_one(9))}}}), store_belief::empty},
      {"another cluster", store(99, led_by_one(9), {"c2", 2, 3}), store_belief::foreign},
      {"another number of shards", store(99, led_by_one(9), {"c1", 3, 3}), store_belief::damaged},
      {"a record that is none", read_content({{cluster_name, {99, "none"}}}), store_belief::damaged},
      {"a lower version", store(89, led_by_one(5)), store_belief::older},
      {"a lower version of a higher term", store(89, led_by_one(9)), store_belief::older},
      {"a lower term of a higher version", store(91, led_by_one(4)), store_belief::older},
      {"another record under the same version", store(90, other), store_belief::older},
      {"the same term of another primary", store(95, another), store_belief::older},
      {"another one of this generation", store(99, led_by_one(9), written), store_belief::older},
      {"what came after that was found again", store(99, led_by_one(9), further), store_belief::older},
      {"a restore above both", store(2, led_by_one(1'009), anew), store_belief::believed},
      {"the next generation", store(2, led_by_one(1'005), next), store_belief::believed},
  };
  for (const auto& row : rows)
    EXPECT_EQ(to_string(holding(90, 5).judge(row.there).what), to_string(row.belief)) << row.what;
}

TEST(HeldConfiguration, SaysWhyItDoesNotBelieve) {
  EXPECT_EQ(holding(90, 5).judge(store(50, led_by_one(3))).why,
            "shard 0 is there as of version 50, term 3; this node holds version 90, term 5");
  EXPECT_EQ(holding(90, 5).judge(store(99, led_by_one(9), {"c2", 2, 3})).why,
            "it has the records of cluster c2; this node is of c1");
}

/// A store that was set back grows again, past what is held.
TEST(HeldConfiguration, BelievesNothingMoreOfAStoreThatWentBack) {
  auto held = holding(90, 5);
  ASSERT_EQ(held.judge(store(50, led_by_one(3))).what, store_belief::older);
  EXPECT_TRUE(held.note_older());
  EXPECT_EQ(held.judge(store(99, led_by_one(6))).what, store_belief::older);
  auto read = held_configuration::decode(held.encode());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->judge(store(99, led_by_one(6))).what, store_belief::older); // After a restart neither.
  EXPECT_FALSE(held.judge(store(99, led_by_one(6))).found_again);
  auto next = terms;
  next.generation = 1;
  EXPECT_EQ(held.judge(store(1, led_by_one(6), next)).what, store_belief::believed);
}

/// One node finds the right data again and goes on; the others have seen it older, and look later.
TEST(HeldConfiguration, BelievesWhatCameAfterAnotherNodeFoundTheStoreAgain) {
  auto first = holding(90, 5);
  first.note_older();
  const auto found = first.judge(store(90, led_by_one(5)));
  EXPECT_EQ(found.what, store_belief::older);
  ASSERT_TRUE(found.found_again);
  const auto next = decode_cluster_terms(first.continued().value());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->generation, 1u);
  const auto taken_over = store(95, led_by_one(6), *next);
  const struct {
    const char* what;
    held_configuration held;
    store_belief belief;
  } rows[] = {
      {"who found it", first, store_belief::believed},
      {"holds as much", holding(90, 5), store_belief::believed},
      {"holds less", holding(80, 4), store_belief::believed},
      {"holds more: what was found was older still", holding(91, 5), store_belief::older},
  };
  for (const auto& row : rows)
    for (const bool looked : {false, true}) {
      auto held = row.held;
      if (looked)
        held.note_older();
      EXPECT_EQ(to_string(held.judge(taken_over).what), to_string(row.belief)) << row.what << looked;
    }
  auto promised = holding(90, 5);
  promised.promised(0, 6); // Of whom, it has no record.
  EXPECT_EQ(promised.judge(taken_over).what, store_belief::older);
}

TEST(HeldConfiguration, BelievesAStoreThatWasFoundAgainSeveralTimes) {
  const auto next = [](held_configuration of) { return *decode_cluster_terms(of.continued().value()); };
  auto first = holding(90, 5);
  const auto once = next(first);
  const auto there = store(95, led_by_one(6), once);
  first.take(there, first.judge(there));
  const auto twice = next(first);
  EXPECT_EQ(twice.generation, 2u);
  EXPECT_EQ(holding(90, 5).judge(store(96, led_by_one(7), twice)).what, store_belief::believed);
  EXPECT_EQ(holding(93, 5).judge(store(96, led_by_one(7), twice)).what, store_belief::older);
  auto full = twice;
  full.continued.resize(limits::continuations_max);
  EXPECT_FALSE(held_configuration{full}.continued());
}

/// The file may be of before an upgrade, or lost: what the replicas promised is in the journal.
TEST(HeldConfiguration, BelievesNoTermBelowAPromise) {
  held_configuration held{terms};
  held.promised(0, 5);
  EXPECT_EQ(held.judge(store(99, led_by_one(4))).what, store_belief::older);
  EXPECT_EQ(held.judge(store(99, led_by_one(5))).what, store_belief::believed);
  held.promised(0, limits::term_max + 1); // That is no promise of a term that was ever there.
  EXPECT_EQ(held.judge(store(99, led_by_one(5))).what, store_belief::believed);
}

TEST(HeldConfiguration, KeepsAShardWhoseRecordCannotBe) {
  const auto held = holding(90, 5);
  const struct {
    const char* what;
    std::map<std::string, versioned_value> there;
  } rows[] = {
      {"deleted", {}},
      {"garbage", {{name_of_shard(0), {91, "garbage"}}}},
      {"the highest number", {{name_of_shard(0), {91, encode(led_by_one(~std::uint64_t{0}))}}}},
      {"above the highest term", {{name_of_shard(0), {91, encode(led_by_one(limits::term_max + 1))}}}},
      {"a jump", {{name_of_shard(0), {91, encode(led_by_one(6 + limits::term_jump_max))}}}},
  };
  for (const auto& row : rows) {
    auto records = row.there;
    records[cluster_name] = {1, encode(terms)};
    records[name_of_shard(1)] = {92, encode(led_by_one(1))};
    const auto there = read_content(records);
    auto now = held;
    const auto verdict = now.judge(there);
    ASSERT_EQ(verdict.what, store_belief::believed) << row.what;
    EXPECT_TRUE(verdict.kept.contains(0)) << row.what;
    now.take(there, verdict);
    EXPECT_EQ(now.shards()[0].what, led_by_one(5)) << row.what;
    EXPECT_EQ(now.shards()[1].what, led_by_one(1)) << row.what;
  }
}

/// A store with a record of node 2.
store_content with_node(std::uint64_t version, const std::string& record) {
  return read_content({{cluster_name, {1, encode(terms)}}, {name_of_node(2), {version, record}}});
}

TEST(HeldConfiguration, KeepsANodeWhoseRecordIsGoneUnreadableOrOlder) {
  const auto record = [](std::uint64_t incarnation, std::uint64_t boot) {
    return encode(2, known_node{{incarnation, boot}, "127.0.0.1:1", "127.0.0.1:2"});
  };
  held_configuration held{terms};
  const auto first = with_node(7, record(3, 5));
  held.take(first, held.judge(first));
  const struct {
    const char* what;
    store_content there;
    bool kept;
  } rows[] = {
      {"deleted", read_content({{cluster_name, {1, encode(terms)}}}), true},
      {"garbage", with_node(8, "\xff\xff"), true},
      {"that of another node", with_node(8, encode(4, known_node{{3, 6}, "a", "b"})), true},
      {"a lower version", with_node(6, record(3, 6)), true},
      {"fewer starts", with_node(8, record(3, 4)), true},
      {"the same", with_node(7, record(3, 5)), false},
      {"the next start", with_node(8, record(3, 6)), false},
      {"another disk", with_node(8, encode(2, with_disk({{{3, 5}, "a", "b"}, {}, 0}, {4, 1}, 1))), false},
  };
  for (const auto& row : rows) {
    auto now = held;
    const auto verdict = now.judge(row.there);
    ASSERT_EQ(verdict.what, store_belief::believed) << row.what;
    EXPECT_EQ(verdict.kept_nodes.contains(2), row.kept) << row.what;
    now.take(row.there, verdict);
    ASSERT_TRUE(now.nodes().contains(2)) << row.what;
    EXPECT_EQ(now.nodes() == held.nodes(), row.kept || std::string{row.what} == "the same") << row.what;
    EXPECT_EQ(now.records().at(name_of_node(2)).value == record(3, 5),
              row.kept || std::string{row.what} == "the same")
        << row.what;
  }
}

TEST(HeldConfiguration, AlarmsAShardWhoseTermJumps) {
  const auto held = holding(90, 5);
  EXPECT_TRUE(held.judge(store(91, led_by_one(5 + limits::term_jump_warned))).odd.empty());
  EXPECT_TRUE(held.judge(store(91, led_by_one(6 + limits::term_jump_warned))).odd.contains(0));
}

TEST(HeldConfiguration, VersionsRiseFromOneGenerationToTheNext) {
  auto held = holding(90, 5);
  auto next = terms;
  next.generation = 1;
  const auto there = store(2, led_by_one(1'005), next);
  const auto before = held.shards()[0].version;
  const auto news = held.take(there, held.judge(there));
  EXPECT_TRUE(news.generation && news.shards);
  EXPECT_GT(held.shards()[0].version, before);
  EXPECT_EQ(version_in_store(held.shards()[0].version), 2u);
  EXPECT_EQ(generation_of(held.shards()[0].version), 1u);
  EXPECT_EQ(held.judge(store(90, led_by_one(5))).what, store_belief::older); // The earlier generation again.
}

TEST(HeldConfiguration, IsTheSameAfterTheFile) {
  held_configuration held{terms};
  const known_node node{{1, 3}, "127.0.0.1:1", "127.0.0.1:2"};
  auto there = store(90, led_by_one(5));
  there.nodes[2] = node;
  there.records[name_of_node(2)] = {7, encode(2, node)};
  held.take(there, held.judge(there));
  const auto bytes = held.encode();
  const auto read = held_configuration::decode(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->terms(), terms);
  EXPECT_EQ(read->nodes(), held.nodes());
  EXPECT_EQ(read->shards()[0].what, led_by_one(5));
  EXPECT_EQ(read->encode(), bytes);
}

TEST(HeldConfiguration, KeepsTheFormOfItsFile) {
  test::expect_golden("cluster/held_configuration.hex", runtime::to_hex(holding(90, 5).encode()) + "\n");
}

TEST(HeldConfiguration, FindsEveryDamagedByteOfItsFile) {
  const auto bytes = holding(90, 5).encode();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(held_configuration::decode(damaged)) << "byte " << at;
    EXPECT_FALSE(held_configuration::decode(bytes.substr(0, at))) << at << " bytes";
  }
}

/// The version before wrote the file: its form of the terms does not have the number of the restore.
TEST(HeldConfiguration, KnowsOfWhichRestoreItIsAfterAnUpgrade) {
  auto restored = terms;
  restored.generation = 1;
  restored.written = 77;
  auto held = holding(90, 5);
  const auto there = store(2, led_by_one(1'005), restored);
  held.take(there, held.judge(there));
  stored::v1::held_configuration file;
  const auto bytes = held.encode();
  const auto begin = bytes.find('\n') + 1 + sizeof(std::uint64_t);
  ASSERT_TRUE(file.ParseFromString(bytes.substr(begin)));
  stored::v1::cluster_record known;
  ASSERT_TRUE(known.ParseFromString(file.cluster()));
  known.clear_written();
  file.set_cluster(known.SerializeAsString());
  const auto body = file.SerializeAsString();
  auto older = bytes.substr(0, bytes.find('\n') + 1);
  runtime::append_integer(older, runtime::hash_bytes(body));
  const auto read = held_configuration::decode(older + body);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_string(read->judge(there).what), "believed");
}

} // namespace
} // namespace orderd::cluster

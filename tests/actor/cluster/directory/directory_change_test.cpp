// What a person wants in the configuration store, while others change it.
#include "tests/actor/cluster/directory/lost_store_bench.hpp"

#include "actors/public/public.pb.h"
#include "cluster/configuration/known_disks.hpp"
#include "config/term_limits.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace orderd::cluster {
namespace {

class DirectoryAskedToRestore : public DirectoryOfALostStore {
protected:
  /// Shard 0 in term 1,003, as the next generation.
  v1::change_configuration wanted() {
    v1::change_configuration out;
    out.set_cluster_id("c1");
    out.set_generation(1);
    out.set_by("a person");
    out.set_what("because");
    for (const auto& [name, what] : held_->records())
      if (name.starts_with("nodes/"))
        add(out, name, what.value);
    auto shard = now_;
    shard.term = 1'003;
    add(out, name_of_shard(0), encode(shard), version_);
    return out;
  }
  static void add(v1::change_configuration& to, const std::string& name, const std::string& value,
                  std::uint64_t version = 0) {
    auto& record = *to.add_records();
    record.set_name(name);
    record.set_version(version);
    record.set_value(value);
  }
  store_changed change(const v1::change_configuration& what) {
    auto asked = std::make_shared<v1::request>();
    *asked->mutable_change_configuration() = what;
    std::vector<store_changed> answers;
    auto asker = test::spawn_recorder(system_.actors(), answers);
    caf::send_as(asker, directory_, change_store{asked, 77});
    system_.run();
    return answers.empty() ? store_changed{runtime::fault{}, "no answer"} : answers.front();
  }
};

TEST_F(DirectoryAskedToRestore, WritesTheRecordsAndWhoWantedThem) {
  register_.lose_everything();
  system_.pass(a_poll);
  const auto done = change(wanted());
  EXPECT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(done.audit, "audit/0001");
  EXPECT_NE(register_.values().at("audit/0001").value.find("a person"), std::string::npos);
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(trouble("empty"), 0);
  propose(told(0).version, taken_over(told(0).what, {2, 1}, 2));
  ASSERT_EQ(decided_.size(), 1u);
  EXPECT_EQ(decided_[0].now_there.what.term, 1'004u);
}

/// Another node held less, found just that again, and went on in the generation that is asked for here.
TEST_F(DirectoryAskedToRestore, WritesOverAStoreThatWasFoundAgainWithLess) {
  register_.restore(older_);
  auto found = terms_;
  found.generation = 1;
  found.continued = {{1, 1}};
  write(cluster_name, encode(found));
  system_.pass(a_poll);
  EXPECT_EQ(trouble("older"), 1);
  const auto done = change(wanted());
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(held_->terms().generation, 2u);
  EXPECT_EQ(trouble("older"), 0);
}

/// A store to which, before each change of a restore, somebody's proposal of before comes.
class store_with_a_late_proposal : public configuration_store {
public:
  explicit store_with_a_late_proposal(configuration_store& store) : store_(store) {}

  runtime::result<versioned_value> get(const std::string& name) override { return store_.get(name); }
  runtime::result<std::map<std::string, versioned_value>> list(const std::string& prefix) override {
    return store_.list(prefix);
  }
  runtime::result<versioned_value> compare_and_set(const std::string& name, std::uint64_t expected,
                                                   const std::string& value,
                                                   const std::optional<store_guard>& guard) override {
    const auto out = store_.compare_and_set(name, expected, value, guard);
    if (proposal)
      proposal();
    return out;
  }
  void watch(const std::string& prefix, std::function<void(const std::string&)> changed) override {
    store_.watch(prefix, std::move(changed));
  }

  std::function<void()> proposal;

private:
  configuration_store& store_;
};

class DirectoryAskedToRestoreUnderProposals : public DirectoryAskedToRestore {
protected:
  DirectoryAskedToRestoreUnderProposals() { // Another one: the first was started with the store itself.
    system_.kill({directory_});
    start();
  }
  configuration_store& store() override { return late_; }

  store_with_a_late_proposal late_{client_};
};

TEST_F(DirectoryAskedToRestoreUnderProposals, LetsNoneTakePlaceOnceItHasBegun) {
  register_.restore(older_);
  system_.pass(a_poll);
  ASSERT_EQ(trouble("older"), 1);
  const store_guard guard{cluster_name, encode(terms_)};
  auto proposed = stored(0).what;
  ++proposed.term;
  std::size_t took_place = 0;
  late_.proposal = [&] {
    const auto there =
        elsewhere_.compare_and_set(name_of_shard(0), stored(0).version, encode(proposed), guard);
    took_place += there && there->value == encode(proposed) ? 1 : 0;
  };
  auto asked = wanted();
  auto terms = terms_;
  terms.generation = 1;
  terms.written = 5;
  add(asked, cluster_name, encode(terms));
  const auto done = change(asked);
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(took_place, 0u);
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(held_->terms(), terms);
}

TEST_F(DirectoryAskedToRestore, RefusesWhatWouldGoBackOrIsNotItsOwn) {
  const auto next = [&](auto alter) {
    auto out = wanted();
    alter(out);
    return out;
  };
  const struct {
    const char* why;
    v1::change_configuration asked;
  } rows[] = {
      {"not of c2", next([](auto& of) { of.set_cluster_id("c2"); })},
      {"the generation of the store is 0", next([](auto& of) { of.set_generation(0); })},
      {"cannot be 65536", next([](auto& of) { of.set_generation(65'536); })},
      {"knows a newer record",
       next([&](auto& of) { of.mutable_records(of.records_size() - 1)->set_version(version_ - 1); })},
      {"knows a newer record", next([&](auto& of) {
         auto lower = now_;
         lower.term = 2;
         add(of, name_of_shard(0), encode(lower));
       })},
      {"there is no shard 7", next([&](auto& of) { add(of, name_of_shard(7), encode(now_)); })},
      {"no record of a node or a shard", next([](auto& of) { add(of, "audit/0001", "x"); })},
      {"no record of a node or a shard", next([](auto& of) { add(of, name_of_shard(1), "x"); })},
      {"not that of c1", next([](auto& of) {
         add(of, cluster_name, encode(cluster_terms{"c2", 2, 3}));
       })},
  };
  const auto before = register_.values().size();
  for (const auto& row : rows) {
    const auto done = change(row.asked);
    ASSERT_TRUE(done.refused) << row.why;
    EXPECT_NE(done.refused->message.find(row.why), std::string::npos) << done.refused->message;
  }
  EXPECT_EQ(register_.values().size(), before);
}

TEST_F(DirectoryAskedToRestore, WritesOverALaterTermOnlyWhenToldTo) {
  auto poisoned = now_;
  poisoned.term = std::uint64_t{1} << 60;
  write(name_of_shard(0), encode(poisoned));
  system_.pass(a_poll);
  EXPECT_EQ(trouble("records"), 1);
  auto asked = wanted();
  ASSERT_TRUE(change(asked).refused);
  asked.set_over_newer(true);
  const auto done = change(asked);
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(told(0).what.term, 1'003u);
  EXPECT_EQ(trouble("records"), 0);
}

/// It drew another number the first time, and wrote the shard's record in a term that is higher by that.
TEST_F(DirectoryAskedToRestore, GoesOnWithARestoreThatWasCutOff) {
  auto higher = now_;
  higher.term = 1'700;
  register_.lose_everything();
  register_.put(name_of_shard(0), encode(higher));
  system_.pass(a_poll);
  const auto done = change(wanted());
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(stored(0).what.term, 1'003u);
}

TEST_F(DirectoryAskedToRestore, WritesOverNoTermThatNoRestoreCanHaveWritten) {
  auto higher = now_;
  higher.term = 1'003 + limits::restored_term_gap;
  register_.lose_everything();
  register_.put(name_of_shard(0), encode(higher));
  system_.pass(a_poll);
  EXPECT_TRUE(change(wanted()).refused);
}

/// An earlier disk of node 3 serves again since that node said what it held.
TEST_F(DirectoryAskedToRestore, LeavesANewerRecordOfANodeAsItIs) {
  const auto replaced = with_disk(with_disk({}, {1, 7}, 1), {2, 1}, 2);
  const auto again = encode(3, with_disk(replaced, {1, 8}, 3));
  write(name_of_node(3), again);
  auto asked = wanted();
  for (auto& each : *asked.mutable_records())
    if (each.name() == name_of_node(3))
      each.set_value(encode(3, replaced));
  const auto done = change(asked);
  ASSERT_FALSE(done.refused) << done.refused->message;
  EXPECT_EQ(register_.values().at(name_of_node(3)).value, again);
}

TEST_F(DirectoryAskedToRestore, TouchesNoStoreOfAnotherCluster) {
  register_.lose_everything();
  write(cluster_name, encode(cluster_terms{"c2", 2, 3}));
  EXPECT_TRUE(change(wanted()).refused);
  EXPECT_EQ(register_.values().size(), 1u);
}

} // namespace
} // namespace orderd::cluster

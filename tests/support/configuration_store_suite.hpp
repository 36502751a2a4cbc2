// What every configuration store must do: one suite, for each implementation. A form says how to make the
// store and how hints come to it:
//   missing               why it cannot be tested here, or nullptr
//   one(), other()        two ways to one store
//   let_hints_come()      where they do not come by themselves
//   INSTANTIATE_TYPED_TEST_SUITE_P(Static, ConfigurationStore, static_form);
#pragma once

#include "cluster/configuration/configuration_store.hpp"
#include "tests/support/heard_names.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace orderd::cluster {

template <class Form>
class ConfigurationStore : public ::testing::Test {
protected:
  void SetUp() override {
    if (Form::missing != nullptr)
      GTEST_SKIP() << Form::missing;
    form_.emplace();
  }

  configuration_store& one() { return form_->one(); }
  configuration_store& other() { return form_->other(); }

  bool wait_for_hint(const std::function<bool()>& heard) {
    return test::wait_until([&] {
      form_->let_hints_come();
      return heard();
    });
  }

  /// The version that a change made.
  std::uint64_t set(const std::string& name, std::uint64_t expected, const std::string& value) {
    const auto made = one().compare_and_set(name, expected, value, unguarded);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    if (!made)
      return 0;
    EXPECT_GT(made->version, expected);
    EXPECT_EQ(made->value, value);
    return made->version;
  }

  void expect_value(const std::string& name, std::uint64_t version, const std::string& value) {
    for (auto* store : {&one(), &other()}) {
      const auto found = store->get(name);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(found->version, version);
      EXPECT_EQ(found->value, value);
    }
  }

private:
  std::optional<Form> form_;
};

TYPED_TEST_SUITE_P(ConfigurationStore);

TYPED_TEST_P(ConfigurationStore, HasVersionZeroOfWhatWasNeverSet) {
  this->expect_value("shards/0001", 0, "");
}

TYPED_TEST_P(ConfigurationStore, SetsWhatDoesNotExistAndChangesWhatDoes) {
  const auto first = this->set("shards/0001", 0, "a");
  this->expect_value("shards/0001", first, "a");
  const auto second = this->set("shards/0001", first, "b");
  this->expect_value("shards/0001", second, "b");
}

TYPED_TEST_P(ConfigurationStore, SaysWhatIsThereWhenAnotherChangeCameFirst) {
  const auto first = this->set("shards/0001", 0, "a");
  const auto second = this->set("shards/0001", first, "b");
  for (const auto expected : {std::uint64_t{0}, first, second + 1}) {
    const auto lost = this->other().compare_and_set("shards/0001", expected, "c", unguarded);
    ASSERT_TRUE(lost) << lost.error().message;
    EXPECT_EQ(lost->version, second);
    EXPECT_EQ(lost->value, "b");
  }
  this->expect_value("shards/0001", second, "b");
}

TYPED_TEST_P(ConfigurationStore, DoesNotMakeWhatShouldHaveExisted) {
  const auto lost = this->one().compare_and_set("shards/0001", 7, "a", unguarded);
  ASSERT_TRUE(lost) << lost.error().message;
  EXPECT_EQ(lost->version, 0u);
  this->expect_value("shards/0001", 0, "");
  const auto all = this->one().list("");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->empty());
}

TYPED_TEST_P(ConfigurationStore, AnswersTheSameChangeAgainWithItsFirstOutcome) {
  const auto first = this->set("nodes/0001", 0, "a");
  EXPECT_EQ(this->set("nodes/0001", 0, "a"), first);
  this->expect_value("nodes/0001", first, "a");
}

TYPED_TEST_P(ConfigurationStore, LetsOneOfTwoContendersWin) {
  std::uint64_t version = 0;
  for (int round = 0; round < 10; ++round) {
    const auto name = std::to_string(round);
    auto& first = round % 2 == 0 ? this->one() : this->other();
    auto& second = round % 2 == 0 ? this->other() : this->one();
    const auto won = first.compare_and_set("cluster", version, "first " + name, unguarded);
    const auto lost = second.compare_and_set("cluster", version, "second " + name, unguarded);
    ASSERT_TRUE(won && lost);
    EXPECT_EQ(won->value, "first " + name);
    EXPECT_EQ(lost->value, won->value);
    EXPECT_EQ(lost->version, won->version);
    EXPECT_GT(won->version, version);
    version = won->version;
  }
}

TYPED_TEST_P(ConfigurationStore, ChangesNothingWhileItsGuardDoesNotHold) {
  const auto first = this->set("shards/0001", 0, "a");
  const auto refused = [&](const store_guard& guard) {
    const auto made = this->other().compare_and_set("shards/0001", first, "b", guard);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->version, 0u);
    EXPECT_EQ(made->value, "");
    this->expect_value("shards/0001", first, "a");
  };
  refused({"cluster", "one"});
  refused({"cluster", ""}); // One that is not there has no value, not an empty one.
  this->set("cluster", 0, "two");
  refused({"cluster", "one"});
  refused({"cluster", std::nullopt});
}

TYPED_TEST_P(ConfigurationStore, ChangesWhatItsGuardAllows) {
  const auto first = this->one().compare_and_set("shards/0001", 0, "a", store_guard{"cluster", std::nullopt});
  ASSERT_TRUE(first);
  this->expect_value("shards/0001", first->version, "a");
  this->set("cluster", 0, "two");
  const store_guard guard{"cluster", "two"};
  const auto second = this->one().compare_and_set("shards/0001", first->version, "b", guard);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->value, "b");
  const auto late = this->other().compare_and_set("shards/0001", first->version, "c", guard);
  ASSERT_TRUE(late) << "the guard does not stand for the version";
  EXPECT_EQ(late->version, second->version);
  this->expect_value("shards/0001", second->version, "b");
}

TYPED_TEST_P(ConfigurationStore, KeepsAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i));
  const auto first = this->set("nodes/0001", 0, bytes);
  this->expect_value("nodes/0001", first, bytes);
  const auto second = this->set("nodes/0001", first, "");
  this->expect_value("nodes/0001", second, "");
}

TYPED_TEST_P(ConfigurationStore, ListsTheNamesUnderAPrefixAndNoOthers) {
  const auto first = this->set("shards/0001", 0, "a");
  const auto second = this->set("shards/0002", 0, "b");
  for (const auto* near : {"shards", "shards.", "shards0", "nodes/0001", "t", "shard"})
    this->set(near, 0, "x");
  const auto found = this->other().list("shards/");
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->at("shards/0001").version, first);
  EXPECT_EQ(found->at("shards/0001").value, "a");
  EXPECT_EQ(found->at("shards/0002").version, second);
  EXPECT_EQ(found->at("shards/0002").value, "b");
  const auto all = this->one().list("");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 8u);
}

TYPED_TEST_P(ConfigurationStore, TellsWatchersWhatChangedUnderTheirPrefix) {
  const auto heard = std::make_shared<test::heard_names>(); // as old as the store, which ends after the test
  this->one().watch("shards/", [heard](const std::string& name) { heard->add(name); });
  // A watch takes effect some time after it was asked for: change until it is heard.
  std::uint64_t version = 0;
  std::uint64_t node_version = 0;
  EXPECT_TRUE(this->wait_for_hint([&] {
    node_version = this->set("nodes/0001", node_version, "x");
    version = this->set("shards/0001", version, "x");
    return heard->has("shards/0001");
  }));
  EXPECT_FALSE(heard->has("nodes/0001"));
}

REGISTER_TYPED_TEST_SUITE_P(ConfigurationStore, HasVersionZeroOfWhatWasNeverSet,
                            SetsWhatDoesNotExistAndChangesWhatDoes, SaysWhatIsThereWhenAnotherChangeCameFirst,
                            DoesNotMakeWhatShouldHaveExisted, AnswersTheSameChangeAgainWithItsFirstOutcome,
                            LetsOneOfTwoContendersWin, ChangesNothingWhileItsGuardDoesNotHold,
                            ChangesWhatItsGuardAllows, KeepsAnyBytes, ListsTheNamesUnderAPrefixAndNoOthers,
                            TellsWatchersWhatChangedUnderTheirPrefix);

} // namespace orderd::cluster

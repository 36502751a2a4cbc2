#include "runtime/shard/entity_rows.hpp"

#include "tests/support/wallets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace orderd::runtime {
namespace {

/// Wallets, but with content rows.
class wallets_with_content : public test::wallets {
public:
  bool has_content(std::uint8_t) const override { return true; }
};

/// A state store that counts how often it is asked, and whose rows can be damaged.
class counting_store : public state_reader {
public:
  result<std::optional<std::string>> get(const row_key& key) override {
    ++asked;
    if (damaged)
      return fault{fault_code::corrupt, "damaged", 0};
    const auto found = rows.find(key);
    return found == rows.end() ? std::optional<std::string>{} : found->second;
  }
  result<void> scan(table in, std::string_view, std::string_view, bool, const visitor& visit) override {
    if (damaged)
      return fault{fault_code::corrupt, "damaged", 0};
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
      if (row->first.in() == in)
        if (const auto next = visit(row->first.key(), row->second); !next || *next == step::stop)
          return {};
    return {};
  }
  result<void> pin() override { return {}; }

  std::map<row_key, std::string> rows;
  int asked = 0;
  bool damaged = false;
};

class EntityRows : public testing::Test {
protected:
  void store(const entity_id& id, const std::string& state, const std::string& content) {
    store_->rows[id.row(table::state)] = state;
    store_->rows[id.row(table::content)] = content;
  }
  /// "state/content", "-" for a row that is missing.
  static std::string text(const result<snapshot>& found) {
    return found ? found->state.value_or("-") + '/' + found->content.value_or("-") : "fault";
  }
  /// An entity is created in the open epoch.
  void create(const entity_id& id) {
    rows_.put_content(id, "content");
    epochs_.put(id.row(table::state), "new");
  }
  /// The open epoch is closed, committed, applied and forgotten.
  void settle() {
    const auto number = epochs_.close(1).what->number;
    rows_.closed(number);
    epochs_.durable({}, number);
    epochs_.applied(number);
    rows_.applied(number);
    epochs_.forget_applied(1'000);
  }

  wallets_with_content business_;
  epoch_builder epochs_{{}};
  counting_store* store_ = new counting_store; // owned by rows_
  entity_rows rows_{business_, epochs_, std::unique_ptr<state_reader>{store_}};
  const entity_id a_{1, "a"};
  const entity_id b_{1, "b"};
};

TEST_F(EntityRows, AreReadFromTheStoreWhereNothingIsNewer) {
  store(a_, "1", "c");
  rows_.recover();
  EXPECT_EQ(text(rows_.newest(a_)), "1/c");
  EXPECT_EQ(text(rows_.stored(a_)), "1/c");
}

TEST_F(EntityRows, AreTheNewestOnesButForAScan) {
  store(a_, "1", "c");
  rows_.recover();
  epochs_.put(a_.row(table::state), "2");
  EXPECT_EQ(text(rows_.newest(a_)), "2/c");
  EXPECT_EQ(text(rows_.stored(a_)), "1/c");
}

TEST_F(EntityRows, OfANewEntityAreNotLookedUp) {
  store(a_, "1", "c");
  rows_.recover();
  EXPECT_EQ(text(rows_.newest(b_)), "-/-");
  EXPECT_EQ(store_->asked, 0);
}

TEST_F(EntityRows, OfAnEntityCreatedInAnEpochThatIsNotAppliedAreFound) {
  rows_.recover();
  create(b_);
  EXPECT_EQ(text(rows_.newest(b_)), "new/content") << "open";
  rows_.closed(epochs_.close(1).what->number);
  EXPECT_EQ(text(rows_.newest(b_)), "new/content") << "closed";
}

TEST_F(EntityRows, OfAnEntityThatIsAppliedAreLookedUpAgain) {
  rows_.recover();
  create(b_);
  settle();
  store(b_, "new", "content");
  EXPECT_EQ(text(rows_.newest(b_)), "new/content") << "taken for new";
}

TEST_F(EntityRows, AreAllLookedUpWhenTheHighestCannotBeRead) {
  store_->damaged = true;
  rows_.recover();
  EXPECT_EQ(text(rows_.newest(b_)), "fault");
  store_->damaged = false;
  EXPECT_EQ(text(rows_.newest(b_)), "-/-");
}

TEST_F(EntityRows, WithoutAStateAreNone) {
  store_->rows[a_.row(table::content)] = "c";
  rows_.recover();
  EXPECT_EQ(text(rows_.newest(a_)), "-/-");
}

} // namespace
} // namespace orderd::runtime

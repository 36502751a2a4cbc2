#include "cluster/wire/connection_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace orderd::cluster {
namespace {

using verdict = connection_table::verdict;
using gone = std::optional<connection_table::number>;

/// Room for four clients, three of an address, one operator, two that are unintroduced, one that parts.
class ConnectionTableTest : public ::testing::Test {
protected:
  connection_table table{{.clients = 4, .per_address = 3, .operators = 1, .unintroduced = 2, .parting = 1}};
  std::set<connection_table::number> waiting; ///< for answers

  connection_table::admission hello(connection_table::number who, const std::string& address = "a",
                                    bool is_operator = false) {
    table.arrive(who, address);
    return table.introduce(who, is_operator, [this](auto each) { return !waiting.contains(each); });
  }
  void expect_taken(connection_table::number who, const std::string& address, gone goes = {}) {
    const auto given = hello(who, address);
    EXPECT_EQ(given.what, verdict::taken) << who;
    EXPECT_EQ(given.goes, goes) << who;
    if (given.goes)
      table.part(*given.goes);
  }
};

TEST_F(ConnectionTableTest, LetsTheOldestUnintroducedGoWhenTheirPoolIsFull) {
  EXPECT_EQ(table.arrive(1, "a"), gone{});
  EXPECT_EQ(table.arrive(2, "b"), gone{});
  EXPECT_EQ(table.arrive(3, "c"), gone{1});
  table.part(1);
  EXPECT_EQ(table.arrive(4, "d"), gone{2});
}

TEST_F(ConnectionTableTest, CountsWhoSaidHelloInAnotherPool) {
  for (connection_table::number who = 1; who <= 4; ++who)
    expect_taken(who, who < 4 ? "a" : "b");
  EXPECT_EQ(table.arrive(5, "a"), gone{});
  EXPECT_EQ(table.arrive(6, "a"), gone{});
}

TEST_F(ConnectionTableTest, TakesThePlaceOfWhoNeverAskedAndThenOfWhoWasSilentLongest) {
  for (connection_table::number who = 1; who <= 4; ++who)
    expect_taken(who, who % 2 == 0 ? "a" : "b");
  table.heard(1, true);
  table.heard(2, true);
  table.heard(4, true);
  table.heard(2, false);
  expect_taken(5, "c", 3);
  table.heard(5, true);
  expect_taken(6, "d", 1);
  table.heard(6, true);
  expect_taken(7, "e", 4);
  table.heard(7, true);
  expect_taken(8, "f", 2);
}

TEST_F(ConnectionTableTest, NeverTakesThePlaceOfWhoWaitsForAnAnswer) {
  for (connection_table::number who = 1; who <= 4; ++who)
    expect_taken(who, who % 2 == 0 ? "a" : "b");
  waiting = {1, 2, 4};
  expect_taken(5, "c", 3);
  waiting.insert(5);
  const auto refused = hello(6, "d");
  EXPECT_EQ(refused.what, verdict::node_full);
  EXPECT_EQ(refused.goes, gone{});
}

TEST_F(ConnectionTableTest, TakesOneOfItsOwnPlacesForAnAddressThatHasAllItMay) {
  expect_taken(1, "b");
  expect_taken(2, "a");
  expect_taken(3, "a");
  expect_taken(4, "a");
  expect_taken(5, "a", 2);
  waiting = {3, 4, 5};
  EXPECT_EQ(hello(6, "a").what, verdict::address_full);
  table.part(6);
  table.leave(3);
  expect_taken(7, "a");
}

TEST_F(ConnectionTableTest, KeepsPlacesForOperatorsAndCountsTheRestOfThemAsClients) {
  for (connection_table::number who = 1; who <= 4; ++who)
    expect_taken(who, who % 2 == 0 ? "a" : "b");
  waiting = {1, 2, 3, 4};
  EXPECT_EQ(hello(5, "a", true).what, verdict::taken);
  EXPECT_EQ(hello(6, "a", true).goes, gone{5});
  table.part(5);
  waiting.insert(6);
  EXPECT_EQ(hello(7, "c", true).what, verdict::node_full);
  table.part(7);
  waiting.erase(3);
  EXPECT_EQ(hello(8, "c", true).goes, gone{3});
}

TEST_F(ConnectionTableTest, LetsTheFirstOfThoseThatPartGoWhenTheyAreTooMany) {
  expect_taken(1, "a");
  expect_taken(2, "a");
  expect_taken(3, "a");
  EXPECT_EQ(table.part(1), gone{});
  EXPECT_EQ(table.part(1), gone{}); // it parts already
  EXPECT_EQ(table.part(2), gone{1});
  table.leave(1);
  table.leave(2);
  EXPECT_EQ(table.part(3), gone{});
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(ConnectionTableTest, HoldsNothingForWhoHasLeft) {
  for (connection_table::number who = 1; who <= 1000; ++who) {
    expect_taken(who, "a" + std::to_string(who));
    table.leave(who);
    table.leave(who);
    table.heard(who, true);
    EXPECT_EQ(table.part(who), gone{});
  }
  EXPECT_EQ(table.size(), 0u);
}

} // namespace
} // namespace orderd::cluster

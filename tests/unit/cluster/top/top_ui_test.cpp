#include "cluster/top/top_ui.hpp"

#include "tests/unit/cluster/top/top_bench.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace orderd::cluster {
namespace {

using keys = std::vector<top_key>;

TEST(TopKeys, AreReadFromBytes) {
  const struct {
    std::string bytes;
    keys read;
  } rows[]{
      {"q", {top_key::quit}},
      {"Q", {top_key::quit}},
      {"s123p ",
       {top_key::sort, top_key::glance, top_key::shards, top_key::orders, top_key::pause, top_key::pause}},
      {"\r\n", {top_key::enter, top_key::enter}},
      {"\x7f\b", {top_key::back, top_key::back}},
      {"\x1b[A\x1b[B\x1b[C\x1b[D", {top_key::up, top_key::down, top_key::enter, top_key::back}},
      {"\x1bOA", {top_key::up}},
      {"jk", {top_key::down, top_key::up}},
      {"\x1bq", {top_key::back, top_key::quit}},
      {"\x1b[5~q", {top_key::quit}},
      {"\x1b[1;5Aq", {top_key::quit}},
      {"\x1b[111111111111q",
       {top_key::glance, top_key::glance, top_key::glance, top_key::glance, top_key::glance, top_key::glance,
        top_key::quit}},
      {"xyz\x01\xff", {}}};
  for (const auto& row : rows) {
    top_key_reader whole;
    EXPECT_EQ(whole.read(row.bytes), row.read) << row.bytes;
    top_key_reader cut;
    keys one_by_one;
    for (const char each : row.bytes)
      for (const auto key : cut.read({&each, 1}))
        one_by_one.push_back(key);
    EXPECT_EQ(one_by_one, row.read) << row.bytes;
  }
}

TEST(TopKeys, CountEscAloneOnceNothingFollows) {
  top_key_reader reader;
  EXPECT_EQ(reader.read("\x1b"), keys{});
  EXPECT_TRUE(reader.waits());
  EXPECT_EQ(reader.rest(), keys{top_key::back});
  EXPECT_FALSE(reader.waits());
  EXPECT_EQ(reader.rest(), keys{});
  EXPECT_EQ(reader.read("\x1b["), keys{});
  EXPECT_EQ(reader.rest(), keys{}) << "a sequence that does not end is no key";
}

class TopUi : public testing::Test {
protected:
  void press_all(std::initializer_list<top_key> pressed) {
    for (const auto key : pressed)
      EXPECT_TRUE(press(ui, key, model));
  }

  top_model model = test::small_cluster();
  top_ui ui;
};

TEST_F(TopUi, EndsByQuit) {
  EXPECT_FALSE(press(ui, top_key::quit, model));
}

TEST_F(TopUi, MovesWithinTheRowsThereAre) {
  press_all({top_key::down});
  EXPECT_EQ(ui.row, 0u) << "a glance has no rows";
  press_all({top_key::shards, top_key::up});
  EXPECT_EQ(ui.row, 0u);
  press_all({top_key::down, top_key::down, top_key::down});
  EXPECT_EQ(ui.row, 1u);
}

TEST_F(TopUi, GoesIntoTheShardThatIsChosenAsItIsSorted) {
  press_all({top_key::shards, top_key::sort, top_key::sort, top_key::enter});
  EXPECT_EQ(ui.sort, top_order::term);
  EXPECT_EQ(ui.shard, 1u) << "by term the second shard is the first";
  press_all({top_key::enter, top_key::back});
  EXPECT_EQ(ui.shard, std::nullopt);
  EXPECT_EQ(ui.view, top_view::shards);
  press_all({top_key::back});
  EXPECT_EQ(ui.view, top_view::glance);
}

TEST_F(TopUi, GoesIntoAnOrderButNotIntoAnItem) {
  press_all({top_key::orders, top_key::enter});
  EXPECT_EQ(ui.order_id, "") << "the first is an item in quarantine";
  press_all({top_key::down, top_key::enter});
  EXPECT_EQ(ui.order_id, model.oldest[0].order_id());
  press_all({top_key::glance});
  EXPECT_EQ(ui.order_id, "");
}

TEST_F(TopUi, SortsRoundAndPauses) {
  for (int i = 0; i < top_orders; ++i)
    press_all({top_key::sort});
  EXPECT_EQ(ui.sort, top_order::number);
  press_all({top_key::pause});
  EXPECT_TRUE(ui.paused);
  press_all({top_key::pause});
  EXPECT_FALSE(ui.paused);
}

} // namespace
} // namespace orderd::cluster

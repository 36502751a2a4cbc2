#include "runtime/shard/overlay.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace orderd::runtime {
namespace {

row_key key(std::string_view name) {
  return {table::state, name};
}

epoch_ptr epoch_of(std::uint64_t number, std::vector<row_write> writes) {
  auto made = std::make_shared<epoch>();
  made->number = number;
  made->writes = std::move(writes);
  return made;
}

std::string seen(const overlay& rows, std::string_view name) {
  const auto* write = rows.find(key(name));
  if (write == nullptr)
    return "unknown";
  return write->value.value_or("erased");
}

TEST(Overlay, ShowsTheNewestChangeOfARow) {
  overlay rows;
  rows.add(epoch_of(1, {{key("a"), "1"}, {key("b"), "1"}}));
  rows.add(epoch_of(2, {{key("a"), "2"}, {key("b"), std::nullopt}}));
  EXPECT_EQ(seen(rows, "a"), "2");
  EXPECT_EQ(seen(rows, "b"), "erased");
  EXPECT_EQ(seen(rows, "c"), "unknown");
}

TEST(Overlay, ForgetsAppliedEpochsButNotNewerChanges) {
  overlay rows;
  rows.add(epoch_of(1, {{key("a"), "1"}, {key("b"), "1"}}));
  rows.add(epoch_of(2, {{key("a"), "2"}}));
  rows.applied(1);
  rows.forget(10);
  EXPECT_EQ(seen(rows, "a"), "2");
  EXPECT_EQ(seen(rows, "b"), "unknown");
  rows.applied(2);
  rows.forget(10);
  EXPECT_EQ(seen(rows, "a"), "unknown");
}

TEST(Overlay, ForgetsWholeEpochsUntilItsRowsAreEnough) {
  overlay rows;
  rows.add(epoch_of(1, {{key("a"), "1"}, {key("b"), "1"}, {key("c"), "1"}}));
  rows.add(epoch_of(2, {{key("d"), "1"}}));
  rows.add(epoch_of(3, {{key("e"), "1"}}));
  rows.applied(3);
  rows.forget(2);
  EXPECT_EQ(seen(rows, "c"), "unknown");
  EXPECT_EQ(seen(rows, "d"), "1");
  rows.forget(1);
  EXPECT_EQ(seen(rows, "d"), "unknown");
  EXPECT_EQ(seen(rows, "e"), "1");
}

TEST(Overlay, ForgetsNoMoreAtOnceThanItIsTold) {
  overlay rows;
  for (std::uint64_t n = 1; n <= 3; ++n)
    rows.add(epoch_of(n, {{key(std::to_string(n)), "x"}}));
  rows.forget(10);
  EXPECT_EQ(seen(rows, "1"), "x") << "nothing is applied yet";
  rows.applied(3);
  rows.forget(2);
  EXPECT_EQ(seen(rows, "2"), "unknown");
  EXPECT_EQ(seen(rows, "3"), "x");
}

TEST(Overlay, AgreesWithAMapOverManyEpochs) {
  std::mt19937_64 random{7}; // NOLINT(cert-msc51-cpp): the same rows in every run
  overlay rows;
  std::map<std::string, std::pair<std::uint64_t, std::string>> model; ///< epoch and value of each row
  std::uint64_t applied = 0;
  for (std::uint64_t n = 1; n <= 500; ++n) {
    std::map<std::string, std::string> writes;
    for (int i = 0; i < 50; ++i)
      writes[std::to_string(random() % 700)] = std::to_string(random());
    std::vector<row_write> changes;
    for (const auto& [name, value] : writes) {
      changes.push_back({key(name), value});
      model[name] = {n, value};
    }
    rows.add(epoch_of(n, std::move(changes)));
    if (random() % 3 == 0) {
      applied += random() % (n - applied + 1);
      rows.applied(applied);
      rows.forget(1'000'000);
    }
    for (const auto& [name, newest] : model)
      ASSERT_EQ(seen(rows, name), newest.first > applied ? newest.second : "unknown") << "epoch " << n;
  }
}

TEST(Overlay, CountsTheBytesItHolds) {
  overlay rows;
  EXPECT_EQ(rows.bytes(), 0u);
  rows.add(epoch_of(1, {{key("a"), std::string(1'000, 'x')}}));
  rows.add(epoch_of(2, {{key("a"), std::string(500, 'x')}}));
  EXPECT_GE(rows.bytes(), 1'500u);
  rows.applied(1);
  rows.forget(10);
  EXPECT_LT(rows.bytes(), 1'000u);
  rows.applied(5);
  rows.forget(10);
  EXPECT_EQ(rows.bytes(), 0u);
}

TEST(Overlay, RefusesAGap) {
  overlay rows;
  rows.add(epoch_of(1, {}));
  EXPECT_THROW(rows.add(epoch_of(3, {})), bug);
}

} // namespace
} // namespace orderd::runtime

// The table of an order's life, and that the README shows the same one.
#include "actors/rules/lifecycle.hpp"
#include "tests/support/source_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace orderd::actors {

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? std::string{}
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream from{text};
  for (std::string part; std::getline(from, part, at);)
    parts.push_back(trimmed(part));
  return parts;
}

/// The cells of the README's life-cycle table, header first.
std::vector<std::vector<std::string>> readme_table() {
  std::ifstream readme{test::source_dir() + "/actors/rules/README.md"};
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(readme, line);) {
    if (rows.empty() && !line.starts_with("| status |"))
      continue;
    if (!line.starts_with("|"))
      break;
    auto cells = split(line, '|');
    cells.erase(cells.begin());
    if (!cells.front().starts_with("---"))
      rows.push_back(std::move(cells));
  }
  return rows;
}

std::set<std::string> successors_of(order_status from) {
  std::set<std::string> names;
  for (std::size_t to = 0; to < order_statuses; ++to)
    if (may_become(from, static_cast<order_status>(to)))
      names.emplace(to_string(static_cast<order_status>(to)));
  return names;
}

} // namespace

TEST(Lifecycle, IsTheTableOfTheReadme) {
  const auto rows = readme_table();
  ASSERT_EQ(rows.size(), order_statuses + 1) << "the README has no table of all statuses";
  for (std::size_t column = 0; column < order_columns; ++column)
    EXPECT_EQ(rows[0][column + 1], to_string(static_cast<order_column>(column)));
  for (std::size_t i = 0; i < order_statuses; ++i) {
    const auto status = static_cast<order_status>(i);
    const auto& cells = rows[i + 1];
    ASSERT_EQ(cells.size(), order_columns + 2) << cells[0];
    EXPECT_EQ(cells[0], to_string(status));
    for (std::size_t column = 0; column < order_columns; ++column)
      EXPECT_EQ(cells[column + 1], to_string(verdict_of(status, static_cast<order_column>(column))))
          << cells[0] << " x " << rows[0][column + 1];
    const auto successors = split(cells.back(), ',');
    EXPECT_EQ((std::set<std::string>{successors.begin(), successors.end()}), successors_of(status))
        << cells[0];
  }
}

TEST(Lifecycle, EndsOnlyWhereNothingFollows) {
  EXPECT_TRUE(successors_of(order_status::rejected).empty());
  EXPECT_TRUE(successors_of(order_status::cancelled).empty());
  EXPECT_EQ(successors_of(order_status::confirmed), (std::set<std::string>{"cancelling"}));
}

TEST(Lifecycle, SettlesInThreeStatuses) {
  for (std::size_t i = 0; i < order_statuses; ++i) {
    const auto status = static_cast<order_status>(i);
    EXPECT_EQ(is_settled(status), status == order_status::confirmed || status == order_status::rejected
                                      || status == order_status::cancelled);
  }
}

TEST(Lifecycle, AcceptsOnlyHistoriesThatArePaths) {
  using enum order_status;
  EXPECT_TRUE(is_legal_history({placed, reserving, authorizing, confirmed}, confirmed));
  EXPECT_TRUE(is_legal_history({placed, reserving, rejecting, rejected}, rejected));
  EXPECT_FALSE(is_legal_history({placed, reserving, confirmed}, confirmed)) << "skips authorizing";
  EXPECT_FALSE(is_legal_history({reserving}, reserving)) << "does not begin at the beginning";
  EXPECT_FALSE(is_legal_history({placed, reserving}, placed)) << "ends elsewhere";
}

} // namespace orderd::actors

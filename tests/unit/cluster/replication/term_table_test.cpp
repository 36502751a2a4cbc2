// How much two journals have in common (D4), a row each.
#include "cluster/replication/term_table.hpp"

#include <gtest/gtest.h>

namespace orderd::cluster {
namespace {

using starts = std::vector<term_start>;

TEST(TermTable, FindsTheEndOfTheLargestCommonTerm) {
  struct row {
    starts mine;
    std::uint64_t end;
    starts other;
    std::uint64_t other_end;
    std::uint64_t common;
  };
  const row rows[] = {
      {{}, 0, {}, 0, 0},
      {{{1, 1}}, 5, {{1, 1}}, 5, 5},                         // the same
      {{{1, 1}}, 5, {{1, 1}}, 9, 5},                         // a part of it
      {{{1, 1}}, 9, {{1, 1}}, 5, 5},                         // more than it
      {{{1, 1}, {2, 6}}, 8, {{1, 1}, {3, 5}}, 9, 4},         // a term that the other never had
      {{{1, 1}, {2, 4}, {3, 6}}, 8, {{1, 1}, {4, 5}}, 7, 3}, // two terms that the other never had
      {{{1, 1}, {2, 4}, {3, 6}}, 8, {{1, 1}, {2, 4}, {4, 5}}, 7, 4},
      {{{1, 1}}, 3, {{1, 1}, {2, 4}}, 6, 3},
      {{{2, 1}}, 3, {{3, 1}}, 3, 0}, // nothing
  };
  for (const auto& each : rows) {
    const term_table mine{each.mine};
    const term_table other{each.other};
    EXPECT_EQ(mine.common_end(each.end, other, each.other_end), each.common) << "row " << &each - rows;
    EXPECT_EQ(other.common_end(each.other_end, mine, each.end), each.common) << "row " << &each - rows;
  }
}

TEST(TermTable, NotesTheFirstEpochOfATermOnly) {
  term_table table;
  EXPECT_TRUE(table.append(1, 1));
  EXPECT_FALSE(table.append(1, 2));
  EXPECT_TRUE(table.append(4, 3));
  EXPECT_EQ(table.starts(), (starts{{1, 1}, {4, 3}}));
}

TEST(TermTable, ForgetsTermsThatBeginBehindATruncation) {
  term_table table{{{1, 1}, {2, 4}, {3, 6}}};
  table.truncate(5);
  EXPECT_EQ(table.starts(), (starts{{1, 1}, {2, 4}}));
  table.truncate(3);
  EXPECT_EQ(table.starts(), (starts{{1, 1}}));
}

TEST(TermTable, KnowsTheTermOfAnEpoch) {
  const term_table table{{{1, 2}, {3, 6}}};
  EXPECT_EQ(table.term_at(1), 0u);
  EXPECT_EQ(table.term_at(5), 1u);
  EXPECT_EQ(table.term_at(6), 3u);
}

TEST(TermTable, RemembersABoundedNumberOfTerms) {
  term_table table;
  for (std::uint64_t term = 1; term <= term_table::terms_max + 2; ++term)
    table.append(term, term);
  EXPECT_EQ(table.starts().size(), term_table::terms_max);
  EXPECT_EQ(table.starts().front().term, 3u);
}

TEST(TermTable, ForgetsTermsOfWhichTheJournalHasNothing) {
  term_table table;
  for (std::uint64_t term = 1; term <= 10; ++term)
    table.append(term, 10 * term, 75, 3); // Term 7 has epochs 70 to 79.
  EXPECT_EQ(table.starts().front(), (term_start{7, 70}));
  EXPECT_EQ(table.starts().size(), 4u);
}

TEST(TermTable, KnowsWhenAnotherForgotWhatTheyMayHaveInCommon) {
  const term_table mine{{{1, 1}, {3, 3}}};
  EXPECT_TRUE((term_table{{{4, 9}, {5, 12}}}).begins_after(mine));
  EXPECT_FALSE((term_table{{{3, 3}, {5, 12}}}).begins_after(mine));
  EXPECT_FALSE((term_table{{{2, 3}, {5, 12}}}).begins_after(mine)); // Term 3 never reached it.
  EXPECT_FALSE((term_table{{{4, 1}}}).begins_after(mine));          // Nothing was before.
  EXPECT_FALSE((term_table{{{4, 9}}}).begins_after({}));
  EXPECT_FALSE(term_table{}.begins_after(mine));
}

} // namespace
} // namespace orderd::cluster

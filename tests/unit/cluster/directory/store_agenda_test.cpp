// Which call of the configuration store is next: proposals before reads, and one read for all who ask.
#include "cluster/directory/store_agenda.hpp"

#include <gtest/gtest.h>

#include <string>

namespace orderd::cluster {
namespace {

using agenda = store_agenda<int>;

/// Makes every call that is due: a letter each.
std::string work_off(agenda& of) {
  std::string calls;
  for (;;)
    switch (of.next()) {
    case agenda::item::nothing:
      return calls;
    case agenda::item::proposal:
      calls += std::to_string(of.take_proposal());
      break;
    case agenda::item::read:
      of.begin_read();
      calls += 'r';
    }
}

TEST(StoreAgenda, HasNothingToDoAtFirst) {
  agenda empty;
  EXPECT_EQ(work_off(empty), "");
}

TEST(StoreAgenda, ReadsOnceForAllWhoAsked) {
  agenda of;
  for (int i = 0; i < 1'000; ++i)
    of.want_read();
  EXPECT_EQ(work_off(of), "r");
}

TEST(StoreAgenda, OwesAnotherReadToWhoAsksWhileOneIsUnderWay) {
  agenda of;
  of.want_read();
  of.begin_read();
  of.want_read();
  EXPECT_EQ(work_off(of), "r");
}

TEST(StoreAgenda, TakesProposalsInTheirOrderBeforeItReads) {
  agenda of;
  of.want_read();
  of.add(1);
  of.add(2);
  of.want_read();
  EXPECT_EQ(work_off(of), "12r");
}

/// While the store fails, every proposal comes again at once.
TEST(StoreAgenda, ReadsAfterAFewProposalsHoweverManyThereAre) {
  agenda of;
  of.want_read();
  for (std::size_t i = 0; i < 2 * agenda::proposals_in_a_row; ++i)
    of.add(0);
  EXPECT_EQ(work_off(of).find('r'), agenda::proposals_in_a_row);
}

} // namespace
} // namespace orderd::cluster

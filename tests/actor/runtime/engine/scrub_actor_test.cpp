// The scrub: which part it looks at when, and what it makes of what is found. Faults: a damaged page, rows
// whose seals are not good, a disk that cannot be read.
#include "runtime/engine/scrub_actor.hpp"

#include "tests/support/manual_clock.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

/// A store of so many pages, looked at in slices of ten.
class paged_state final : public scrubbed_store {
public:
  explicit paged_state(std::uint64_t pages) : pages_(pages) {}

  result<scrub_slice> verify(const scrub_cursor& from, std::size_t) override {
    looked_at.push_back(from.page);
    if (failure)
      return *failure;
    scrub_slice out;
    out.next = from;
    out.pages = 10;
    out.bytes = 40'960;
    out.next.page += 10;
    out.end = out.next.page >= pages_;
    out.share = static_cast<double>(out.next.page) / static_cast<double>(pages_);
    out.bad_rows = out.end ? bad_rows : 0;
    out.bad_row = "a bad row";
    out.rows_differ = out.end ? rows_differ : "";
    return out;
  }

  std::vector<std::uint64_t> looked_at;
  std::optional<fault> failure;
  std::uint64_t bad_rows = 0;
  std::string rows_differ;

private:
  std::uint64_t pages_;
};

using positions = std::vector<std::uint64_t>;

class ScrubActor : public testing::Test {
protected:
  ~ScrubActor() override { system_.kill({scrub_, asker_}); }

  void start(std::uint32_t hours) {
    scrub_ = system_.actors().spawn<scrub_actor>(
        std::vector<scrubbed_part>{{&first_, scrubbed_part::kind::state, 0}, second_part_}, clock_, metrics_,
        scrub_options{hours, 16}, [this](const scrubbed_part& what, const fault& why, unsigned times) {
          damaged_.push_back(what.name() + ": " + why.message);
          return what.is == scrubbed_part::kind::journal && times < ends_at_ ? after_damage::node_goes_on
                                                                             : after_damage::node_ends;
        });
    system_.run();
  }
  void pass(std::int64_t ms) {
    clock_.pass(ms);
    system_.pass(milliseconds{ms});
  }
  /// Up to the minute in which a round begins.
  void pass_an_hour() {
    for (int minute = 0; minute < 60; ++minute)
      pass(60'000);
  }
  void run_round() {
    for (int i = 0; i < 10; ++i)
      pass(20);
  }
  scrub_description ask(bool begin) {
    caf::send_as(asker_, scrub_, ask_scrub{begin});
    system_.run();
    return said_.back();
  }
  double wall_s() const { return static_cast<double>(clock_.now().wall_ms) / 1'000; }

  paged_state first_{30};
  paged_state second_{20};
  scrubbed_part second_part_{&second_, scrubbed_part::kind::state, 1};
  unsigned ends_at_ = 1'000; ///< the damaged journal is found for so many times
  test::manual_clock clock_;
  scrub_metrics metrics_;
  std::vector<std::string> damaged_;
  test::test_system system_;
  std::vector<scrub_description> said_;
  caf::actor asker_ = test::spawn_recorder(system_.actors(), said_);
  caf::actor scrub_;
};

TEST_F(ScrubActor, LooksThroughEveryShardSlowlyWhenItIsTime) {
  start(1);
  EXPECT_EQ(metrics_.finished.Value(), wall_s()) << "a start has read everything";
  for (int minute = 0; minute < 59; ++minute)
    pass(60'000);
  EXPECT_EQ(first_.looked_at, positions{});
  pass(60'000);
  EXPECT_EQ(first_.looked_at, positions{0});
  EXPECT_NEAR(metrics_.progress.Value(), 1.0 / 6, 0.001);
  pass(1);
  EXPECT_EQ(first_.looked_at, positions{0}) << "between two slices it waits";
  pass(1);
  EXPECT_EQ(first_.looked_at, (positions{0, 10}));
  run_round();
  EXPECT_EQ(first_.looked_at, (positions{0, 10, 20}));
  EXPECT_EQ(second_.looked_at, (positions{0, 10}));
  EXPECT_EQ(metrics_.pages.Value(), 50);
  EXPECT_EQ(metrics_.progress.Value(), 0);
  EXPECT_EQ(metrics_.damage.Value(), 0);
  EXPECT_GT(metrics_.finished.Value(), wall_s() - 1);
}

TEST_F(ScrubActor, BeginsAnewSoLongAfterARoundEnded) {
  start(1);
  pass_an_hour();
  run_round();
  EXPECT_EQ(metrics_.pages.Value(), 50);
  pass_an_hour();
  pass(60'000);
  run_round();
  EXPECT_EQ(metrics_.pages.Value(), 100);
  EXPECT_EQ(second_.looked_at, (positions{0, 10, 0, 10}));
}

TEST_F(ScrubActor, WithNoHoursReadsNothing) {
  start(0);
  pass_an_hour();
  pass_an_hour();
  EXPECT_EQ(first_.looked_at, positions{});
  EXPECT_EQ(metrics_.finished.Value(), 0) << "nobody waits for it";
}

TEST_F(ScrubActor, TellsOfADamagedPageAndReadsNoMore) {
  start(1);
  second_.failure = fault{fault_code::corrupt, "page 7 is not what was written", 0};
  pass_an_hour();
  run_round();
  pass_an_hour();
  pass_an_hour();
  EXPECT_EQ(damaged_, (std::vector<std::string>{"the state of shard 1: page 7 is not what was written"}));
  EXPECT_EQ(second_.looked_at, positions{0});
  EXPECT_EQ(metrics_.damage.Value(), 1);
}

TEST_F(ScrubActor, LooksAtADamagedJournalAgainUntilWhatWasDamagedIsErased) {
  second_part_ = {&second_, scrubbed_part::kind::journal, 0};
  start(1);
  (void)ask(true);
  second_.failure = fault{fault_code::corrupt, "record 7", 0};
  run_round();
  EXPECT_EQ(ask(false).looking_at, "the journal");
  pass(scrub_actor::look_again_ms);
  EXPECT_EQ(second_.looked_at, (positions{0, 0}));
  EXPECT_EQ(metrics_.damage.Value(), 0);
  EXPECT_EQ(metrics_.journal_damage.Value(), 1) << "it is the same";
  second_.failure.reset();
  pass(scrub_actor::look_again_ms);
  run_round();
  EXPECT_EQ(second_.looked_at, (positions{0, 0, 0, 10}));
  EXPECT_EQ(damaged_, (std::vector<std::string>{"the journal: record 7", "the journal: record 7"}));
  const auto ended = ask(false);
  EXPECT_FALSE(ended.running);
  EXPECT_EQ(ended.looking_at, "");
  EXPECT_EQ(ended.finding, "record 7");
  EXPECT_EQ(ended.bad, 1u);
  EXPECT_GT(ended.ended_at, 0);
}

TEST_F(ScrubActor, ADamagedJournalThatStaysSoDoesNotKeepTheScrubFromItsNextRound) {
  second_part_ = {&second_, scrubbed_part::kind::journal, 0};
  start(1);
  (void)ask(true);
  second_.failure = fault{fault_code::corrupt, "record 7", 0};
  run_round();
  for (unsigned looks = 1; looks < scrub_actor::looks_max; ++looks) {
    EXPECT_TRUE(ask(false).running) << looks;
    pass(scrub_actor::look_again_ms);
  }
  EXPECT_EQ(second_.looked_at.size(), scrub_actor::looks_max);
  EXPECT_FALSE(ask(false).running);
  EXPECT_EQ(ask(false).bad, 1u);
}

TEST_F(ScrubActor, EndsTheNodeWhenTheJournalIsFoundDamagedAgain) {
  second_part_ = {&second_, scrubbed_part::kind::journal, 0};
  ends_at_ = 2;
  start(1);
  (void)ask(true);
  second_.failure = fault{fault_code::corrupt, "record 7", 0};
  run_round();
  EXPECT_EQ(damaged_.size(), 1u);
  for (int i = 0; i < 4; ++i)
    pass(scrub_actor::look_again_ms);
  EXPECT_EQ(damaged_.size(), 2u);
  EXPECT_EQ(second_.looked_at, (positions{0, 0})) << "nothing more is read";
}

TEST_F(ScrubActor, CountsBadRowsAndGoesOn) {
  start(1);
  first_.bad_rows = 2;
  pass_an_hour();
  run_round();
  EXPECT_EQ(second_.looked_at, (positions{0, 10}));
  EXPECT_EQ(metrics_.damage.Value(), 2);
  EXPECT_TRUE(damaged_.empty()) << "a start would not mend them";
}

TEST_F(ScrubActor, BeginsWhenItIsAskedTo) {
  start(0);
  EXPECT_EQ(ask(false).begun_at, 0);
  second_.bad_rows = 1;
  const auto begun = ask(true);
  EXPECT_TRUE(begun.running);
  EXPECT_EQ(begun.begun_at, clock_.now().wall_ms);
  EXPECT_EQ(begun.next_in_ms, -1);
  pass(2);
  const auto going_on = ask(true);
  EXPECT_EQ(going_on.begun_at, begun.begun_at) << "a round is under way";
  EXPECT_GT(going_on.progress, 0);
  run_round();
  const auto ended = ask(false);
  EXPECT_FALSE(ended.running);
  EXPECT_EQ(ended.progress, 1);
  EXPECT_GT(ended.ended_at, begun.begun_at);
  EXPECT_EQ(ended.pages, 50u);
  EXPECT_EQ(ended.bad, 1u);
  EXPECT_EQ(ended.finding, "a bad row");
  EXPECT_EQ(ask(true).finding, "") << "another round";
}

TEST_F(ScrubActor, SaysWhatEndedARound) {
  start(1);
  second_.failure = fault{fault_code::internal, "cannot read", 0};
  (void)ask(true);
  run_round();
  const auto ended = ask(false);
  EXPECT_FALSE(ended.running);
  EXPECT_EQ(ended.ended_at, 0);
  EXPECT_EQ(ended.finding, "cannot read");
  EXPECT_GT(ended.next_in_ms, 3'590'000);
}

TEST_F(ScrubActor, SaysThatRowsAreNotThoseThatWereWrittenAndGoesOn) {
  start(0);
  first_.rows_differ = "rows were lost";
  (void)ask(true);
  run_round();
  EXPECT_EQ(ask(false).finding, "rows were lost");
  EXPECT_EQ(ask(false).bad, 1u);
  EXPECT_EQ(metrics_.damage.Value(), 1);
  EXPECT_EQ(second_.looked_at, (positions{0, 10}));
  EXPECT_TRUE(damaged_.empty()) << "a start would not mend them";
}

TEST_F(ScrubActor, ADiskThatCannotBeReadNowIsNoDamage) {
  start(1);
  const auto started = wall_s();
  first_.failure = fault{fault_code::internal, "cannot read", 0};
  pass_an_hour();
  run_round();
  EXPECT_TRUE(damaged_.empty());
  EXPECT_EQ(metrics_.damage.Value(), 0);
  EXPECT_EQ(metrics_.finished.Value(), started) << "no round has ended";
  first_.failure.reset();
  pass_an_hour();
  pass(60'000);
  run_round();
  EXPECT_EQ(second_.looked_at, (positions{0, 10}));
  EXPECT_GT(metrics_.finished.Value(), started);
}

} // namespace
} // namespace orderd::runtime

// The state applier. Faults: an apply that fails on a full disk; nothing may be lost or applied twice, and it
// must be tried again. An apply that fails otherwise: it must end the node, and nothing more may be tried.
#include "runtime/engine/applier_actor.hpp"

#include "config/limits.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds interval{200};

epoch_ptr epoch_of(std::uint64_t number, std::size_t value_bytes = 1) {
  auto made = std::make_shared<epoch>();
  made->term = 1;
  made->number = number;
  made->previous_term = number == 1 ? 0 : 1;
  made->writes.push_back({{table::state, std::to_string(number)}, std::string(value_bytes, 'x')});
  return made;
}

/// Counts the rows it is shown, or fails.
class row_counter : public inspection {
public:
  result<void> inspect(std::uint32_t, state_reader& rows) override {
    if (before)
      before();
    if (fails)
      return fault{fault_code::corrupt, "a bad row", 0};
    return rows.scan(table::state, {}, {}, false, [this](auto, auto) {
      ++seen;
      return result<state_reader::step>{state_reader::step::next};
    });
  }
  std::function<void()> before;
  std::size_t seen = 0;
  bool fails = false;
};

class ApplierActor : public testing::Test {
protected:
  void give(std::uint64_t number, std::size_t value_bytes = 1) {
    caf::send_as(shard_, applier_, apply_epoch{epoch_of(number, value_bytes)});
    system_.run();
  }
  template <class Message>
  void tell(Message what) {
    caf::send_as(shard_, applier_, std::move(what));
    system_.run();
  }
  std::vector<std::uint64_t> loaded() const {
    std::vector<std::uint64_t> tags;
    for (const auto& each : loaded_)
      tags.push_back(each.tag);
    return tags;
  }
  std::uint64_t applied() { return opened_->state(0).applied_epoch(); }

  test::memory_disk disk_{1};
  std::unique_ptr<storage> opened_ = disk_.open();
  metrics metrics_{"test"};
  std::vector<epoch_applied> told_;
  std::vector<rows_loaded> loaded_;
  std::vector<load_ended> ended_;
  std::vector<state_hashed> hashed_;
  std::vector<inspection_done> inspected_;
  std::vector<trim_journal> trimmed_;
  std::vector<std::string> fatal_;
  test::test_system system_;
  caf::actor shard_ = test::spawn_recorder(system_.actors(), told_, inspected_, loaded_, ended_, hashed_);
  caf::actor journal_ = test::spawn_recorder(system_.actors(), trimmed_);
  caf::actor applier_ =
      system_.actors().spawn<applier_actor>(*opened_, journal_, metrics_, applier_options{interval, 10'000},
                                            [this](std::string_view component, const fault& why) {
                                              fatal_.push_back(std::string{component} + ": " + why.message);
                                            });
};

TEST_F(ApplierActor, AppliesWhatGatheredWhenTheIntervalIsOver) {
  give(1);
  give(2);
  EXPECT_EQ(applied(), 0u);
  system_.pass(interval);
  EXPECT_EQ(applied(), 2u);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].number, 2u);
  EXPECT_GT(told_[0].state_bytes, 0u);
  ASSERT_EQ(trimmed_.size(), 1u);
  EXPECT_EQ(trimmed_[0].upto, 2u);
}

/// So that each replica's rows can be compared after the same epochs, whatever gathered when.
TEST_F(ApplierActor, TellsOfTheRowsAfterEachEpochThatEveryReplicaStopsAt) {
  const auto every = limits::rows_compared_every;
  ASSERT_TRUE(opened_->state(0).set_applied({every - 2, 1, 0, 0}));
  for (auto number = every - 1; number < every + 3; ++number)
    give(number);
  system_.pass(interval);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[0].number, every);
  EXPECT_EQ(told_[0].rows.rows, 2u);
  EXPECT_EQ(told_[1].number, every + 2);
  EXPECT_EQ(told_[1].rows.rows, 4u);
  EXPECT_EQ(told_[1].rows, opened_->state(0).rows());
  ASSERT_EQ(trimmed_.size(), 1u);
}

TEST_F(ApplierActor, AppliesAtOnceWhenSomeoneWaits) {
  give(1);
  caf::anon_send(applier_, apply_now{0});
  system_.run();
  EXPECT_EQ(applied(), 1u);
  EXPECT_EQ(told_.size(), 1u);
}

TEST_F(ApplierActor, AppliesAtOnceWhenMuchGathered) {
  give(1, 6'000);
  EXPECT_EQ(applied(), 0u);
  give(2, 6'000);
  EXPECT_EQ(applied(), 2u);
}

TEST_F(ApplierActor, TriesAgainAfterAFailureAndLosesNothing) {
  disk_.fail_apply(1);
  give(1);
  system_.pass(interval);
  EXPECT_EQ(applied(), 0u);
  EXPECT_TRUE(told_.empty());
  EXPECT_TRUE(trimmed_.empty());
  give(2);
  system_.pass(interval);
  EXPECT_EQ(applied(), 2u);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].number, 2u);
}

TEST_F(ApplierActor, TriesAgainForOneWhoWaits) {
  disk_.fail_apply(1);
  give(1);
  caf::anon_send(applier_, apply_now{0});
  system_.run();
  EXPECT_EQ(applied(), 0u);
  system_.pass(interval);
  EXPECT_EQ(applied(), 1u);
}

TEST_F(ApplierActor, WaitsForSpaceOnAFullDisk) {
  disk_.set_capacity(100);
  give(1, 1'000);
  for (int i = 0; i < 5; ++i)
    system_.pass(interval);
  EXPECT_EQ(applied(), 0u);
  disk_.set_capacity(1'000'000);
  system_.pass(interval);
  EXPECT_EQ(applied(), 1u);
}

TEST_F(ApplierActor, EndsTheNodeWhenAnApplyFailsThoughTheDiskIsNotFull) {
  disk_.fail_apply(1, fault_code::internal);
  give(1);
  system_.pass(interval);
  EXPECT_EQ(fatal_, (std::vector<std::string>{"applier: the simulated disk failed an apply"}));
  system_.pass(interval);
  EXPECT_EQ(applied(), 0u);
  EXPECT_EQ(fatal_.size(), 1u);
}

TEST_F(ApplierActor, GoesOnApplyingWhileAnAuditReadsWhatWasThereBefore) {
  give(1);
  give(2);
  auto counter = std::make_shared<row_counter>();
  counter->before = [this] { // The audit has begun, on a thread of its own, and takes its time.
    EXPECT_TRUE(inspected_.empty());
    give(3);
    caf::anon_send(applier_, apply_now{0});
    system_.run();
    EXPECT_EQ(applied(), 3u);
  };
  tell(inspect_state{counter});
  EXPECT_EQ(counter->seen, 2u);
  EXPECT_EQ(inspected_.size(), 1u);
}

TEST_F(ApplierActor, ShowsAnInspectionEverythingItWasGiven) {
  give(1);
  give(2);
  const auto counter = std::make_shared<row_counter>();
  caf::send_as(shard_, applier_, inspect_state{counter});
  system_.run();
  EXPECT_EQ(counter->seen, 2u);
  ASSERT_EQ(inspected_.size(), 1u);
  EXPECT_FALSE(inspected_[0].failure);
}

TEST_F(ApplierActor, TellsWhyAnInspectionFailed) {
  const auto counter = std::make_shared<row_counter>();
  counter->fails = true;
  caf::send_as(shard_, applier_, inspect_state{counter});
  system_.run();
  ASSERT_EQ(inspected_.size(), 1u);
  ASSERT_TRUE(inspected_[0].failure);
  EXPECT_EQ(inspected_[0].failure->code, fault_code::corrupt);
}

std::vector<row_write> rows(const std::string& key, std::size_t value_bytes = 1) {
  return {{{table::state, key}, std::string(value_bytes, 'x')}};
}

TEST_F(ApplierActor, LoadsACopyInsteadOfWhatThereWas) {
  give(1);
  system_.pass(interval);
  give(2);
  tell(load_rows{0, true, rows("a"), 11});
  EXPECT_EQ(applied(), 0u);
  tell(load_rows{0, false, rows("b"), 12});
  tell(end_load{0, {70, 3}, 13});
  EXPECT_EQ(loaded(), (std::vector<std::uint64_t>{11, 12}));
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].tag, 13u);
  system_.pass(interval);
  EXPECT_EQ(applied(), 70u) << "epoch 2 went with the rows of before";
  give(71);
  system_.pass(interval);
  EXPECT_EQ(applied(), 71u);
  const auto counter = std::make_shared<row_counter>();
  tell(inspect_state{counter});
  EXPECT_EQ(counter->seen, 3u);
}

TEST_F(ApplierActor, LoadsAgainWhenAFullDiskHasSpace) {
  tell(load_rows{0, true, rows("a"), 11});
  disk_.set_capacity(500);
  tell(load_rows{0, false, rows("b", 1'000), 12});
  tell(end_load{0, {70, 3}, 13});
  give(71);
  system_.pass(interval);
  EXPECT_EQ(loaded(), (std::vector<std::uint64_t>{11}));
  EXPECT_EQ(applied(), 0u);
  disk_.set_capacity(1'000'000);
  system_.pass(interval);
  EXPECT_EQ(loaded(), (std::vector<std::uint64_t>{11, 12}));
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].tag, 13u);
  EXPECT_EQ(applied(), 71u);
  EXPECT_TRUE(fatal_.empty());
}

TEST_F(ApplierActor, EndsTheNodeWhenALoadFailsThoughTheDiskIsNotFull) {
  disk_.fail_apply(1, fault_code::internal);
  tell(load_rows{0, true, rows("a"), 11});
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(loaded_.empty());
}

TEST_F(ApplierActor, HashesTheStateWithEverythingItWasGiven) {
  tell(hash_state{0, 1});
  give(1);
  tell(hash_state{0, 2});
  tell(hash_state{0, 3});
  ASSERT_EQ(hashed_.size(), 3u);
  EXPECT_EQ(hashed_[1].tag, 2u);
  EXPECT_EQ(hashed_[1].applied_epoch, 1u);
  EXPECT_FALSE(hashed_[1].failure);
  EXPECT_NE(hashed_[0].hash, hashed_[1].hash);
  EXPECT_EQ(hashed_[1].hash, hashed_[2].hash);
}

TEST_F(ApplierActor, TellsWhyAStateHasNoHash) {
  give(1);
  system_.pass(interval);
  ASSERT_TRUE(disk_.damage_value(0, {table::state, "1"}, 17));
  tell(hash_state{0, 1});
  ASSERT_EQ(hashed_.size(), 1u);
  ASSERT_TRUE(hashed_[0].failure);
  EXPECT_EQ(hashed_[0].failure->code, fault_code::corrupt);
}

} // namespace
} // namespace orderd::runtime

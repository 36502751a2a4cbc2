// What a node finds of each shard when replicas must agree first: reported, and nothing applied.
#include "runtime/storage/recovery.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using term_start = replica_storage::term_start;

epoch_ptr numbered(std::uint64_t number, std::uint64_t term = 1, std::uint64_t previous_term = 1) {
  epoch out;
  out.term = term;
  out.number = number;
  out.previous_term = number == 1 ? 0 : previous_term;
  out.writes.push_back(write(table::state, "last", std::to_string(number)));
  return std::make_shared<const epoch>(std::move(out));
}

/// Puts entries into the journal, and epochs into the state of shard 0.
template <class Disk>
void store(Disk& disk, const std::vector<journal_entry>& entries,
           const std::vector<epoch_ptr>& applied = {}) {
  auto store = disk.open();
  ASSERT_TRUE(store->journal().replay([](const epoch_ptr&) { return result<void>{}; }));
  ASSERT_TRUE(store->journal().append(entries));
  ASSERT_TRUE(store->state(0).apply(applied));
}

template <class Disk>
replica_storage found(Disk& disk) {
  auto store = disk.open();
  auto replicas = recover_replicas(*store);
  EXPECT_TRUE(replicas) << replicas.error().message;
  EXPECT_EQ(store->state(0).applied_epoch(), replicas->front().applied.epoch) << "it applied something";
  return replicas->front();
}

template <class Harness>
class ReplicaRecoveryOn : public testing::Test {
protected:
  Harness disk{2};
};
using implementations = testing::Types<lmdb_harness, memory_harness>;
TYPED_TEST_SUITE(ReplicaRecoveryOn, implementations);

TYPED_TEST(ReplicaRecoveryOn, ReportsTheJournalBesideTheState) {
  store(this->disk,
        {numbered(1), numbered(2), make_epoch(1, 1, {}, 8), shard_note{0, {}, "promised"}, numbered(3, 4, 1),
         numbered(4, 4, 4)},
        {numbered(1), numbered(2)});
  auto store = this->disk.open();
  const auto replicas = recover_replicas(*store);
  ASSERT_TRUE(replicas) << replicas.error().message;
  ASSERT_EQ(replicas->size(), 2u);
  const auto& first = replicas->front();
  EXPECT_EQ(first.applied.epoch, 2u);
  EXPECT_EQ(first.applied.term, 1u);
  EXPECT_EQ(first.journal_first, 1u);
  EXPECT_EQ(first.end.epoch, 4u);
  EXPECT_EQ(first.end.term, 4u);
  EXPECT_THAT(first.terms, ElementsAre(term_start{1, 1}, term_start{4, 3}));
  EXPECT_EQ(first.note, "promised");
  EXPECT_TRUE(first.whole);
  const auto& second = replicas->back();
  EXPECT_EQ(second.shard, 1u);
  EXPECT_EQ(second.applied.epoch, 0u);
  EXPECT_EQ(second.end.epoch, 1u);
  EXPECT_EQ(second.note, std::nullopt);
  EXPECT_EQ(store->state(0).applied_epoch(), 2u) << "it applied something";
}

TYPED_TEST(ReplicaRecoveryOn, TrimsNothingThatAnotherReplicaMayNeed) {
  store(this->disk, {numbered(1), numbered(2), numbered(3)}, {numbered(1), numbered(2)});
  auto store = this->disk.open();
  ASSERT_TRUE(recover_replicas(*store));
  ASSERT_TRUE(append(store->journal(), {numbered(4)}));
  EXPECT_EQ(store->journal().first_epoch(0), 1u);
}

TEST(ReplicaRecovery, EndsAtTheStateWhereTheJournalIsEmpty) {
  memory_disk disk{1};
  store(disk, {}, {numbered(1), numbered(2)});
  const auto replica = found(disk);
  EXPECT_EQ(replica.journal_first, 0u);
  EXPECT_EQ(replica.end.epoch, 2u);
  EXPECT_EQ(replica.end.term, 1u);
  EXPECT_THAT(replica.terms, IsEmpty());
  EXPECT_TRUE(replica.whole);
}

TEST(ReplicaRecovery, SaysThatAnIncompleteCopyIsNotWhole) {
  memory_disk disk{1};
  store(disk, {shard_note{0, 0, "copying"}, numbered(71, 3, 3), numbered(72, 3, 3)});
  const auto replica = found(disk);
  EXPECT_FALSE(replica.whole);
  EXPECT_THAT(replica.damage, HasSubstr("epoch 1 is missing; the journal goes on with 71"));
  EXPECT_EQ(replica.note, "copying");
  EXPECT_EQ(replica.applied.epoch, 0u);
  EXPECT_EQ(replica.journal_first, 71u);
  EXPECT_EQ(replica.end.epoch, 72u);
  EXPECT_EQ(replica.end.term, 3u);
}

TEST(ReplicaRecovery, SaysWhatIsWrongFirst) {
  memory_disk disk{1};
  store(disk, {numbered(1), numbered(2, 3, 2), numbered(4, 3, 3)});
  const auto replica = found(disk);
  EXPECT_FALSE(replica.whole);
  EXPECT_THAT(replica.damage, HasSubstr("epoch 2 follows one of term 2"));
  EXPECT_EQ(replica.end.epoch, 4u);
}

TEST(ReplicaRecovery, SaysThatAJournalOlderThanTheStateIsNotWhole) {
  memory_disk disk{1};
  store(disk, {numbered(1), numbered(2)}, {numbered(1), numbered(2), numbered(3)});
  EXPECT_THAT(found(disk).damage, HasSubstr("the journal is older than the state"));
}

TEST(ReplicaRecovery, RefusesDamagedRecordsNotesAndUnknownShards) {
  const auto refusal = [](memory_disk& disk) {
    auto store = disk.open();
    const auto done = recover_replicas(*store);
    return done ? std::string{"it recovered"} : done.error().message;
  };
  memory_disk record{1};
  store(record, {numbered(1)});
  record.damage_record(0, 20);
  EXPECT_THAT(refusal(record), HasSubstr("wrong checksum"));
  memory_disk note{1};
  store(note, {shard_note{0, {}, "promised"}});
  note.damage_note(0, 15);
  EXPECT_THAT(refusal(note), HasSubstr("the note of shard 0: wrong checksum"));
  memory_disk shard{1};
  store(shard, {make_epoch(7, 1, {})});
  EXPECT_THAT(refusal(shard), HasSubstr("an epoch of shard 7, but there are 1"));
}

} // namespace
} // namespace orderd::test

// The journal writer. Fault: an append that fails. It must end the node, and nobody may be told anything,
// because nobody knows whether the epochs are on the disk.
#include "runtime/engine/journal_actor.hpp"

#include "tests/support/memory_storage.hpp"
#include "tests/support/recorder.hpp"
#include "tests/support/test_system.hpp"

#include <gtest/gtest.h>

namespace orderd::runtime {
namespace {

/// Counts the entries of each synced transaction.
class counting_journal : public journal_store {
public:
  explicit counting_journal(journal_store& real) : real_(real) {}
  result<void> replay(const std::function<result<void>(epoch_ptr)>& visit) override {
    return real_.replay(visit);
  }
  result<void> append(std::span<const journal_entry> entries) override {
    sizes.push_back(entries.size());
    return real_.append(entries);
  }
  result<std::map<std::uint32_t, std::string>> notes() override { return real_.notes(); }
  result<std::vector<epoch_ptr>> read(std::uint32_t shard, std::uint64_t first,
                                      std::size_t bytes_max) override {
    return real_.read(shard, first, bytes_max);
  }
  std::uint64_t first_epoch(std::uint32_t shard) const override { return real_.first_epoch(shard); }
  epoch_mark trimmed(std::uint32_t shard) const override { return real_.trimmed(shard); }
  void trim(std::uint32_t shard, std::uint64_t upto) override {
    trims.push_back(upto);
    real_.trim(shard, upto);
  }
  std::uint64_t size_bytes() const override { return real_.size_bytes(); }
  shard_use used_by(std::uint32_t shard) const override { return real_.used_by(shard); }

  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> trims; ///< what it was told that may go

private:
  journal_store& real_;
};

epoch_ptr epoch_of(std::uint32_t shard, std::uint64_t number) {
  auto made = std::make_shared<epoch>();
  made->shard = shard;
  made->term = 1;
  made->number = number;
  made->previous_term = number == 1 ? 0 : 1;
  made->writes.push_back({{table::state, "key"}, "value"});
  return made;
}

class JournalActor : public testing::Test {
protected:
  JournalActor() {
    EXPECT_TRUE(store_.replay([](const epoch_ptr&) { return result<void>{}; }));
    for (std::uint32_t shard = 0; shard < 3; ++shard)
      shards_.push_back(test::spawn_recorder(system_.actors(), told_[shard], noted_[shard], read_[shard]));
    journal_ = system_.actors().spawn<journal_actor>(
        store_, metrics_, [this](std::string_view component, const fault& why) {
          fatal_.push_back(std::string{component} + ": " + why.message);
        });
  }

  template <class Message>
  void tell(std::uint32_t shard, Message what) {
    caf::send_as(shards_[shard], journal_, std::move(what));
  }
  void append(std::uint32_t shard, std::uint64_t number) {
    caf::send_as(shards_[shard], journal_, append_epoch{epoch_of(shard, number)});
  }
  std::vector<std::uint64_t> told(std::uint32_t shard) const {
    std::vector<std::uint64_t> numbers;
    for (const auto& each : told_[shard])
      numbers.push_back(each.number);
    return numbers;
  }

  test::memory_disk disk_{3};
  std::unique_ptr<storage> opened_ = disk_.open();
  counting_journal store_{opened_->journal()};
  metrics metrics_{"test"};
  std::array<std::vector<epoch_durable>, 3> told_;
  std::array<std::vector<note_durable>, 3> noted_;
  std::array<std::vector<epochs_read>, 3> read_;
  std::vector<std::string> fatal_;
  test::test_system system_;
  std::vector<caf::actor> shards_;
  caf::actor journal_;
};

TEST_F(JournalActor, TellsAShardWhenItsEpochIsSynced) {
  append(1, 1);
  system_.run();
  EXPECT_EQ(told(1), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(disk_.journal_records(), 1u);
}

TEST_F(JournalActor, PutsWaitingEpochsOfSeveralShardsIntoOneSync) {
  append(0, 1);
  append(1, 1);
  append(2, 1);
  system_.run();
  EXPECT_EQ(store_.sizes, (std::vector<std::size_t>{3}));
  for (std::uint32_t shard = 0; shard < 3; ++shard)
    EXPECT_EQ(told(shard), (std::vector<std::uint64_t>{1})) << "shard " << shard;
}

TEST_F(JournalActor, SyncsAgainForWhatComesLater) {
  append(0, 1);
  system_.run();
  append(0, 2);
  system_.run();
  EXPECT_EQ(store_.sizes, (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(told(0), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(JournalActor, TellsAShardItsNewestEpochOnly) {
  append(0, 1);
  append(0, 2);
  system_.run();
  EXPECT_EQ(told(0), (std::vector<std::uint64_t>{2}));
}

TEST_F(JournalActor, EndsTheNodeAndTellsNobodyWhenAnAppendFails) {
  disk_.fail_append(1);
  append(0, 1);
  append(1, 1);
  system_.run();
  append(0, 2);
  system_.run();
  ASSERT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(fatal_[0].starts_with("journal: ")) << fatal_[0];
  EXPECT_TRUE(told(0).empty());
  EXPECT_TRUE(told(1).empty());
  EXPECT_EQ(store_.sizes.size(), 1u) << "it wrote after a commit of unknown outcome";
}

TEST_F(JournalActor, TrimsWhatTheStateHas) {
  append(0, 1);
  system_.run();
  caf::anon_send(journal_, trim_journal{0, 1});
  append(0, 2);
  system_.run();
  EXPECT_EQ(disk_.journal_records(), 1u);
}

TEST_F(JournalActor, WritesNotesAndEpochsInTheirOrderInOneSync) {
  append(0, 1);
  append(0, 2);
  tell(0, write_note{{0, 1, "cut"}, 7});
  append(0, 2);
  tell(1, write_note{{1, {}, "other"}, 9});
  system_.run();
  EXPECT_EQ(store_.sizes, (std::vector<std::size_t>{5}));
  EXPECT_EQ(told(0), (std::vector<std::uint64_t>{2, 2})) << "before the note, and after it";
  ASSERT_EQ(noted_[0].size(), 1u);
  EXPECT_EQ(noted_[0][0].tag, 7u);
  ASSERT_EQ(noted_[1].size(), 1u);
  EXPECT_EQ(noted_[1][0].tag, 9u);
  EXPECT_EQ(store_.notes()->at(0), "cut");
  EXPECT_EQ(disk_.journal_records(), 2u);
}

TEST_F(JournalActor, AppendsSeveralEpochsBehindACutAndAnswersTheLast) {
  append(0, 1);
  append(0, 2);
  system_.run();
  tell(0, append_epochs{{epoch_of(0, 2), epoch_of(0, 3)}, shard_note{0, 1, "cut"}});
  system_.run();
  EXPECT_EQ(told(0), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_TRUE(noted_[0].empty());
  EXPECT_EQ(disk_.journal_records(), 3u);
  EXPECT_EQ(store_.notes()->at(0), "cut");
}

TEST_F(JournalActor, TellsNobodyOfANoteThatFailed) {
  disk_.fail_append(1);
  tell(0, write_note{{0, {}, "promised"}, 1});
  system_.run();
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(noted_[0].empty());
}

TEST_F(JournalActor, ShowsTheEpochsThatAreDurable) {
  append(1, 1);
  append(1, 2);
  system_.run();
  tell(1, read_epochs{1, 2, 1'000'000});
  tell(1, read_epochs{1, 3, 1'000'000});
  system_.run();
  ASSERT_EQ(read_[1].size(), 2u);
  EXPECT_EQ(read_[1][0].first, 2u);
  ASSERT_EQ(read_[1][0].epochs.size(), 1u);
  EXPECT_EQ(read_[1][0].epochs[0]->number, 2u);
  EXPECT_EQ(read_[1][1].first, 3u);
  EXPECT_TRUE(read_[1][1].epochs.empty());
}

TEST_F(JournalActor, EndsTheNodeWhenEpochsCannotBeRead) {
  append(1, 1);
  system_.run();
  disk_.damage_record(0, 20);
  tell(1, read_epochs{1, 1, 1});
  system_.run();
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(read_[1].empty());
}

TEST_F(JournalActor, KeepsWhatIsRetainedWhateverTheStateHas) {
  for (std::uint64_t number = 1; number <= 4; ++number)
    append(0, number);
  caf::anon_send(journal_, retain_journal{0, 3});
  caf::anon_send(journal_, trim_journal{0, 4});
  append(0, 5);
  system_.run();
  EXPECT_EQ(store_.first_epoch(0), 3u);
  caf::anon_send(journal_, retain_journal{0, 100});
  append(0, 6);
  system_.run();
  EXPECT_EQ(store_.first_epoch(0), 5u) << "no further than the state";
}

TEST_F(JournalActor, ForgetsWithACutWhatTheStateHad) {
  for (std::uint64_t number = 1; number <= 4; ++number)
    append(0, number);
  caf::anon_send(journal_, retain_journal{0, 1});
  caf::anon_send(journal_, trim_journal{0, 4});
  tell(0, write_note{{0, 0, "copying"}, 1});
  append(0, 3);
  caf::anon_send(journal_, retain_journal{0, 100});
  append(0, 4);
  system_.run();
  EXPECT_EQ(store_.first_epoch(0), 3u);
  EXPECT_EQ(store_.trims.back(), 0u) << "by itself: stores need not know of cuts";
}

} // namespace
} // namespace orderd::runtime

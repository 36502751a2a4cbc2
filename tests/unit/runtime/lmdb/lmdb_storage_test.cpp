// What a data folder accepts and refuses.
#include "runtime/lmdb/lmdb_storage.hpp"

#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb_journal.hpp"
#include "runtime/lmdb/lmdb_meta.hpp"
#include "runtime/storage/node_file.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/support/append.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/storage_harness.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

class DataFolder : public testing::Test {
protected:
  std::string data() const { return folder_ / "data"; }
  void make(std::uint32_t shards) { ASSERT_TRUE(open_storage(data(), shards, small_maps)); }
  void put(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(data());
    std::ofstream{data() + "/" + file} << text;
  }
  fault refusal(std::uint32_t shards) const {
    auto opened = open_storage(data(), shards, small_maps);
    return opened ? fault{fault_code::timeout, "it opened"} : opened.error();
  }

private:
  temporary_folder folder_;
};

TEST_F(DataFolder, IsMadeWithTheShardsAskedFor) {
  make(3);
  auto store = open_storage(data(), 3, small_maps);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->shards(), 3u);
  EXPECT_TRUE(std::filesystem::exists(data() + "/shards/0002/state/data.mdb"));
}

TEST_F(DataFolder, HasAsManyShardsAsItWasMadeWith) {
  make(3);
  EXPECT_EQ((*open_storage(data(), 0, small_maps))->shards(), 3u);
  const auto refused = refusal(2);
  EXPECT_EQ(refused.code, fault_code::malformed);
  EXPECT_THAT(refused.message, HasSubstr("has 3 shards, asked for 2"));
}

TEST_F(DataFolder, IsMadeWithOneShardWhenNobodySays) {
  EXPECT_EQ((*open_storage(data(), 0, small_maps))->shards(), 1u);
}

TEST_F(DataFolder, HasALimitOfShards) {
  EXPECT_EQ(refusal(65).code, fault_code::too_large);
}

TEST_F(DataFolder, IsOpenInOneProcessAtATime) {
  auto first = open_storage(data(), 1, small_maps);
  ASSERT_TRUE(first);
  const auto second = refusal(1);
  EXPECT_EQ(second.code, fault_code::unavailable);
  EXPECT_THAT(second.message, HasSubstr("in use by process " + std::to_string(getpid())));
  first = fault{};
  EXPECT_TRUE(open_storage(data(), 1, small_maps)) << "free again once the first is gone";
}

TEST_F(DataFolder, IsNotAFolderOfSomethingElse) {
  put("holiday.jpg", "");
  const auto refused = refusal(1);
  EXPECT_EQ(refused.code, fault_code::malformed);
  EXPECT_THAT(refused.message, HasSubstr("not a data folder: it has no node.json, but has 'holiday.jpg'"));
  EXPECT_FALSE(std::filesystem::exists(data() + "/journal"));
}

TEST_F(DataFolder, IsNotAFile) {
  std::filesystem::create_directories(std::filesystem::path{data()}.parent_path());
  std::ofstream{data()} << "a file";
  EXPECT_EQ(refusal(1).code, fault_code::internal);
}

TEST_F(DataFolder, OfANewerProgramIsLeftAlone) {
  put("node.json", R"({"format": 3, "secret": true})");
  const auto refused = refusal(1);
  EXPECT_EQ(refused.code, fault_code::unsupported_version);
  EXPECT_THAT(refused.message, HasSubstr("format 3, this program knows 1 and 2"));
}

TEST_F(DataFolder, WithADamagedDescriptionIsRefused) {
  for (const auto* text :
       {"", "{", "[]", "{}", R"({"format": "1"})", R"({"format": 1, "node_id": "x", "shards": 1})",
        R"({"format": 1, "node_id": "x", "shards": 0, "complete": true})",
        R"({"format": 1, "node_id": "x", "shards": -1, "complete": true})",
        R"({"format": 1, "node_id": "x", "shards": 65, "complete": true})",
        R"({"format": 1, "node_id": 7, "shards": 1, "complete": true})"}) {
    put("node.json", text);
    EXPECT_EQ(refusal(1).code, fault_code::corrupt) << text;
  }
}

TEST_F(DataFolder, WithAMissingPartIsRefusedNotRepaired) {
  for (const auto* part : {"/journal", "/shards/0001"}) {
    make(2);
    std::filesystem::rename(data() + part, data() + ".hidden");
    const auto refused = refusal(2);
    EXPECT_EQ(refused.code, fault_code::corrupt);
    EXPECT_THAT(refused.message, HasSubstr("is missing"));
    std::filesystem::rename(data() + ".hidden", data() + part);
  }
}

TEST_F(DataFolder, WithAFileThatWasCutShortIsRefused) {
  for (const std::string part : {"/journal/data.mdb", "/shards/0001/state/data.mdb"}) {
    make(2);
    const auto whole = std::filesystem::file_size(data() + part);
    std::filesystem::copy_file(data() + part, data() + ".kept");
    for (const auto bytes : {std::uintmax_t{0}, std::uintmax_t{1}, whole / 2, whole - 4096}) {
      std::filesystem::resize_file(data() + part, bytes);
      const auto refused = refusal(2);
      EXPECT_EQ(refused.code, fault_code::corrupt) << part << " of " << bytes << " bytes";
      EXPECT_THAT(refused.message, HasSubstr(data() + part));
      EXPECT_EQ(std::filesystem::file_size(data() + part), bytes) << "nothing is made in its place";
    }
    std::filesystem::rename(data() + ".kept", data() + part);
  }
}

// -- what may not go back ------------------------------------------------------------------------

class GoingBack : public DataFolder {
protected:
  std::string journal() const { return data() + "/journal/data.mdb"; }
  std::string state() const { return data() + "/shards/0000/state/data.mdb"; }

  /// Starts, appends one epoch after the other, applies as many of them, and stops.
  void run(std::uint64_t epochs, std::uint64_t applied) {
    auto store = open_storage(data(), 2, small_maps);
    ASSERT_TRUE(store) << store.error().message;
    const auto found = recover(**store);
    ASSERT_TRUE(found) << found.error().message;
    const auto first = found->front().last.epoch + 1;
    for (auto number = first; number < first + epochs; ++number) {
      const auto next = make_epoch(0, number, {write(table::state, "last", std::to_string(number))});
      ASSERT_TRUE(append((*store)->journal(), {next}));
      if (number < first + applied) {
        ASSERT_TRUE((*store)->state(0).apply(std::vector{next}));
        (*store)->journal().trim(0, number);
      }
    }
  }
  /// Why it does not start; "" when it does.
  std::string refusal_to_start() {
    auto store = open_storage(data(), 2, small_maps);
    if (!store)
      return store.error().message;
    const auto found = recover(**store);
    return found ? "" : found.error().message;
  }
  void keep(const std::string& file) const {
    std::filesystem::copy_file(file, data() + ".kept", std::filesystem::copy_options::overwrite_existing);
  }
  void put_back(const std::string& file) const {
    std::filesystem::copy_file(data() + ".kept", file, std::filesystem::copy_options::overwrite_existing);
  }
};

TEST_F(GoingBack, ToAnOlderJournalIsRefused) {
  run(5, 0);
  keep(journal());
  run(3, 0);
  put_back(journal());
  EXPECT_THAT(refusal_to_start(), HasSubstr("it is an older one"));
}

TEST_F(GoingBack, ByOneCommitIsRefused) {
  run(5, 0);
  const auto meta = lmdb::read_meta_pages(journal());
  const auto newest = (*meta)->newest.transaction % 2 * 4096;
  put_byte(journal(), newest + 16 + 128, 0); // its number
  EXPECT_NE(refusal_to_start(), "");
}

TEST_F(GoingBack, ByOneCommitWithANumberThatCouldBeIsRefused) {
  for (std::uint64_t epochs = 4; epochs < 8; ++epochs) {
    run(epochs, 0);
    const auto meta = **lmdb::read_meta_pages(journal());
    const auto older = meta.older.transaction;
    if ((older & 2) != 0)
      continue; // then the flip makes it lower
    put_byte(journal(), older % 2 * 4096 + 16 + 128, static_cast<char>(older + 2));
    EXPECT_EQ((*lmdb::read_meta_pages(journal()))->newest.transaction, older + 2) << "LMDB takes it";
    EXPECT_THAT(refusal_to_start(), HasSubstr("it is an older one"));
    return;
  }
  FAIL() << "no such number came by";
}

TEST_F(GoingBack, ToAnEmptyJournalIsRefused) {
  run(5, 0);
  std::filesystem::create_directory(data() + "/other");
  ASSERT_TRUE(lmdb_journal::open(data() + "/other", {1u << 26, 0, 0}));
  for (const bool with_its_end : {false, true}) {
    std::filesystem::copy_file(data() + "/other/data.mdb", journal(),
                               std::filesystem::copy_options::overwrite_existing);
    if (with_its_end)
      std::filesystem::copy_file(data() + "/other/end", data() + "/journal/end",
                                 std::filesystem::copy_options::overwrite_existing);
    EXPECT_THAT(refusal_to_start(), HasSubstr("it is that of another data folder, or an empty one"));
  }
}

TEST_F(GoingBack, OfTheStateBehindATrimmedJournalIsRefused) {
  run(3, 3);
  keep(state());
  run(40, 40);
  put_back(state());
  EXPECT_THAT(refusal_to_start(), HasSubstr("the state is an older one"));
}

TEST_F(GoingBack, OfAStateThatTheJournalStillBringsForwardIsMended) {
  run(3, 3);
  keep(state());
  run(40, 0);
  put_back(state());
  EXPECT_EQ(refusal_to_start(), "");
}

TEST_F(GoingBack, WithoutTheJournalsEndIsRefused) {
  run(3, 3);
  std::filesystem::remove(data() + "/journal/end");
  EXPECT_THAT(refusal_to_start(), HasSubstr("/journal/end is missing"));
}

TEST_F(GoingBack, IsNotTakenForAKilledProcessOrAStop) {
  for (int i = 0; i < 6; ++i) {
    run(3, static_cast<std::uint64_t>(i) % 4);
    keep(data() + "/journal/end");
    run(1, 1);
    put_back(data() + "/journal/end"); // as after a loss of power: it was not synced
  }
  EXPECT_EQ(refusal_to_start(), "");
}

// -- folders of the format before ----------------------------------------------------------------

class FormatOne : public GoingBack {
protected:
  /// Takes out what only format 2 has.
  void make_old() const {
    std::filesystem::remove(data() + "/journal/end");
    put("node.json", R"({"format": 1, "node_id": "ab", "shards": 2, "complete": true})");
    auto environment = lmdb::environment::open(data() + "/journal", {std::size_t{1} << 28, 0, 0});
    auto writing = (*environment)->begin_write();
    const auto rows = writing->database("", false);
    {
      auto at = lmdb::cursor::open(*writing, **rows);
      std::string first_special;
      append_integer(first_special, std::uint64_t{0});
      append_integer(first_special, std::uint32_t{0x8000'0000});
      for (auto found = at->seek(MDB_SET_RANGE, first_special);
           *found && get_integer<std::uint64_t>(at->key()) == 0;
           found = at->seek(MDB_SET_RANGE, first_special))
        ASSERT_TRUE(at->erase());
    }
    ASSERT_TRUE(writing->commit());
  }
};

TEST_F(FormatOne, IsReadAndBecomesFormatTwo) {
  run(30, 20);
  make_old();
  run(5, 5);
  const auto node = read_node_file(data() + "/node.json");
  EXPECT_EQ((*node)->format, 2u);
  EXPECT_EQ((*node)->journal.size(), 32u);
  EXPECT_EQ((*node)->node_id, "ab");
  auto store = open_storage(data(), 2, small_maps);
  ASSERT_TRUE(recover(**store));
  EXPECT_EQ(read((*store)->state(0), {table::state, "last"}), "35");
}

TEST_F(FormatOne, BecomesFormatTwoAlsoWhenTheFirstTryWasInterrupted) {
  run(30, 20);
  make_old();
  { // It got an id and an end, but node.json was not written yet.
    auto journal = lmdb_journal::open(data() + "/journal", {std::size_t{1} << 28, 0, 0, true});
    ASSERT_TRUE(journal) << journal.error().message;
  }
  run(5, 5);
  EXPECT_EQ(refusal_to_start(), "");
}

TEST_F(FormatOne, WithAnEmptyJournalUnderAStateIsRefused) {
  run(3, 3);
  make_old();
  std::filesystem::create_directory(data() + "/other");
  ASSERT_TRUE(lmdb::environment::open(data() + "/other", {1u << 26, 0, 0}));
  std::filesystem::copy_file(data() + "/other/data.mdb", journal(),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(refusal_to_start(), HasSubstr("is empty, but"));
}

TEST_F(DataFolder, WithAChangedLetterInItsDescriptionIsRefused) {
  make(2);
  const auto file = data() + "/node.json";
  const auto bytes = std::filesystem::file_size(file);
  for (std::uint64_t at = 0; at + 1 < bytes; ++at) { // the last is a newline
    const flipped_bit flipped{file, at, 0};
    auto opened = open_storage(data(), 2, small_maps);
    EXPECT_TRUE(!opened || byte_of(file, at) == '!' || byte_of(file, at) == '\v') << "byte " << at;
  }
}

TEST_F(DataFolder, WhoseMakingWasInterruptedIsMadeWhole) {
  put("node.json", R"({"format": 1, "node_id": "x", "shards": 2, "complete": false})");
  std::filesystem::create_directories(data() + "/journal");
  make(2);
  make(2);
}

TEST_F(DataFolder, KnowsAStateThatBelongsToAnotherShard) {
  {
    auto store = open_storage(data(), 2, small_maps);
    ASSERT_TRUE((*store)->state(0).apply(std::vector{make_epoch(0, 1, {})}));
  }
  std::filesystem::rename(data() + "/shards/0000", data() + "/shards/x");
  std::filesystem::rename(data() + "/shards/0001", data() + "/shards/0000");
  std::filesystem::rename(data() + "/shards/x", data() + "/shards/0001");
  EXPECT_EQ(refusal(2).code, fault_code::corrupt);
}

} // namespace
} // namespace orderd::test

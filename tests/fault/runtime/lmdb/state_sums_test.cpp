// The file of sums damaged, missing, or of an upgrade that was cut short. Injected: flipped bits in its head,
// lost sectors and blocks, cut and empty files, the same together with damage of the data, a program that
// keeps no sums in between. Must be survivable because pages without sums are looked at for themselves: by
// the form of their trees, and the seals of their rows.
#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb.hpp"
#include "runtime/storage/node_file.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/fault/runtime/lmdb/damaged_state.hpp"
#include "tests/fault/runtime/lmdb/disk_faults.hpp"

#include <gmock/gmock.h>

#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace orderd::test {
namespace {

class StateSums : public damaged_state {
protected:
  void SetUp() override {
    fill();
    options_.existing = true;
    options_.summed = true;
  }
  std::string sums() const { return folder() + "/sums"; }

  /// Everything is read, and nothing was salvaged; at the next start all pages have sums again.
  void expect_all(const std::string& what) {
    const auto seen = look();
    ASSERT_TRUE(seen) << what;
    EXPECT_EQ(seen->refused, 0) << what;
    EXPECT_FALSE(std::filesystem::exists(folder() + ".damaged-1")) << what;
    EXPECT_EQ(bytes_of(sums()).size(), original_sums_.size()) << what;
  }
};

TEST_F(StateSums, DamagedAloneGiveUpNoRow) {
  const auto with = [&](const std::string& what, const std::function<void(std::string&)>& change) {
    restore();
    auto bytes = original_sums_;
    change(bytes);
    put_bytes(sums(), bytes);
    expect_all(what);
  };
  for (const std::size_t at : {0u, 5u, 17u, 33u, 300u, 511u})
    with("a bit of the head", [&](auto& bytes) { bytes[at] ^= 0x04; });
  with("no head", [](auto& bytes) { bytes.replace(0, 512, 512, '\0'); });
  with("empty", [](auto& bytes) { bytes.clear(); });
  with("cut in its head", [](auto& bytes) { bytes.resize(100); });
  with("cut", [](auto& bytes) { bytes.resize(bytes.size() / 2 - 7); });
  with("all zeros", [](auto& bytes) { std::fill(bytes.begin(), bytes.end(), '\0'); });
  for (std::size_t block = 0; block < original_sums_.size(); block += 4'096)
    with("a lost block", [&](auto& bytes) {
      const auto count = std::min<std::size_t>(4'096, bytes.size() - block);
      bytes.replace(block, count, count, '\0');
    });
  for (std::size_t sector = 1; sector < original_sums_.size() / 512; ++sector)
    with("three bytes of a sector", [&](auto& bytes) {
      for (const auto at : {7u, 200u, 405u})
        bytes[sector * 512 + at] ^= 0x33;
    });
  restore();
  std::filesystem::remove(sums());
  expect_all("missing");
}

TEST_F(StateSums, WithTheDataDamagedTooNoRowIsSilentlyGone) {
  std::mt19937 random{11};
  const auto pages = original_.size() / lmdb::page_bytes;
  int served = 0;
  int refused_rows = 0;
  for (int trial = 0; trial < 80; ++trial) {
    restore();
    auto bytes = original_;
    auto* begin = bytes.data() + (2 + random() % (pages - 2)) * lmdb::page_bytes;
    if (trial % 3 == 0)
      begin[12] ^= 0x10; // the number of rows of the page
    else if (trial % 3 == 1)
      std::copy_n(original_.data() + (2 + random() % (pages - 2)) * lmdb::page_bytes, 4'096, begin);
    else
      for (int i = 0; i < 4; ++i)
        begin[random() % (trial % 2 == 0 ? 48 : 4'096)] = static_cast<char>(random());
    put_bytes(file(), bytes);
    if (trial % 2 == 0)
      std::filesystem::remove(sums());
    else
      put_bytes(sums(), original_sums_.substr(0, 512) + std::string(original_sums_.size() - 512, '\0'));
    if (const auto seen = look()) {
      ++served;
      refused_rows += seen->refused;
    }
    ASSERT_FALSE(HasFailure()) << "trial " << trial;
  }
  EXPECT_GT(served, 20);
  EXPECT_GT(refused_rows, 0);
}

TEST_F(StateSums, AreWrittenAnewWholeOrNotAtAll) {
  restore();
  std::filesystem::remove(sums());
  const auto child = fork();
  if (child == 0) {
    end_after_rename(1);
    (void)open();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(WEXITSTATUS(status), ended_after_rename);
  expect_all("ended at once");
}

// -- an upgrade that was cut short ---------------------------------------------------------------

/// Changes a state as a program does that keeps no sums.
void write_without_sums(const std::string& folder, int commits) {
  auto environment = lmdb::environment::open(folder, {small_maps.state_map_bytes, state_databases_max, 0});
  ASSERT_TRUE(environment);
  for (int i = 0; i < commits; ++i) {
    auto writing = (*environment)->begin_write();
    const auto place = row_place::of(table::state, "row");
    const auto database = writing->database(database_name(place), false);
    ASSERT_TRUE(database && *database);
    const row_key key{table::state, "row"};
    ASSERT_TRUE(writing->put(**database, "row", seal_value(0, 1, key, "changed " + std::to_string(i))));
    ASSERT_TRUE(writing->commit());
  }
}

TEST(StateUpgrade, CutShortSumsProveNothingAfterTheOldProgramRan) {
  for (const int commits : {0, 1, 2, 5}) {
    const temporary_folder root;
    const auto path = root / "data";
    {
      auto store = open_storage(path, 2, small_maps);
      ASSERT_TRUE(store) << store.error().message;
      ASSERT_TRUE(recover(**store));
      for (std::uint64_t number = 1; number <= 3; ++number) {
        const auto next = make_epoch(0, number, {write(table::state, "row", "value")});
        ASSERT_TRUE(append((*store)->journal(), {next}));
        ASSERT_TRUE((*store)->state(0).apply(std::vector{next}));
      }
    }
    auto node = **read_node_file(path + "/node.json");
    node.format = 1;
    node.journal.clear();
    ASSERT_TRUE(write_node_file(path + "/node.json", node));
    write_without_sums(path + "/shards/0000/state", commits);
    for (int again = 0; again < 2; ++again) {
      auto store = open_storage(path, 2, small_maps);
      ASSERT_TRUE(store) << store.error().message;
      EXPECT_EQ(read((*store)->state(0), {table::state, "row"}),
                commits == 0 ? "value" : "changed " + std::to_string(commits - 1));
      EXPECT_EQ((*store)->damage(0).corrected_pages, 0u);
    }
    EXPECT_EQ((*read_node_file(path + "/node.json"))->format, folder_format);
  }
}

} // namespace
} // namespace orderd::test

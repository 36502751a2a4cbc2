// Every page of a data file, walked without LMDB: what LMDB leaves is accepted, what a flipped bit makes of
// it is not, or changes only bytes of values.
#include "runtime/lmdb/lmdb_pages.hpp"

#include "runtime/lmdb/lmdb.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <optional>
#include <random>

namespace orderd::test {
namespace {

using namespace runtime;

/// A file with branch, leaf and overflow pages, and with free ones.
class LmdbPages : public testing::Test {
protected:
  LmdbPages() {
    auto environment = lmdb::environment::open(folder_.path(), {std::size_t{1} << 26, 0, 0});
    for (int commit = 0; commit < 6; ++commit) {
      auto writing = (*environment)->begin_write();
      const auto rows = writing->database("", true);
      for (int i = 0; i < 80; ++i)
        EXPECT_TRUE(writing->put(**rows, name(commit, i), std::string(i % 7 == 0 ? 9'000 : 150, 'v')));
      for (int i = 0; commit > 0 && i < 40; ++i)
        erase(*writing, **rows, name(commit - 1, i * 2));
      EXPECT_TRUE(writing->commit());
    }
  }

  static std::string name(int commit, int row) {
    return "row " + std::to_string(commit) + " " + std::to_string(1'000 + row);
  }
  static void erase(lmdb::transaction& writing, MDB_dbi rows, const std::string& key) {
    auto at = lmdb::cursor::open(writing, rows);
    ASSERT_TRUE(*at->seek(MDB_SET, key));
    ASSERT_TRUE(at->erase());
  }
  std::string file() const { return folder_ / "data.mdb"; }

  /// Keys and sizes of values, as a walk finds them; nullopt when it refuses.
  using content = std::map<std::string, std::size_t>;
  std::optional<content> walked() const {
    const auto meta = lmdb::read_meta_pages(file());
    if (!meta)
      return std::nullopt;
    const auto in = lmdb::page_file::open(file());
    lmdb::page_census pages{(*meta)->newest.last_page};
    content out;
    const auto done = lmdb::walk_tree(*in, (*meta)->newest.main, {false, true}, pages,
                                      [&](std::string_view key, std::string_view value) -> result<void> {
                                        out.emplace(key, value.size());
                                        return {};
                                      });
    return done && lmdb::walk_free_pages(*in, (*meta)->newest, pages) ? std::optional{out} : std::nullopt;
  }

  temporary_folder folder_;
};

TEST_F(LmdbPages, AreAcceptedAsLmdbLeavesThem) {
  const auto done = lmdb::check_plain_file(file());
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(walked()->size(), 480u - 200u);
  EXPECT_EQ(walked()->at(name(5, 7)), 9'000u);
}

TEST_F(LmdbPages, EveryOneIsFoundOnce) {
  const auto meta = **lmdb::read_meta_pages(file());
  const auto in = lmdb::page_file::open(file());
  lmdb::page_census pages{meta.newest.last_page};
  const auto ignore = [](std::string_view, std::string_view) { return result<void>{}; };
  ASSERT_TRUE(lmdb::walk_tree(*in, meta.newest.main, {}, pages, ignore));
  ASSERT_TRUE(lmdb::walk_free_pages(*in, meta.newest, pages));
  for (auto page = lmdb::meta_page_count; page <= meta.newest.last_page; ++page)
    EXPECT_TRUE(pages.seen(page)) << page;
}

TEST_F(LmdbPages, AFlippedBitIsFoundOrStaysWithinOneRow) {
  const auto whole = walked();
  ASSERT_TRUE(whole);
  std::mt19937_64 random{7}; // NOLINT(cert-msc51-cpp): the same bits each time
  const auto bytes = std::filesystem::file_size(file());
  int refused = 0;
  for (int i = 0; i < 4'000; ++i) {
    // Half of them where the structure is: the first bytes of a page.
    const auto page = random() % (bytes / 4096);
    const auto at = page * 4096 + random() % (i % 2 == 0 ? 48 : 4096);
    const flipped_bit flipped{file(), at, static_cast<int>(random() % 8)};
    const auto found = walked();
    refused += !found;
    EXPECT_TRUE(!found || found->size() == whole->size()) << "byte " << at;
    if (!found)
      continue;
    int other_keys = 0;
    for (const auto& [key, size] : *found) {
      const auto same = whole->find(key);
      other_keys += same == whole->end();
      EXPECT_TRUE(same == whole->end() || (same->second ^ size) <= 1) << "byte " << at << ", " << key;
    }
    EXPECT_LE(other_keys, 1) << "byte " << at << ": a flip within one key, in its place";
  }
  EXPECT_GT(refused, 300);
}

TEST_F(LmdbPages, APageOfZerosIsFound) {
  const auto meta = **lmdb::read_meta_pages(file());
  for (const auto root : {meta.newest.main.root, meta.newest.free.root}) {
    for (std::uint64_t at = 0; at < 4096; ++at)
      put_byte(file(), root * 4096 + at, 0);
    EXPECT_FALSE(lmdb::check_plain_file(file()));
  }
}

} // namespace
} // namespace orderd::test

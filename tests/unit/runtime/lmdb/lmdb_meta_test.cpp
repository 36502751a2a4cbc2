// The meta pages of a data file: what LMDB would believe, and what is refused before it sees it.
#include "runtime/lmdb/lmdb_meta.hpp"

#include "runtime/lmdb/lmdb.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace orderd::test {
namespace {

using namespace runtime;
using testing::HasSubstr;

class LmdbMeta : public testing::Test {
protected:
  std::string file() const { return folder_ / "data.mdb"; }

  /// Makes the file, with as many commits after the first as wanted.
  void make(int commits, std::size_t bytes = 10'000) const {
    auto environment = lmdb::environment::open(folder_.path(), {std::size_t{1} << 26, 0, 0});
    ASSERT_TRUE(environment) << environment.error().message;
    for (int i = 0; i < commits; ++i) {
      auto writing = (*environment)->begin_write();
      const auto rows = writing->database("", true);
      ASSERT_TRUE(writing->put(**rows, "key " + std::to_string(i), std::string(bytes, 'v')));
      ASSERT_TRUE(writing->commit());
    }
  }
  std::string refusal() const {
    const auto found = lmdb::read_meta_pages(file());
    if (found)
      return "it was believed";
    EXPECT_EQ(found.error().code, fault_code::corrupt) << found.error().message;
    EXPECT_THAT(found.error().message, HasSubstr(file()));
    return found.error().message;
  }

  temporary_folder folder_;
};

TEST_F(LmdbMeta, IsNothingWhereThereIsNoFileOrAnEmptyOne) {
  EXPECT_FALSE(*lmdb::read_meta_pages(file()));
  std::ofstream{file()} << "";
  EXPECT_FALSE(*lmdb::read_meta_pages(file()));
  const auto required = lmdb::require_meta_pages(file());
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().code, fault_code::corrupt);
  EXPECT_THAT(required.error().message, HasSubstr("missing or empty"));
}

TEST_F(LmdbMeta, CountsEveryCommit) {
  for (std::uint64_t commits : {0u, 1u, 1u, 1u}) {
    const auto before = *lmdb::read_meta_pages(file());
    make(static_cast<int>(commits));
    const auto found = lmdb::read_meta_pages(file());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->newest.transaction, (before ? before->newest.transaction : 0) + commits);
    EXPECT_EQ((*found)->file_bytes, std::filesystem::file_size(file()));
    EXPECT_GE((*found)->newest.last_page, 1u);
  }
}

TEST_F(LmdbMeta, RefusesAFileWhoseEndIsMissing) {
  make(3);
  const auto whole = std::filesystem::file_size(file());
  for (const auto bytes : {whole - 1, whole - 4096, whole / 2, std::uintmax_t{8192}}) {
    std::filesystem::resize_file(file(), bytes);
    EXPECT_THAT(refusal(), HasSubstr("its end is missing"));
  }
  for (const auto bytes : {8191u, 4096u, 1u}) {
    std::filesystem::resize_file(file(), bytes);
    EXPECT_THAT(refusal(), HasSubstr("it has only " + std::to_string(bytes) + " bytes"));
  }
}

TEST_F(LmdbMeta, AcceptsAFileWithoutItsEndWhenThatIsFree) {
  {
    auto environment = lmdb::environment::open(folder_.path(), {std::size_t{1} << 26, 0, 0});
    const auto commit = [&](const std::string& put, std::size_t bytes,
                            const std::vector<std::string>& erased) {
      auto writing = (*environment)->begin_write();
      const auto rows = writing->database("", true);
      for (const auto& key : erased) {
        auto at = lmdb::cursor::open(*writing, **rows);
        ASSERT_TRUE(*at->seek(MDB_SET, key));
        ASSERT_TRUE(at->erase());
      }
      ASSERT_TRUE(writing->put(**rows, put, std::string(bytes, 'v')));
      ASSERT_TRUE(writing->commit());
    };
    for (const auto* key : {"a", "b", "c", "d"})
      commit(key, 30'000, {});
    commit("e", 10, {"a", "b", "c"}); // from here on there are free pages
    commit("f", 10, {});
    commit("large", 500'000, {}); // at the end
    commit("g", 10, {"large"});
  }
  const auto found = lmdb::read_meta_pages(file());
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_GT((*found)->newest.last_page, 122u);
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 100 * 4'096);
  const auto shorter = lmdb::read_meta_pages(file());
  EXPECT_TRUE(shorter) << "LMDB leaves such files behind";
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 50 * 4'096);
  EXPECT_THAT(refusal(), HasSubstr("its end is missing"));
}

TEST_F(LmdbMeta, RefusesPagesThatAreNoMetaPages) {
  make(2);
  for (const std::uint64_t page : {0u, 1u})
    for (const std::uint64_t at : {0u, 10u, 16u, 40u}) { // number, kind, magic, page size
      const flipped_bit flipped{file(), page * 4096 + at, 2};
      EXPECT_FALSE(lmdb::read_meta_pages(file())) << "page " << page << ", byte " << at;
    }
  EXPECT_TRUE(lmdb::read_meta_pages(file()));
}

TEST_F(LmdbMeta, RefusesNumbersThatDoNotFollowEachOther) {
  make(5);
  for (const std::uint64_t page : {0u, 1u})
    for (int bit = 0; bit < 64; ++bit) {
      const flipped_bit flipped{file(), page * 4096 + 16 + 128 + static_cast<unsigned>(bit / 8), bit % 8};
      if (page == 0 && bit == 1)
        continue; // 4 becomes 6, which could follow 5: what the journal's end is for
      EXPECT_THAT(refusal(), HasSubstr("do not follow each other")) << "page " << page << ", bit " << bit;
    }
}

TEST_F(LmdbMeta, RefusesRootsThatCannotBe) {
  make(5); // the newest is page 1
  const flipped_bit high{file(), 4096 + 16 + 72 + 40 + 3, 0};
  EXPECT_THAT(refusal(), HasSubstr("a root is page"));
}

TEST_F(LmdbMeta, IsAskedBeforeLmdbOpensAFile) {
  make(3);
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) / 2);
  const auto opened = lmdb::environment::open(folder_.path(), {std::size_t{1} << 26, 0, 0});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, fault_code::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("its end is missing"));
}

TEST_F(LmdbMeta, RefusesAFolderInPlaceOfAFile) {
  std::filesystem::create_directory(file());
  EXPECT_THAT(refusal(), HasSubstr("is not a file"));
}

} // namespace
} // namespace orderd::test

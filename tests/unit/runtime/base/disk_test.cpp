// What is said of files that are there, that are not, and that are something else.
#include "runtime/base/disk.hpp"

#include "config/start_limits.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace orderd::runtime {
namespace {

class Disk : public testing::Test {
protected:
  Disk() {
    std::ofstream{path("file")} << "text";
    std::filesystem::create_directory(path("folder"));
    ::mkfifo(path("fifo").c_str(), 0600);
    std::filesystem::create_symlink("/dev/zero", path("endless"));
    std::filesystem::create_symlink("nowhere", path("dangling"));
    std::filesystem::create_symlink("circle", path("circle"));
  }
  std::string path(const char* name) const { return folder_.path() + "/" + name; }

  test::temporary_folder folder_;
};

TEST_F(Disk, TellsWhatIsNotThereFromWhatCannotBeRead) {
  const struct {
    const char* name;
    bool file;
    bool folder;
    bool fault_of_file;
  } rows[] = {
      {"file", true, false, false},      {"folder", false, true, true},      {"none", false, false, false},
      {"dangling", false, false, false}, {"fifo", false, false, true},       {"endless", false, false, true},
      {"circle", false, false, true},    {"file/below", false, false, true},
  };
  for (const auto& row : rows) {
    const auto file = file_exists(path(row.name));
    EXPECT_EQ(!file, row.fault_of_file) << row.name;
    EXPECT_EQ(file && *file, row.file) << row.name;
    const auto folder = folder_exists(path(row.name));
    EXPECT_EQ(folder && *folder, row.folder) << row.name;
    const auto text = read_small_file(path(row.name));
    EXPECT_EQ(!text, row.fault_of_file) << row.name;
    EXPECT_EQ(text && *text, row.file) << row.name;
    if (row.fault_of_file) {
      EXPECT_NE(text.error().message.find(path(row.name)), std::string::npos) << row.name;
    }
  }
  EXPECT_EQ(**read_small_file(path("file")), "text");
}

TEST_F(Disk, ReadsAsAWholeOnlyWhatIsSmall) {
  std::filesystem::resize_file(path("file"), limits::small_file_bytes_max);
  EXPECT_EQ((*read_small_file(path("file")))->size(), limits::small_file_bytes_max);
  std::filesystem::resize_file(path("file"), limits::small_file_bytes_max + 1);
  EXPECT_EQ(read_small_file(path("file")).error().code, fault_code::too_large);
}

TEST_F(Disk, ListsNamesOrSaysWhyNot) {
  auto names = *names_in(folder_.path());
  EXPECT_EQ(names.size(), 6u);
  EXPECT_NE(std::find(names.begin(), names.end(), "fifo"), names.end());
  EXPECT_FALSE(names_in(path("none")));
  EXPECT_FALSE(names_in(path("file")));
}

TEST_F(Disk, TakesTheRightsOfOthersFromAFolder) {
  const auto folder = path("folder");
  ::chmod(folder.c_str(), 0755);
  const auto closed = make_private(folder);
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(*closed);
  struct stat about {};
  ASSERT_EQ(::stat(folder.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0700u);
  EXPECT_FALSE(*make_private(folder)); // they are gone already
  EXPECT_FALSE(make_private(path("none")));
}

TEST(OsFailure, NamesTheFileTheReasonAndWhatToDo) {
  const struct {
    int code;
    const char* advice;
  } rows[] = {
      {EACCES, "give the user of this process the right"},
      {EPERM, "give the user of this process the right"},
      {EROFS, "mount it to be written"},
      {ENOSPC, "make room"},
      {EDQUOT, "make room"},
      {ENOTDIR, "is no folder"},
      {EISDIR, "stands where a file is meant"},
      {ENOENT, "look whether its disk is mounted"},
      {EMFILE, "ulimit -n"},
      {EIO, "the disk answers with errors"},
  };
  for (const auto& row : rows) {
    const auto said = os_failure(row.code, "open the file", "/data/node.json").message;
    EXPECT_EQ(said.find(std::string{"cannot open the file in /data/node.json: "} + std::strerror(row.code)),
              0U)
        << said;
    EXPECT_NE(said.find(row.advice), std::string::npos) << said;
  }
  EXPECT_EQ(os_failure(ERANGE, "read", "/x").message,
            std::string{"cannot read in /x: "} + std::strerror(ERANGE));
}

TEST_F(Disk, CountsTheBytesOfAFolderAndOfThoseInIt) {
  EXPECT_EQ(disk_bytes_of(path("not there")), 0u);
  EXPECT_EQ(disk_bytes_of(path("folder")), 0u);
  std::filesystem::create_directory(path("folder/inner"));
  std::ofstream{path("folder/inner/file")} << std::string(100'000, 'x');
  const auto bytes = disk_bytes_of(path("folder"));
  EXPECT_GE(bytes, 100'000u);
  EXPECT_LT(bytes, 200'000u);
}

} // namespace
} // namespace orderd::runtime

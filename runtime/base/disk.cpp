#include "runtime/base/disk.hpp"

#include "config/start_limits.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace orderd::runtime {

namespace {

/// Less than this free, an I/O error of a write means a full disk.
constexpr std::uint64_t next_to_nothing_bytes = 1u << 20;

bool means_full(int code, const std::string& path) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    return true;
  if (code != EIO)
    return false;
  struct statvfs space {};
  return statvfs(path.c_str(), &space) == 0
         && std::uint64_t{space.f_bavail} * space.f_frsize < next_to_nothing_bytes;
}

/// A file descriptor that is closed when it goes.
class descriptor {
public:
  descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  int get() const noexcept { return fd_; }

private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return false;
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// What a person can do about an error of the system; "" where nothing general helps.
const char* what_to_do(int code) {
  switch (code) {
  case EACCES:
  case EPERM:
    return "; give the user of this process the right to it and to every folder on the way, or start it as "
           "their owner";
  case EROFS:
    return "; its file system is mounted read-only: mount it to be written, or name a folder elsewhere";
  case ENOSPC:
  case EDQUOT:
    return "; make room on that disk";
  case ENOTDIR:
    return "; one of the names on the way is no folder: move it away, or name another path";
  case EISDIR:
    return "; a folder stands where a file is meant: move it away";
  case ENOENT:
    return "; a part of this path is missing: look whether its disk is mounted";
  case EMFILE:
  case ENFILE:
    return "; let the process open more files (ulimit -n)";
  case EIO:
    return "; the disk answers with errors: look at it, and at the log of the system";
  default:
    return "";
  }
}

} // namespace

fault os_failure(int code, const std::string& tried, const std::string& path) {
  const auto kind = means_full(code, path) ? fault_code::storage_full : fault_code::internal;
  return {kind, "cannot " + tried + " in " + path + ": " + std::strerror(code) + what_to_do(code)};
}

namespace {

/// Of a kind that is wanted, by S_IFMT; nothing has the name: false.
result<bool> is_there(const std::string& path, mode_t kind, const char* kind_name) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return errno == ENOENT ? result<bool>{false} : os_failure(errno, "look", path);
  if ((about.st_mode & S_IFMT) != kind)
    return fault{fault_code::corrupt,
                 path + " is not a " + kind_name + ": move it away, or put back what was there"};
  return true;
}

} // namespace

result<bool> file_exists(const std::string& path) {
  return is_there(path, S_IFREG, "file");
}

result<bool> folder_exists(const std::string& path) {
  return is_there(path, S_IFDIR, "folder");
}

result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  for (std::filesystem::directory_iterator at{folder, failed}, end; !failed && at != end;
       at.increment(failed))
    out.push_back(at->path().filename().string());
  if (failed)
    return os_failure(failed.value(), "list the folder", folder);
  return out;
}

result<std::optional<std::string>> read_small_file(const std::string& path) {
  const auto there = file_exists(path);
  if (!there)
    return there.error();
  if (!*there)
    return std::optional<std::string>{};
  const descriptor file{path, O_RDONLY};
  if (file.get() < 0)
    return os_failure(errno, "open the file", path);
  std::string out;
  std::array<char, 1u << 14> part{};
  for (;;) {
    const auto got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno != EINTR)
      return os_failure(errno, "read the file", path);
    if (got == 0)
      return std::optional{std::move(out)};
    if (got > 0)
      out.append(part.data(), static_cast<std::size_t>(got));
    if (out.size() > limits::small_file_bytes_max)
      return fault{fault_code::too_large, path + " has more than "
                                              + std::to_string(limits::small_file_bytes_max)
                                              + " bytes: it is not a file of this program"};
  }
}

result<disk_space> disk_space_of(const std::string& path) {
  struct statvfs space {};
  if (statvfs(path.c_str(), &space) != 0)
    return os_failure(errno, "ask for the free space", path);
  // As df counts it: blocks kept for root are neither used nor free.
  const auto used = static_cast<double>(space.f_blocks - space.f_bfree);
  const auto usable = used + static_cast<double>(space.f_bavail);
  return disk_space{usable > 0 ? used / usable : 1.0, std::uint64_t{space.f_bavail} * space.f_frsize};
}

std::uint64_t disk_bytes_of(const std::string& folder) {
  constexpr std::uint64_t block_bytes = 512; // of st_blocks, whatever the file system's are
  std::uint64_t bytes = 0;
  std::error_code failed;
  std::filesystem::recursive_directory_iterator each{
      folder, std::filesystem::directory_options::skip_permission_denied, failed};
  for (; !failed && each != std::filesystem::recursive_directory_iterator{}; each.increment(failed)) {
    struct stat about {};
    if (::lstat(each->path().c_str(), &about) == 0 && S_ISREG(about.st_mode))
      bytes += static_cast<std::uint64_t>(about.st_blocks) * block_bytes;
  }
  return bytes;
}

result<void> sync_folder(const std::string& path) {
  const descriptor folder{path, O_RDONLY | O_DIRECTORY};
  if (folder.get() < 0 || fsync(folder.get()) != 0)
    return os_failure(errno, "sync the folder", path);
  return {};
}

result<void> make_folders(const std::string& path) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(path, failed);
  if (failed)
    return os_failure(failed.value(), "find the folder", path);
  if (std::filesystem::is_directory(whole, failed))
    return {};
  if (whole.has_parent_path() && whole.parent_path() != whole) {
    if (auto made = make_folders(whole.parent_path().string()); !made)
      return made;
  }
  if (whole.has_filename() && !std::filesystem::create_directory(whole, failed) && failed)
    return os_failure(failed.value(), "create the folder", whole.string());
  return sync_folder(whole.parent_path().string());
}

result<bool> make_private(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return os_failure(errno, "look at", path);
  constexpr mode_t of_others = S_IRWXG | S_IRWXO;
  if ((about.st_mode & of_others) == 0)
    return false;
  if (::chmod(path.c_str(), about.st_mode & 07777 & ~of_others) != 0)
    return os_failure(errno, "take the rights of others from", path);
  return true;
}

result<void> write_file_atomically(const std::string& path, const std::string& content) {
  const auto temporary = path + ".tmp";
  {
    const descriptor file{temporary, O_WRONLY | O_CREAT | O_TRUNC};
    if (file.get() < 0 || !write_all(file.get(), content) || fsync(file.get()) != 0)
      return os_failure(errno, "write", temporary);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    return os_failure(errno, "rename " + temporary, path);
  return sync_folder(std::filesystem::path{path}.parent_path().string());
}

} // namespace orderd::runtime

#include "runtime/base/folder_lock.hpp"

#include "runtime/base/disk.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace orderd::runtime {

namespace {

/// What the file says; it is written by processes that hold it.
std::string content(int fd) {
  char text[32];
  const auto bytes = pread(fd, text, sizeof text, 0);
  std::string out{text, bytes > 0 ? static_cast<std::size_t>(bytes) : 0};
  while (!out.empty() && out.back() == '\n')
    out.pop_back();
  return out;
}

bool is_process_id(const std::string& text) {
  return text.size() < 20
         && std::all_of(text.begin(), text.end(), [](unsigned char each) { return std::isdigit(each) != 0; });
}

fault foreign(const std::string& path) {
  return {fault_code::malformed,
          path + " is not a lock of this program: it was not touched. Name another folder with --data-dir"};
}

} // namespace

result<void> folder_lock::check(const std::string& folder) {
  const auto path = folder + "/lock";
  const auto there = file_exists(path);
  if (!there)
    return there.error();
  if (!*there)
    return {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return os_failure(errno, "open the lock", path);
  const auto said = content(fd);
  ::close(fd);
  return is_process_id(said) ? result<void>{} : foreign(path);
}

result<std::unique_ptr<folder_lock>> folder_lock::take(const std::string& folder) {
  const auto path = folder + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return os_failure(errno, "open the lock", path);
  std::unique_ptr<folder_lock> out{new folder_lock{fd}};
  const auto said = content(fd);
  if (!is_process_id(said))
    return foreign(path);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return os_failure(errno, "lock", path);
    return fault{fault_code::unavailable,
                 "the data folder " + folder + " is in use by process " + (said.empty() ? "unknown" : said)};
  }
  // The number is only for a person: on a full disk the lock holds without it.
  const auto self = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) == 0 && pwrite(fd, self.data(), self.size(), 0) < 0 && errno != ENOSPC)
    return os_failure(errno, "write", path);
  return out;
}

folder_lock::~folder_lock() {
  ::close(fd_);
}

} // namespace orderd::runtime

#include "runtime/folder_lock.hpp"

#include "runtime/disk.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace orderd::runtime {

namespace {

std::string holder(int fd) {
  char text[32];
  const auto bytes = pread(fd, text, sizeof text, 0);
  std::string out{text, bytes > 0 ? static_cast<std::size_t>(bytes) : 0};
  while (!out.empty() && out.back() == '\n')
    out.pop_back();
  return out.empty() ? "unknown" : out;
}

} // namespace

result<std::unique_ptr<folder_lock>> folder_lock::take(const std::string& folder) {
  const auto path = folder + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return os_failure(errno, "open the lock", path);
  std::unique_ptr<folder_lock> out{new folder_lock{fd}};
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return os_failure(errno, "lock", path);
    return fault{fault_code::unavailable,
                 "the data folder " + folder + " is in use by process " + holder(fd)};
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

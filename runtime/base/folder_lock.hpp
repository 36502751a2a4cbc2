// The lock that keeps a second process out of a data folder.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <string>

namespace orderd::runtime {

/// Holds the lock of a folder until it goes, or its process does, however that ends.
class folder_lock {
public:
  /// Locks the folder by its file "lock"; `unavailable` when another process, or this one, has it;
  /// `malformed` when the file is somebody else's, which is then left as it is.
  static result<std::unique_ptr<folder_lock>> take(const std::string& folder);
  /// `malformed` when the folder has a file "lock" that is somebody else's. Changes nothing.
  static result<void> check(const std::string& folder);
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;
  ~folder_lock();

private:
  explicit folder_lock(int fd) : fd_(fd) {}
  int fd_;
};

} // namespace orderd::runtime

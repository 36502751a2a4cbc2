// Makes the operating system fail a chosen write or sync of this process.
#pragma once

#include <cstdint>

namespace orderd::test {

/// While it lives, the nth call (1: the first) of pwrite, writev, fdatasync or fsync fails with `code`;
/// the ones before and after work. One at a time.
class failing_write {
public:
  failing_write(std::uint64_t nth, int code);
  failing_write(const failing_write&) = delete;
  failing_write& operator=(const failing_write&) = delete;
  ~failing_write();

  /// Whether there was an nth call.
  bool happened() const;
};

/// While it lives, reads past memory (O_DIRECT) that touch this byte fail with EIO, as of a sector that the
/// disk cannot read. One at a time.
class unreadable_byte {
public:
  explicit unreadable_byte(std::uint64_t at);
  unreadable_byte(const unreadable_byte&) = delete;
  unreadable_byte& operator=(const unreadable_byte&) = delete;
  ~unreadable_byte();

  /// Whether it was read.
  bool happened() const;
};

/// From here on the nth rename (1: the first) of this process is its last deed: it ends as a killed one does,
/// with this exit code. Of a process of its own.
inline constexpr int ended_after_rename = 77;
void end_after_rename(std::uint64_t nth);

} // namespace orderd::test

// What a process says when memory that is a file cannot be used: SIGBUS and SIGSEGV.
//
// A file that was cut, or that the disk cannot read, is a SIGBUS wherever its mapping is touched, in any
// thread. A damaged page leads LMDB, while it writes, anywhere: a SIGSEGV. Both end the process as all other
// damage does, with a line on standard error and exit code 3. Any other such signal is a bug of this program,
// and ends it as if nothing were caught, with its core.
#pragma once

namespace orderd::runtime {

/// As of every fatal end of a node (runtime/README.md).
inline constexpr int exit_code_of_fatal = 3;

/// From now on, for the whole process. Once is enough; any thread.
void catch_memory_faults();

/// From now on this thread follows what the pages of that folder's data.mdb say; null: it does not any more.
/// `folder` must live as long.
void follow_pages_of(const char* folder) noexcept;

} // namespace orderd::runtime

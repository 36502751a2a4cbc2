// The standard descriptors of a program that was started without them: /dev/null is opened in the place of
// those of 0 to 2 that are closed, so that no file or socket gets one of these numbers. What is printed would
// go into it: log lines into a database.
//
// To be included by the file with `main`, and by no library: it runs before all initializers, since those of
// libraries open descriptors too.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace orderd::runtime {

/// System calls only: nothing else is set up yet, not even what a sanitizer needs.
__attribute__((no_sanitize("address", "thread", "undefined"))) inline void open_standard_descriptors() {
  for (;;) {
    const auto lowest = ::syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
    if (lowest < 0)
      return; // There is no /dev/null: nothing better can be done.
    if (lowest <= STDERR_FILENO)
      continue;
    ::syscall(SYS_close, lowest);
    return;
  }
}

[[gnu::section(".preinit_array"),
  gnu::used]] static void (*const before_all_initializers)() = open_standard_descriptors;

} // namespace orderd::runtime

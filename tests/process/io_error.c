// For failed_start_test.py: preloaded into a program, it lets the calls named by $IO_ERROR_ON (read, write or sync) fail
// with EIO for files whose path has $IO_ERROR_PATH in it.   cc -shared -fPIC -o io_error.so io_error.c
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(int file, const char *call) {
  const char *on = getenv("IO_ERROR_ON");
  const char *part = getenv("IO_ERROR_PATH");
  char link[64], path[4096];
  if (on == NULL || part == NULL || strcmp(on, call) != 0)
    return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t bytes = readlink(link, path, sizeof path - 1);
  if (bytes < 0)
    return 0;
  path[bytes] = 0;
  if (strstr(path, part) == NULL)
    return 0;
  errno = EIO;
  return 1;
}

ssize_t read(int file, void *into, size_t bytes) {
  return fails(file, "read") ? -1 : syscall(SYS_read, file, into, bytes);
}

ssize_t pread(int file, void *into, size_t bytes, off_t at) {
  return fails(file, "read") ? -1 : syscall(SYS_pread64, file, into, bytes, at);
}

ssize_t pread64(int file, void *into, size_t bytes, off_t at) {
  return pread(file, into, bytes, at);
}

ssize_t write(int file, const void *from, size_t bytes) {
  return fails(file, "write") ? -1 : syscall(SYS_write, file, from, bytes);
}

ssize_t pwrite(int file, const void *from, size_t bytes, off_t at) {
  return fails(file, "write") ? -1 : syscall(SYS_pwrite64, file, from, bytes, at);
}

ssize_t pwrite64(int file, const void *from, size_t bytes, off_t at) {
  return pwrite(file, from, bytes, at);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  return fails(file, "write") ? -1 : syscall(SYS_writev, file, parts, count);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  return fails(file, "write") ? -1 : syscall(SYS_pwritev, file, parts, count, at, 0);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t at) {
  return pwritev(file, parts, count, at);
}

int fsync(int file) {
  return fails(file, "sync") ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  return fails(file, "sync") ? -1 : (int)syscall(SYS_fdatasync, file);
}

// How sums of pages are made and stored: what page_sums.cpp and page_sums_writes.cpp share.
#pragma once

#include "runtime/base/bytes.hpp"
#include "runtime/lmdb/lmdb_page.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace orderd::runtime::lmdb {

/// The first bytes of a sums file: what it is, and its version.
inline constexpr std::string_view file_head = "orderd page sums 1";

inline std::uint64_t sum_of_meta(const char* page) {
  return hash_bytes({page, meta::bytes}, meta::bytes);
}

inline std::uint64_t stored_sum(const char* at) {
  std::uint64_t out;
  std::memcpy(&out, at, sizeof out);
  return out;
}

/// Looks for the one bit that makes `good` true when it is turned over; where there is none nothing changes.
template <class Predicate>
bool turn_one_bit(char* bytes, std::size_t count, Predicate good) {
  for (std::size_t i = 0; i < count; ++i)
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<char>(bytes[i] ^ 1 << bit);
      if (good())
        return true;
      bytes[i] = static_cast<char>(bytes[i] ^ 1 << bit);
    }
  return false;
}

/// Reads until `count` bytes are there or the file ends; -1: errno.
inline ssize_t read_all(int file, char* to, std::size_t count, std::uint64_t at) {
  std::size_t done = 0;
  while (done < count) {
    const auto part = ::pread(file, to + done, count - done, static_cast<off_t>(at + done));
    if (part < 0 && errno == EINTR)
      continue;
    if (part < 0)
      return -1;
    if (part == 0)
      break;
    done += static_cast<std::size_t>(part);
  }
  return static_cast<ssize_t>(done);
}

inline int write_all(int file, const char* from, std::size_t count, std::uint64_t at) {
  for (std::size_t done = 0; done < count;) {
    const auto part = ::pwrite(file, from + done, count - done, static_cast<off_t>(at + done));
    if (part < 0 && errno != EINTR)
      return -1;
    done += part > 0 ? static_cast<std::size_t>(part) : 0;
  }
  return 0;
}
} // namespace orderd::runtime::lmdb

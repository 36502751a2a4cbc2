// What a message of another node takes of memory while it is decoded: in proportion to its bytes, whatever
// is in it. Prints the figures.
#include "cluster/replication/peer_message.hpp"

#include "config/limits.hpp"
#include "config/peer_limits.hpp"

#include <gtest/gtest.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orderd::cluster {
namespace {

constexpr std::size_t mib = 1u << 20;

/// MiB of the line `name` of this process's status.
std::size_t status_mib(const char* name) {
  std::ifstream status{"/proc/self/status"};
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with(name))
      return std::stoul(line.substr(line.find(':') + 1)) / 1024;
  return 0;
}

struct reading {
  std::size_t grown_mib = std::numeric_limits<std::size_t>::max();
  std::size_t read = 0; ///< messages that were read; the others were refused
};

/// Reads a message so many times, in a process of its own, so that nothing that was allocated before hides by
/// how much it grows.
reading read_apart(std::string_view message, int times) {
  int ends[2];
  if (pipe(ends) != 0)
    return {};
  std::fflush(stdout);
  const auto child = fork();
  if (child == 0) {
    malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << "5"; // the mark of the most begins anew
    const auto before = status_mib("VmHWM");
    reading done{};
    for (int i = 0; i < times; ++i)
      done.read += decode_peer_message(message) ? 1 : 0;
    done.grown_mib = status_mib("VmHWM") - before;
    _exit(write(ends[1], &done, sizeof done) == sizeof done ? 0 : 1);
  }
  reading done;
  const auto got = ::read(ends[0], &done, sizeof done);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  return got == sizeof done ? done : reading{};
}

std::string encoded(peer_body body) {
  return encode({7, {2, 99}, 98, std::move(body)});
}

/// Rows of so many bytes each in a message.
std::vector<runtime::row_write> rows_of(std::size_t bytes, std::size_t count) {
  std::vector<runtime::row_write> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({{runtime::table::timer, std::string(bytes - 6, 'k')}, std::nullopt});
  return out;
}

std::string epochs_of(std::size_t row_bytes, std::size_t count) {
  runtime::epoch made;
  made.shard = 7;
  made.number = 41;
  made.writes = rows_of(row_bytes, count);
  return encoded(append{4, {std::make_shared<const runtime::epoch>(std::move(made))}, 40});
}

std::string copy_of(std::size_t row_bytes, std::size_t count) {
  return encoded(install_snapshot{4, 2, 3, {40, 3}, rows_of(row_bytes, count), false, 0, 0});
}

std::string commands_of(std::size_t count) {
  runtime::channel_commands what{5, {}};
  const auto stored = std::make_shared<const std::string>("st");
  for (std::size_t i = 0; i < count; ++i)
    what.commands.push_back({1, {2, "1234"}, stored});
  return encoded(channel_batch{std::move(what)});
}

std::string starts_of(std::size_t count) {
  new_term made{4, 17, {}, 1, 1};
  made.starts.resize(count, {1u << 30, 1u << 31});
  return encoded(std::move(made));
}

std::string epochs_without_rows(std::size_t count) {
  std::vector<runtime::epoch_ptr> made;
  for (std::size_t i = 0; i < count; ++i) {
    auto one = std::make_shared<runtime::epoch>();
    one->shard = 7;
    one->number = (1u << 21) + i;
    made.push_back(std::move(one));
  }
  return encoded(append{4, std::move(made), 40});
}

TEST(PeerMessageMemory, IsInProportionToTheBytes) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "a sanitizer keeps what is freed";
#endif
  constexpr std::size_t million = 1'000'000;
  const struct {
    const char* what;
    std::string bytes;
    bool is_read; ///< else it is refused for its number of parts
  } messages[] = {
      {"an epoch of rows of 6 bytes", epochs_of(6, million), false},
      {"an epoch of rows of 16 bytes", epochs_of(16, million), true},
      {"copied rows of 6 bytes", copy_of(6, million), false},
      {"copied rows of 16 bytes", copy_of(16, million), true},
      {"commands of 16 bytes", commands_of(million), true},
      {"starts of terms", starts_of(million), false},
      {"epochs without rows", epochs_without_rows(900'000), true},
  };
  for (const auto& [what, bytes, is_read] : messages) {
    const auto once = read_apart(bytes, 1);
    std::printf("%-28s %5.1f MiB: +%zu MiB\n", what, static_cast<double>(bytes.size()) / mib, once.grown_mib);
    EXPECT_EQ(once.read, is_read ? 1U : 0U) << what;
    EXPECT_LE(once.grown_mib, bytes.size() * 9 / mib + 4) << what;
  }
  const auto& again = messages[1];
  const auto forty = read_apart(again.bytes, 40);
  std::printf("forty times %s: +%zu MiB\n", again.what, forty.grown_mib);
  EXPECT_EQ(forty.read, 40U);
  EXPECT_LE(forty.grown_mib, again.bytes.size() * 9 / mib + 4);
}

} // namespace
} // namespace orderd::cluster

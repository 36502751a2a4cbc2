// What a message of another node takes of memory while it is decoded: in proportion to its bytes, whatever
// is in it. Prints the figures.
#include "cluster/peer_message.hpp"

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

/// By how many MiB a process grows at most while it runs `what`: in one of its own, so that nothing that was
/// allocated before hides it.
std::size_t growth_mib(const std::function<void()>& what) {
  int ends[2];
  if (pipe(ends) != 0)
    return std::numeric_limits<std::size_t>::max();
  std::fflush(stdout);
  const auto child = fork();
  if (child == 0) {
    malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << "5"; // the mark of the most begins anew
    const auto before = status_mib("VmHWM");
    what();
    const auto grown = status_mib("VmHWM") - before;
    _exit(write(ends[1], &grown, sizeof grown) == sizeof grown ? 0 : 1);
  }
  std::size_t grown = std::numeric_limits<std::size_t>::max();
  const auto got = read(ends[0], &grown, sizeof grown);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  return got == sizeof grown ? grown : std::numeric_limits<std::size_t>::max();
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
  return encoded(copy_rows{4, 2, 3, {40, 3}, rows_of(row_bytes, count), false, 0, 0});
}

std::string commands_of(std::size_t count) {
  runtime::channel_commands what{5, {}};
  const auto stored = std::make_shared<const std::string>("st");
  for (std::size_t i = 0; i < count; ++i)
    what.commands.push_back({1, {2, "1234"}, stored});
  return encoded(channel_batch{std::move(what)});
}

std::string starts_of(std::size_t count) {
  lead made{4, 17, {}, 1, 1};
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
  const std::pair<const char*, std::string> messages[] = {
      {"an epoch of rows of 6 bytes", epochs_of(6, million)},
      {"an epoch of rows of 16 bytes", epochs_of(16, million)},
      {"copied rows of 6 bytes", copy_of(6, million)},
      {"copied rows of 16 bytes", copy_of(16, million)},
      {"commands of 16 bytes", commands_of(million)},
      {"starts of terms", starts_of(million)},
      {"epochs without rows", epochs_without_rows(900'000)},
  };
  for (const auto& [what, bytes] : messages) {
    const auto decode = [&, of = what, from = std::string_view{bytes}] {
      const auto got = decode_peer_message(from);
      std::printf("%-28s %5.1f MiB, %s", of, static_cast<double>(from.size()) / mib,
                  got ? "read" : got.error().message.c_str());
      std::fflush(stdout);
    };
    const auto once = growth_mib(decode);
    std::printf(": +%zu MiB\n", once);
    EXPECT_LE(once, bytes.size() * 9 / mib + 4) << what;
  }
  const auto& [what, bytes] = messages[1];
  const auto forty = growth_mib([&from = bytes] {
    for (int i = 0; i < 40; ++i)
      EXPECT_TRUE(decode_peer_message(from));
  });
  std::printf("forty times %s: +%zu MiB\n", what, forty);
  EXPECT_LE(forty, bytes.size() * 9 / mib + 4) << what;
}

} // namespace
} // namespace orderd::cluster

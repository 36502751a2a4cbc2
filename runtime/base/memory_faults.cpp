// In a handler only what is safe there: no allocation, no lock, no stream.
#include "runtime/base/memory_faults.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <initializer_list>
#include <span>
#include <string_view>
#include <unistd.h>

namespace orderd::runtime {

namespace {

thread_local const char* pages_of = nullptr;

/// Whether a line of /proc/self/maps ("begin-end rights ... file") is about that address.
bool holds(std::string_view line, std::uintptr_t address) {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  const auto first = std::from_chars(line.data(), line.data() + line.size(), begin, 16);
  if (first.ec != std::errc{} || first.ptr == line.data() + line.size())
    return false;
  const auto second = std::from_chars(first.ptr + 1, line.data() + line.size(), end, 16);
  return second.ec == std::errc{} && begin <= address && address < end;
}

/// The file that is mapped there, as the kernel names it; "" when there is none. Its bytes are in `line`.
std::string_view file_at(std::uintptr_t address, std::span<char> line) {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::array<char, 1'024>
      bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read before it is looked at
  std::size_t length = 0;
  for (ssize_t got = 0; (got = ::read(maps, bytes.data(), bytes.size())) > 0;)
    for (const char each : std::span{bytes}.first(static_cast<std::size_t>(got))) {
      if (each != '\n') {
        if (length < line.size())
          line[length++] = each;
        continue;
      }
      const std::string_view whole{line.data(), length};
      length = 0;
      if (!holds(whole, address))
        continue;
      ::close(maps);
      const auto path = whole.find('/');
      return path == std::string_view::npos ? std::string_view{} : whole.substr(path);
    }
  ::close(maps);
  return {};
}

[[noreturn]] void end_with(std::initializer_list<std::string_view> line) {
  for (const auto part : line)
    (void)!::write(STDERR_FILENO, part.data(), part.size());
  ::_exit(exit_code_of_fatal);
}

void handle(int signal, siginfo_t* what, void*) {
  std::array<char, 1'024> line; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  if (signal == SIGBUS)
    if (const auto file = file_at(reinterpret_cast<std::uintptr_t>(what->si_addr), line); !file.empty())
      end_with({"level=error component=storage event=fatal text=\"damaged or cut: ", file,
                "; start the node again: it looks through its pages\"\n"});
  if (signal == SIGSEGV && pages_of != nullptr)
    end_with({"level=error component=storage event=fatal text=\"damaged or cut: ", pages_of,
              "/data.mdb; start the node again: it looks through its pages\"\n"});
  std::signal(signal, SIG_DFL); // It happens again at once.
}

} // namespace

void catch_memory_faults() {
  static const bool done = [] {
    struct sigaction how {};
    how.sa_sigaction = handle;
    how.sa_flags = SA_SIGINFO;
    return ::sigaction(SIGSEGV, &how, nullptr) == 0 && ::sigaction(SIGBUS, &how, nullptr) == 0;
  }();
  (void)done;
}

void follow_pages_of(const char* folder) noexcept {
  pages_of = folder;
}

} // namespace orderd::runtime

#include "cluster/orderctl/ctl_terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace orderd::cluster {

namespace {

constexpr std::string_view enter_screen = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view leave_screen = "\x1b[0m\x1b[?25h\x1b[?1049l";

/// SIGABRT: of an assertion that failed.
constexpr std::array ending{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT};

/// What handlers of signals read: written before they are set.
struct terminal_state {
  termios before{};
  termios raw{};
  int wake[2]{-1, -1};
};
terminal_state state;

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR)
      return false;
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// What follows is called by handlers of signals too: only calls that those may make.

void put_back() {
  write_all(leave_screen);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &state.before);
}

void take() {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &state.raw);
  write_all(enter_screen);
}

void wake() {
  const int kept = errno;
  static_cast<void>(::write(state.wake[1], "", 1)); // When the pipe is full it will wake anyway.
  errno = kept;
}

void on_end(int number) {
  put_back();
  ::_exit(128 + number);
}

void on_resize(int) {
  wake();
}

void on_stop(int) {
  put_back();
  ::kill(::getpid(), SIGSTOP); // Here it stands still until somebody says that it goes on.
  take();
  wake();
}

void handle(int number, void (*how)(int)) {
  struct sigaction action {};
  action.sa_handler = how;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(number, &action, nullptr);
}

bool has_blocks() {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char* const value = std::getenv(name); value && *value)
      return std::strstr(value, "UTF-8") || std::strstr(value, "utf8");
  return false;
}

} // namespace

bool ctl_terminal::is_there() {
  const char* const term = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && term && *term
         && std::strcmp(term, "dumb") != 0;
}

ctl_terminal::ctl_terminal() {
  ::tcgetattr(STDIN_FILENO, &state.before);
  state.raw = state.before;
  state.raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  state.raw.c_cc[VMIN] = 1;
  state.raw.c_cc[VTIME] = 0;
  if (::pipe2(state.wake, O_NONBLOCK | O_CLOEXEC) != 0)
    state.wake[0] = state.wake[1] = -1; // poll passes over it, and a new size is seen with the next look
  for (const int number : ending)
    handle(number, on_end);
  handle(SIGTSTP, on_stop);
  handle(SIGWINCH, on_resize);
  take();
}

ctl_terminal::~ctl_terminal() {
  put_back();
  for (const int number : ending)
    handle(number, SIG_DFL);
  handle(SIGTSTP, SIG_DFL);
  handle(SIGWINCH, SIG_DFL);
  for (auto& each : state.wake) {
    ::close(each);
    each = -1;
  }
}

top_look ctl_terminal::look() const {
  top_look now{.colours = std::getenv("NO_COLOR") == nullptr, .blocks = has_blocks()};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    now.width = size.ws_col;
    now.height = size.ws_row;
  }
  return now;
}

bool ctl_terminal::draw(const std::vector<std::string>& lines) {
  std::string bytes = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i)
    bytes += (i == 0 ? "\x1b[2K" : "\r\n\x1b[2K") + lines[i];
  return write_all(bytes);
}

ctl_terminal::event ctl_terminal::wait(int news, int quiet_ms) {
  std::array<pollfd, 3> of{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{news, POLLIN, 0},
                           pollfd{state.wake[0], POLLIN, 0}};
  event out;
  const int ready = ::poll(of.data(), of.size(), quiet_ms);
  out.nothing = ready == 0;
  if (ready <= 0)
    return out;
  std::array<char, 256> bytes{};
  if (of[0].revents != 0) {
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got > 0)
      out.keys.assign(bytes.data(), static_cast<std::size_t>(got));
    out.gone = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
  }
  out.news = of[1].revents != 0;
  while (of[2].revents != 0 && ::read(state.wake[0], bytes.data(), bytes.size()) > 0)
    continue;
  return out;
}

} // namespace orderd::cluster

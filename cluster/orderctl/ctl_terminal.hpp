// The terminal of a full-screen command: keys one by one, a screen of its own, and everything as it was at
// the end.
//
// *Operation*: made, drawn on and waited for; its end puts the terminal back. So do Ctrl-C, SIGTERM, SIGHUP,
// SIGQUIT and a bug, which end the process at once with 128 and their number, and Ctrl-Z, after which `fg`
// goes on with a new picture. Only sequences that every terminal since the VT100 knows are written.
//
// *Concurrency*: one at a time in a process, used by one thread; signals may come to any.
#pragma once

#include "cluster/top/top_screen.hpp"

#include <string>
#include <vector>

namespace orderd::cluster {

class ctl_terminal {
public:
  /// Whether standard input and output are a terminal that can do this; a dumb one cannot.
  static bool is_there();

  ctl_terminal();
  ~ctl_terminal();
  ctl_terminal(const ctl_terminal&) = delete;
  ctl_terminal& operator=(const ctl_terminal&) = delete;

  /// Its size now, and what it can show.
  top_look look() const;

  /// Lines no wider than `look` said. False: the terminal is gone.
  bool draw(const std::vector<std::string>& lines);

  struct event {
    std::string keys;     ///< bytes that were typed
    bool news = false;    ///< `news` can be read
    bool nothing = false; ///< `quiet_ms` passed
    bool gone = false;    ///< nobody types any more
  };
  /// Waits for any of these, or until it is to be drawn anew: it has another size, or is back from Ctrl-Z.
  /// `quiet_ms`: at most as long; -1: for ever.
  event wait(int news, int quiet_ms);
};

} // namespace orderd::cluster

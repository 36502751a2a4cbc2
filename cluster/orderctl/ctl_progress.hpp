// A progress bar on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace orderd::cluster {

/// *Operation*: `advance` as often as there is news; it draws at most ten times a second. `finish` takes
/// the bar away, so that what is printed next begins on a clean line.
class progress {
public:
  /// `to` is none when there is no terminal: then it draws nothing.
  progress(std::ostream* to, std::string label, std::uint64_t total);

  void advance(std::uint64_t done);
  void finish();

private:
  using clock = std::chrono::steady_clock;

  std::ostream* to_;
  std::string label_;
  std::uint64_t total_;
  clock::time_point begun_at_ = clock::now();
  clock::time_point drawn_at_;
};

/// The text of a bar: "placing orders [#####.....]  50 %  10475 of 20951  12000/s".
std::string progress_text(const std::string& label, std::uint64_t done, std::uint64_t total, double seconds);

} // namespace orderd::cluster

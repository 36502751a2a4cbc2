// What a start says while it reads much: a log line when it begins, with how much it is, and one each ten
// seconds with how far it is. Of less than a gibibyte nothing is said: that takes a second or two.
//
//   shown_look shown{"looks through every page", folder, bytes};
//   shown.reached(bytes_so_far);                                    // as often as is convenient
//
// *Concurrency*: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace orderd::runtime {

/// When something is to be said. Pure.
class long_look {
public:
  static constexpr std::uint64_t bytes_min = std::uint64_t{1} << 30;
  static constexpr std::int64_t interval_ms = 10'000;

  /// Times are monotone, in ms.
  long_look(std::uint64_t bytes, std::int64_t now_ms) : bytes_(bytes), said_at_(now_ms) {}

  bool is_long() const noexcept { return bytes_ >= bytes_min; }
  /// In percent, when it is time to say it; never 100: what follows says that it came to its end.
  std::optional<unsigned> reached(std::uint64_t bytes, std::int64_t now_ms) noexcept {
    if (!is_long() || now_ms - said_at_ < interval_ms || bytes >= bytes_)
      return std::nullopt;
    said_at_ = now_ms;
    return static_cast<unsigned>(static_cast<double>(bytes) * 100 / static_cast<double>(bytes_));
  }

private:
  std::uint64_t bytes_;
  std::int64_t said_at_;
};

/// Says it in the log.
class shown_look {
public:
  /// `what`, of the file data.mdb in `folder`: "looks through ...".
  shown_look(std::string what, std::string folder, std::uint64_t bytes);
  void reached(std::uint64_t bytes);

private:
  std::string what_;
  std::string folder_;
  long_look pace_;
};

} // namespace orderd::runtime

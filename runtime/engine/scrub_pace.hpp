// When the states are looked through, and how fast: little at a time, with a pause after each.
//
//   scrub_pace pace{{.hours = 24, .mb_s = 16}, now};
//   if (pace.due(now)) { read pace.slice_bytes(); wait pace.pause_ms(bytes, took); ... pace.ended(now); }
//
// A start reads every page of every state, so it counts as the end of a round. Times are monotone, in ms.
// *Concurrency*: one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace orderd::runtime {

struct scrub_options {
  std::uint32_t hours = 24; ///< from the end of a round to the begin of the next; 0: none begins
  std::uint32_t mb_s = 16;  ///< 10^6 bytes a second
};

class scrub_pace {
public:
  static constexpr std::int64_t hour_ms = 3'600'000;
  /// One slice holds a snapshot, so it is short: so many a second, and never more than this.
  static constexpr std::uint64_t slices_a_second = 16;
  static constexpr std::uint64_t slice_bytes_max = std::uint64_t{1} << 20;
  static constexpr std::uint64_t slice_bytes_min = std::uint64_t{1} << 16;

  scrub_pace(scrub_options options, std::int64_t now_ms) : options_(options), ended_at_(now_ms) {}

  bool by_itself() const noexcept { return options_.hours > 0; }
  /// Until a round begins by itself; negative: none does.
  std::int64_t next_in_ms(std::int64_t now_ms) const noexcept {
    return by_itself() ? std::max<std::int64_t>(0, ended_at_ + options_.hours * hour_ms - now_ms) : -1;
  }
  bool due(std::int64_t now_ms) const noexcept { return next_in_ms(now_ms) == 0; }
  void ended(std::int64_t now_ms) noexcept { ended_at_ = now_ms; }

  std::size_t slice_bytes() const noexcept {
    return std::clamp(bytes_a_second() / slices_a_second, slice_bytes_min, slice_bytes_max);
  }
  /// After a slice of so many bytes that took so long. A disk that is slower than the pace rests half of the
  /// time: others need it.
  std::int64_t pause_ms(std::uint64_t bytes, std::int64_t took_ms) const noexcept {
    const auto meant = static_cast<std::int64_t>(bytes * 1'000 / bytes_a_second());
    return std::max({meant - took_ms, std::min(took_ms, rest_ms_max), std::int64_t{1}});
  }

private:
  static constexpr std::int64_t rest_ms_max = 10'000;
  std::uint64_t bytes_a_second() const noexcept { return std::uint64_t{options_.mb_s} * 1'000'000; }

  scrub_options options_;
  std::int64_t ended_at_;
};

} // namespace orderd::runtime

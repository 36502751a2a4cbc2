// Who is let in: refuses work on arrival, before anything is done for it.
//
// Pure. New work (new orders) is refused while the node refuses it (disk full), while it would wait too long
// for its turn, while too much is committed but not applied, or while too many orders are unsettled.
// Reads are refused when half of that wait is expected, so they never push orders out; cancellations and the
// like at four times of it: they let go what orders hold. Nothing is begun that cannot be answered before its
// deadline. What operators do about quarantine, and every internal step of accepted work, is always let in.
#pragma once

#include "runtime/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace orderd::runtime {

/// What a client asks for.
enum class work : std::uint8_t { order, read, other };

struct admission_limits {
  std::chrono::milliseconds queue_age_max{500};
  std::size_t unapplied_bytes_max = 256u << 20;
  std::uint64_t unsettled_max = 1'000'000;
};

class admission {
public:
  explicit admission(admission_limits limits) : limits_(limits) {}

  /// The node refuses new work for this reason; nullopt: no longer.
  void node_refuses(std::optional<fault> why) { node_refusal_ = std::move(why); }

  struct load {
    std::size_t unapplied_bytes = 0;
    std::uint64_t unsettled = 0;
  };

  /// Why new work is refused under this load, or nullopt: welcome.
  std::optional<fault> refuses_new_work(const load& now) const {
    if (node_refusal_)
      return node_refusal_;
    if (now.unapplied_bytes > limits_.unapplied_bytes_max)
      return overloaded("committed but not yet applied: more than",
                        static_cast<std::int64_t>(limits_.unapplied_bytes_max), "bytes");
    if (now.unsettled >= limits_.unsettled_max)
      return overloaded("unsettled orders: the limit is", static_cast<std::int64_t>(limits_.unsettled_max),
                        "orders");
    return std::nullopt;
  }

  /// Why a request is refused that waits so long in all, `still` of it from now on, and whose caller waits
  /// for `left` from now on; nullopt: welcome.
  std::optional<fault> refuses_wait(work what, std::chrono::nanoseconds wait, std::chrono::nanoseconds still,
                                    std::chrono::nanoseconds left) const {
    if (still >= left)
      return fault{fault_code::overloaded,
                   "the shard's queue is longer than the time until the request's deadline; nothing was done",
                   retry_after_ms};
    const auto wait_max = patience(what);
    if (wait > wait_max)
      return overloaded("the shard's queue is longer than", wait_max.count(), "ms");
    return std::nullopt;
  }

private:
  std::chrono::milliseconds patience(work what) const {
    const auto of_orders = limits_.queue_age_max;
    return what == work::order ? of_orders : what == work::read ? of_orders / 2 : 4 * of_orders;
  }

  static constexpr std::uint32_t retry_after_ms = 200;

  static fault overloaded(const char* what, std::int64_t limit, const char* unit) {
    return {fault_code::overloaded, std::string{what} + ' ' + std::to_string(limit) + ' ' + unit,
            retry_after_ms};
  }

  admission_limits limits_;
  std::optional<fault> node_refusal_;
};

} // namespace orderd::runtime

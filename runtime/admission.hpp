// Who is let in: refuses work at the door, before anything is done for it.
//
// Pure. New work (new orders) is refused while the node refuses it (disk full), while the shard's queue
// is old, while too much is committed but not applied, or while too many orders are unsettled.
// Cancellations, queries and the like are refused later, when the queue is four times as old: under a
// flood of them nobody would get an answer in time. What operators do about quarantine, and every internal
// step of accepted work, is always let in.
#pragma once

#include "runtime/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace orderd::runtime {

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
    std::chrono::nanoseconds queue_age{}; ///< since the node read the request
    std::size_t unapplied_bytes = 0;
    std::uint64_t unsettled = 0;
  };

  /// Why new work is refused under this load, or nullopt: welcome.
  std::optional<fault> refuses_new_work(const load& now) const {
    if (node_refusal_)
      return node_refusal_;
    if (now.queue_age > limits_.queue_age_max)
      return overloaded("the shard's queue is older than", limits_.queue_age_max.count(), "ms");
    if (now.unapplied_bytes > limits_.unapplied_bytes_max)
      return overloaded("committed but not yet applied: more than",
                        static_cast<std::int64_t>(limits_.unapplied_bytes_max), "bytes");
    if (now.unsettled >= limits_.unsettled_max)
      return overloaded("unsettled orders: the limit is", static_cast<std::int64_t>(limits_.unsettled_max),
                        "orders");
    return std::nullopt;
  }

  /// Why a client's other request is refused after waiting so long, or nullopt: welcome.
  std::optional<fault> refuses_other_work(std::chrono::nanoseconds queue_age) const {
    const auto age_max = other_work_patience * limits_.queue_age_max;
    if (queue_age > age_max)
      return overloaded("the shard's queue is older than", age_max.count(), "ms");
    return std::nullopt;
  }

private:
  static constexpr int other_work_patience = 4;
  static constexpr std::uint32_t retry_after_ms = 200;

  static fault overloaded(const char* what, std::int64_t limit, const char* unit) {
    return {fault_code::overloaded, std::string{what} + ' ' + std::to_string(limit) + ' ' + unit,
            retry_after_ms};
  }

  admission_limits limits_;
  std::optional<fault> node_refusal_;
};

} // namespace orderd::runtime

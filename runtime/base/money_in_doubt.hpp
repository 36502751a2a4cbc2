// Money whose fate is not known: card payments that the provider did not answer, by currency, for Prometheus
// and for the last hour of a node. Each shard says what it has; the sums are made when they are asked for.
//
//   orderd_money_in_doubt_payments{currency}, orderd_money_in_doubt_minor{currency},
//   orderd_money_in_doubt_oldest_seconds{currency}: the age of the oldest order that one of them is for
//
// A currency that was there once is shown as 0 when nothing of it is in doubt any more.
//
// *Concurrency*: any thread. *Limits*: as many currencies as orders may be in (actors/rules/currency.hpp).
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace orderd::runtime {

/// Of one currency.
struct doubt_sum {
  std::string currency;
  std::uint64_t payments = 0;
  std::int64_t amount_minor = 0;
  std::int64_t oldest_ms = 0; ///< age of the oldest
  friend bool operator==(const doubt_sum&, const doubt_sum&) = default;
};

class money_in_doubt : public prometheus::Collectable {
public:
  /// What a shard has now, in place of what it had.
  void show(std::uint32_t shard, std::vector<doubt_sum> now);

  /// Of all shards, by currency; those of which nothing is in doubt any more have no payments.
  std::vector<doubt_sum> total() const;

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::vector<doubt_sum>> by_shard_;
  std::set<std::string> seen_; ///< every currency that there ever was
};

} // namespace orderd::runtime

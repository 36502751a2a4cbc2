#include "cluster/node/history.hpp"

#include "runtime/base/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace orderd::cluster {

namespace {

std::uint32_t small(double value) {
  return static_cast<std::uint32_t>(
      std::clamp(value, 0.0, static_cast<double>(std::numeric_limits<std::uint32_t>::max() - 1)));
}

std::uint64_t rise(std::uint64_t before, std::uint64_t now) {
  return now < before ? now : now - before;
}

std::uint32_t small_rise(std::uint64_t before, std::uint64_t now) {
  return small(static_cast<double>(rise(before, now)));
}

void fill_refusals(const node_reading& before, const node_reading& now, v1::history_sample& into) {
  std::vector<v1::named_count> all;
  for (const auto& refusal : now.refusals) {
    const auto known = std::find_if(before.refusals.begin(), before.refusals.end(),
                                    [&](const auto& each) { return each.first == refusal.first; });
    const auto came = rise(known == before.refusals.end() ? 0 : known->second, refusal.second);
    if (came == 0)
      continue;
    auto& one = all.emplace_back();
    one.set_name(refusal.first);
    one.set_count(came);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.count() > b.count(); });
  all.resize(std::min(all.size(), history::parts_max));
  for (auto& each : all)
    *into.add_refusals() = std::move(each);
}

void fill_shards(const node_reading& now, v1::history_sample& into) {
  std::uint64_t unsettled = 0;
  std::uint64_t led = 0;
  std::uint64_t missing = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t lag = 0;
  double oldest = 0;
  double drain = 0;
  for (const auto& each : now.shards) {
    led += each.led;
    unsettled += each.unsettled;
    missing += each.missing_copies;
    quarantined += each.quarantined;
    lag = std::max(lag, each.lag_epochs);
    oldest = std::max(oldest, each.oldest_s);
    drain = std::max(drain, each.drain_s);
  }
  into.set_unsettled(unsettled);
  into.set_oldest_unsettled_s(small(oldest));
  into.set_drain_s(std::isinf(drain) ? history::never : small(std::ceil(drain)));
  into.set_shards_led(static_cast<std::uint32_t>(led));
  into.set_missing_copies(static_cast<std::uint32_t>(missing));
  into.set_quarantined(small(static_cast<double>(quarantined)));
  into.set_lag_epochs(small(static_cast<double>(lag)));
}

void fill_doubt(const node_reading& now, v1::history_sample& into) {
  auto all = now.in_doubt;
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.payments > b.payments; });
  all.resize(std::min(all.size(), history::parts_max));
  for (const auto& each : all) {
    auto& one = *into.add_in_doubt();
    one.set_currency(each.currency);
    one.set_payments(each.payments);
    one.set_amount_minor(each.amount_minor);
    one.set_oldest_s(small(static_cast<double>(each.oldest_ms) / 1e3));
  }
}

/// What one element of a repeated field takes in an answer, its tag and length included, or a little more.
std::size_t bytes_of_element(std::size_t bytes) {
  return bytes + 6;
}

} // namespace

void history::add(const node_reading& now) {
  for (auto& each : watch_.see(now))
    happened(std::move(each));
  if (before_) {
    samples_.push_back(sample_of(now).SerializeAsString());
    if (samples_.size() > samples_max)
      samples_.pop_front();
  }
  before_ = now;
}

void history::happened(v1::node_event what) {
  events_.push_back(std::move(what));
  if (events_.size() > events_max)
    events_.pop_front();
}

v1::history_sample history::sample_of(const node_reading& now) const {
  v1::history_sample made;
  made.set_at_ms(now.at_ms);
  made.set_confirmed(small_rise(before_->confirmed, now.confirmed));
  made.set_rejected(small_rise(before_->rejected, now.rejected));
  made.set_cancelled(small_rise(before_->cancelled, now.cancelled));
  fill_requests(now, made);
  fill_refusals(*before_, now, made);
  fill_shards(now, made);
  made.set_disk_used(static_cast<float>(now.disk_used));
  fill_doubt(now, made);
  return made;
}

void history::fill_requests(const node_reading& now, v1::history_sample& into) const {
  std::vector<std::uint64_t> counts(now.requests.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = rise(i < before_->requests.size() ? before_->requests[i] : 0, now.requests[i]);
  into.set_requests(
      small(static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}))));
  into.set_p50_us(small(std::round(runtime::quantile(bounds_, counts, 0.5) / 1e3)));
  into.set_p99_us(small(std::round(runtime::quantile(bounds_, counts, 0.99) / 1e3)));
}

void history::fill(v1::node_history& into, std::uint32_t seconds, std::size_t bytes_max) const {
  std::size_t bytes = into.ByteSizeLong();
  for (const auto& each : events_) {
    *into.add_events() = each;
    bytes += bytes_of_element(each.ByteSizeLong());
  }
  auto first = samples_.end();
  for (std::size_t wanted = seconds == 0 ? samples_max : seconds; wanted > 0 && first != samples_.begin();
       --wanted) {
    bytes += bytes_of_element(std::prev(first)->size());
    if (bytes > bytes_max)
      break;
    --first;
  }
  for (; first != samples_.end(); ++first)
    into.add_samples()->ParseFromString(*first);
}

} // namespace orderd::cluster

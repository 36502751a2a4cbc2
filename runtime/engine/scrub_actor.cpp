#include "runtime/engine/scrub_actor.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/short_slices.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace orderd::runtime {

namespace {

/// Between two looks whether a round is due: the clock counts while the machine is suspended, a wake-up may
/// not.
constexpr std::int64_t look_ms = 60'000;

double seconds(unix_ms time) {
  return static_cast<double>(time) / 1'000;
}

} // namespace

scrub_actor::scrub_actor(caf::actor_config& config, std::vector<scrubbed_part> parts, const node_clock& clock,
                         scrub_metrics& metrics, scrub_options options, damage_handler damaged)
    : caf::event_based_actor(config), parts_(std::move(parts)), time_(clock), metrics_(metrics),
      pace_(options, clock.now().monotone_ms), damaged_(std::move(damaged)) {}

caf::behavior scrub_actor::make_behavior() {
  // Nobody waits for it. Where the kernel refuses, it does so again: nothing to report.
  if (getf(is_detached_flag))
    (void)request_low_share();
  if (pace_.by_itself()) {
    metrics_.finished.Set(seconds(time_.now().wall_ms));
    wake_after(std::min(look_ms, pace_.next_in_ms(time_.now().monotone_ms)));
  }
  return {
      [this](caf::tick_atom, std::uint64_t turn) {
        if (turn == turn_)
          step();
      },
      [this](const ask_scrub& asked) { return answer(asked); },
  };
}

void scrub_actor::wake_after(std::int64_t ms) {
  delayed_send(this, std::chrono::milliseconds{ms}, caf::tick_atom_v, ++turn_);
}

scrub_description scrub_actor::answer(const ask_scrub& asked) {
  if (asked.begin && !running_) {
    begin();
    wake_after(0);
  }
  auto out = round_;
  out.running = running_;
  out.looking_at = running_ ? part().name() : "";
  out.next_in_ms = pace_.next_in_ms(time_.now().monotone_ms);
  return out;
}

void scrub_actor::begin() {
  running_ = true;
  part_ = 0;
  at_ = {};
  damaged_times_ = 0;
  const auto now = time_.now();
  round_ = {};
  round_.begun_at = now.wall_ms;
  began_at_ = now.monotone_ms;
  log::info("scrub", "scrub_begun", {{"stores", parts_.size()}}, "");
}

void scrub_actor::step() {
  const auto now = time_.now().monotone_ms;
  if (!running_ && !pace_.due(now))
    return wake_after(std::min(look_ms, pace_.next_in_ms(now)));
  if (!running_)
    begin();
  const auto slice = part().store->verify(at_, pace_.slice_bytes());
  if (!slice) {
    if (slice.error().code == fault_code::corrupt)
      return meet(slice.error());
    log::error("scrub", "scrub_failed", {{"store", part().name()}}, slice.error().message);
    find(slice.error().message);
    return stop_round();
  }
  take(*slice);
  const auto pause = pace_.pause_ms(slice->bytes, time_.now().monotone_ms - now);
  slice->end ? next_part(pause) : wake_after(pause);
}

void scrub_actor::meet(const fault& damage) {
  if (++damaged_times_ == 1) {
    damage_of_part().Increment();
    ++round_.bad;
    find(damage.message);
  }
  log::error("scrub", "scrub_damage", {{"store", part().name()}, {"times", damaged_times_}}, damage.message);
  if (damaged_(part(), damage, damaged_times_) == after_damage::node_ends) {
    running_ = false;
    return;
  }
  at_ = {};
  damaged_times_ == looks_max ? next_part(1) : wake_after(look_again_ms);
}

void scrub_actor::next_part(std::int64_t pause_ms) {
  damaged_times_ = 0;
  if (part_ + 1 == parts_.size())
    return end_round();
  ++part_;
  wake_after(pause_ms);
}

void scrub_actor::take(const scrub_slice& slice) {
  metrics_.pages.Increment(static_cast<double>(slice.pages));
  round_.pages += slice.pages;
  round_.bytes += slice.bytes;
  round_.bad += slice.bad_rows;
  round_.mended += slice.mended;
  damage_of_part().Increment(static_cast<double>(slice.bad_rows + slice.mended));
  if (slice.bad_rows > 0) {
    find(slice.bad_row);
    log::error("scrub", "scrub_bad_rows", {{"store", part().name()}, {"rows", slice.bad_rows}},
               slice.bad_row + "; reading it says corrupt. Restore it from a backup or another node");
  }
  if (!slice.rows_differ.empty()) {
    damage_of_part().Increment();
    ++round_.bad;
    find(slice.rows_differ);
    log::error("scrub", "scrub_rows_differ", {{"store", part().name()}}, slice.rows_differ);
  }
  if (slice.mended > 0)
    log::warn("scrub", "scrub_mended", {{"store", part().name()}, {"pages", slice.mended}},
              "the disk had lost pages that memory still had: they were written anew. Look at the disk");
  if (slice.end && damaged_times_ > 0)
    log::warn("scrub", "scrub_damage_gone", {{"store", part().name()}},
              "what was damaged is not there any more, and all of it is whole: it can be started on again");
  round_.progress = (static_cast<double>(part_) + slice.share) / static_cast<double>(parts_.size());
  metrics_.progress.Set(round_.progress);
  at_ = slice.end ? scrub_cursor{} : slice.next;
}

void scrub_actor::end_round() {
  const auto now = time_.now();
  round_.ended_at = now.wall_ms;
  if (pace_.by_itself())
    metrics_.finished.Set(seconds(now.wall_ms));
  log::info("scrub", "scrub_ended",
            {{"ms", now.monotone_ms - began_at_}, {"bad", round_.bad}, {"mended", round_.mended}}, "");
  stop_round();
}

/// The first finding of a round is the one that is shown; the log has all.
void scrub_actor::find(const std::string& what) {
  if (round_.finding.empty())
    round_.finding = what;
}

void scrub_actor::stop_round() {
  running_ = false;
  metrics_.progress.Set(0);
  const auto now = time_.now().monotone_ms;
  pace_.ended(now);
  if (pace_.by_itself())
    wake_after(std::min(look_ms, pace_.next_in_ms(now)));
}

} // namespace orderd::runtime

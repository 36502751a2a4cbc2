#include "cluster/node/node_events.hpp"

#include <cmath>
#include <utility>

namespace orderd::cluster {

namespace {

/// As of runtime/engine/shard_runner.cpp, which says it in the log.
constexpr double clock_far_s = 300;

std::string counted(std::uint64_t count, const char* one, const char* more) {
  return std::to_string(count) + ' ' + (count == 1 ? one : more);
}

} // namespace

std::vector<v1::node_event> node_events::see(const node_reading& now) {
  seen_.clear();
  at_ms_ = now.at_ms;
  said_.resize(now.shards.size());
  for (shard_ = 0; shard_ < now.shards.size(); ++shard_) {
    const auto& reading = now.shards[shard_];
    auto& said = said_[shard_];
    see_lead(reading, said);
    see_copies(reading, said);
    see_quarantine(reading, said);
    see_clock(reading, said);
  }
  return std::exchange(seen_, {});
}

void node_events::see_lead(const shard_reading& now, shard_said& said) {
  if (said.term != 0 && (!now.led || (now.serving && now.term != said.term))) {
    // A lead that was taken back within a second was lost all the same.
    add("lost_the_lead", said.term, "leads shard " + std::to_string(shard_) + " no more");
    said = {};
  }
  if (now.serving && said.term == 0) {
    said.term = now.term;
    said.quarantined = now.quarantined;
    auto& event = add("took_over", now.term, "leads shard " + std::to_string(shard_));
    event.set_took_ms(static_cast<std::uint64_t>(std::lround(now.takeover_s * 1e3)));
  } else if (said.term != 0 && now.serving == said.refuses) {
    said.refuses = !now.serving;
    if (said.refuses)
      add("refuses", now.term,
          "shard " + std::to_string(shard_)
              + " takes nothing new: too few of its copies are in sync and answer");
    else
      add("accepts", now.term, "shard " + std::to_string(shard_) + " takes orders again");
  }
}

void node_events::see_copies(const shard_reading& now, shard_said& said) {
  if (!now.led)
    said.missing_copies = 0;
  if (!now.led || now.missing_copies == said.missing_copies)
    return;
  const auto before = std::exchange(said.missing_copies, now.missing_copies);
  if (now.missing_copies > before)
    add("copies_missing", now.term,
        counted(now.missing_copies, "copy", "copies") + " of shard " + std::to_string(shard_)
            + (now.missing_copies == 1 ? " is" : " are") + " not in sync");
  else
    add("copies_back", now.term,
        now.missing_copies == 0 ? "every copy of shard " + std::to_string(shard_) + " is in sync"
                                : counted(now.missing_copies, "copy", "copies") + " of shard "
                                      + std::to_string(shard_) + " still missing");
}

void node_events::see_quarantine(const shard_reading& now, shard_said& said) {
  if (said.term == 0 || now.quarantined == said.quarantined)
    return;
  const auto before = std::exchange(said.quarantined, now.quarantined);
  const bool more = now.quarantined > before;
  add(more ? "quarantined" : "released", now.term,
      counted(more ? now.quarantined - before : before - now.quarantined, "entity", "entities")
          + (more ? " quarantined, " : " no longer quarantined, ") + counted(now.quarantined, "waits", "wait")
          + " for a person");
}

void node_events::see_clock(const shard_reading& now, shard_said& said) {
  const bool far = std::abs(now.clock_ahead_s) > clock_far_s;
  if (far == said.clock_far)
    return;
  said.clock_far = far;
  if (far)
    add("clock_far", now.term,
        "the wall clock is " + std::to_string(std::llround(now.clock_ahead_s))
            + " s ahead of the time of shard " + std::to_string(shard_));
  else
    add("clock_near", now.term, "the wall clock agrees with the time of shard " + std::to_string(shard_));
}

v1::node_event& node_events::add(const char* what, std::uint64_t term, std::string text) {
  auto& made = seen_.emplace_back();
  made.set_at_ms(at_ms_);
  made.set_what(what);
  made.set_shard(shard_);
  made.set_of_shard(true);
  made.set_term(term);
  made.set_text(std::move(text));
  return made;
}

} // namespace orderd::cluster

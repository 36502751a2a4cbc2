#include "cluster/node/node_actor.hpp"

#include "actors/audit/auditor.hpp"
#include "actors/public/replies.hpp"
#include "actors/requests/request_decoder.hpp"
#include "cluster/directory/messages.hpp"
#include "cluster/gateway/messages.hpp"
#include "cluster/node/messages.hpp"
#include "cluster/node/node_answers.hpp"
#include "cluster/replica_host/missed_copies.hpp"
#include "cluster/wire/version.hpp"
#include "config/limits.hpp"
#include "runtime/base/log.hpp"

#include <caf/policy/select_all.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace orderd::cluster {

namespace {

constexpr std::chrono::milliseconds disk_interval{250};
// New orders are welcome again this much below the limit, so that the answer does not flicker.
constexpr double hysteresis = 0.01;
// However large the disk: what orders already accepted may still need.
constexpr std::uint64_t reserve_bytes = 8u << 20;
constexpr std::uint32_t audit_retry_after_ms = 1'000;

runtime::fault audit_under_way() {
  return {runtime::fault_code::overloaded, "an audit is under way", audit_retry_after_ms};
}

void describe(const runtime::shard_description& how, v1::shard_status& into) {
  into.set_shard(how.shard);
  into.set_term(how.term);
  into.set_committed_epoch(how.committed_epoch);
  into.set_applied_epoch(how.applied_epoch);
  into.set_live_entities(how.live_entities);
  into.set_unsettled_orders(how.unsettled);
  into.set_quarantined(how.quarantined);
  into.set_channel_backlog(how.channel_backlog);
  into.set_unapplied_bytes(how.unapplied_bytes);
  *into.mutable_missed() = said_of(how.missed);
  into.set_refusing_because(how.refusing_because);
}

/// Of all shards the longest turns.
void describe_turns(const std::vector<runtime::shard_description>& shards, v1::node_status& into) {
  auto& all = *into.mutable_longest_turns();
  for (const auto& shard : shards)
    for (const auto& each : shard.longest_turns) {
      auto& turn = *all.Add();
      turn.set_shard(shard.shard);
      turn.set_what(each.what);
      turn.set_took_us(static_cast<std::uint64_t>(each.took / std::chrono::microseconds{1}));
      turn.set_at_ms(each.at_ms);
    }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.took_us() > b.took_us(); });
  if (const auto named = static_cast<int>(runtime::long_turns::named); all.size() > named)
    all.DeleteSubrange(named, all.size() - named);
}

void describe_stages(const runtime::metrics& metrics, v1::node_status& into) {
  const std::pair<const char*, const runtime::histogram&> stages[]{{"queue", metrics.queue_stage},
                                                                   {"epoch", metrics.epoch_stage},
                                                                   {"commit", metrics.commit_stage},
                                                                   {"reply", metrics.reply_stage}};
  for (const auto& [name, durations] : stages) {
    const auto counted = durations.collect().histogram;
    auto& stage = *into.add_stages();
    stage.set_stage(name);
    stage.set_requests(counted.sample_count);
    stage.set_total_us(static_cast<std::uint64_t>(counted.sample_sum * 1e6));
  }
}

v1::reply scrub_view(const runtime::scrub_description& how) {
  v1::reply body;
  auto& out = *body.mutable_scrub_status();
  out.set_running(how.running);
  out.set_progress(how.progress);
  out.set_begun_at_ms(how.begun_at);
  out.set_ended_at_ms(how.ended_at);
  out.set_pages(how.pages);
  out.set_bytes(how.bytes);
  out.set_bad(how.bad);
  out.set_mended(how.mended);
  out.set_finding(how.finding);
  out.set_next_in_ms(how.next_in_ms);
  out.set_looking_at(how.looking_at);
  return body;
}

std::string percent(double share) {
  return std::to_string(std::lround(share * 100)) + " %";
}

} // namespace

node_actor::node_actor(caf::actor_config& config, node_dependencies given)
    : caf::event_based_actor(config), given_(std::move(given)), started_at_(clock().now()),
      started_at_ms_(given_.clock.now().wall_ms),
      readings_(given_.metrics, given_.cluster_metrics, static_cast<std::uint32_t>(given_.shards.size())),
      history_(given_.metrics.request_duration.bounds()) {
  // Itself, until the directory has told of all.
  using known = const std::map<std::uint32_t, known_node>;
  nodes_ = std::make_shared<known>(
      known{{given_.self.node, {{given_.self.incarnation, given_.boot}, given_.client_endpoint, ""}}});
}

caf::behavior node_actor::make_behavior() {
  begin_history();
  look_at_disk();
  return {
      [this](const node_question& question) { answer(question); },
      [this](look_at_disk_again) {
        look_at_disk();
        runtime::log::say_left_out();
      },
      [this](read_metrics_again) { read_metrics(); },
      [this](const nodes_seen& seen) { nodes_ = seen.nodes; },
      [this](const directory_known& known) { directory_ = known.directory; },
  };
}

void node_actor::answer(const node_question& question) {
  const auto gateway = caf::actor_cast<caf::actor>(current_sender());
  switch (question.what) {
  case actors::node_request::get_status:
    return ask_shards(question, gateway, [this](const auto& shards) { return status(shards); });
  case actors::node_request::get_cluster:
    return answer_cluster(question, gateway);
  case actors::node_request::get_configuration:
    return answer_configuration(question, gateway);
  case actors::node_request::change_configuration:
    return change_configuration(question, gateway);
  case actors::node_request::run_audit:
    return answer_audit(question, gateway);
  case actors::node_request::get_scrub:
    return answer_scrub(question, gateway, false);
  case actors::node_request::scrub_now:
    return answer_scrub(question, gateway, true);
  case actors::node_request::list_lost:
    return list_lost(question, gateway);
  case actors::node_request::accept_lost:
    return accept_lost(question, gateway);
  case actors::node_request::get_history:
    return answer_history(question, gateway);
  case actors::node_request::get_log:
    return answer_log(question, gateway);
  }
}

std::chrono::milliseconds node_actor::time_left(const node_question& question) const {
  return std::chrono::milliseconds{
      std::max<std::int64_t>(1, question.deadline_at - given_.clock.now().monotone_ms)};
}

void node_actor::ask_shards(const node_question& question, const caf::actor& gateway,
                            const shards_answer& answered) {
  const auto to = question.from;
  fan_out_request<caf::policy::select_all>(given_.shards, time_left(question), runtime::describe_shard{})
      .then(
          [this, to, gateway, answered](std::vector<runtime::shard_description> shards) {
            std::sort(shards.begin(), shards.end(),
                      [](const auto& a, const auto& b) { return a.shard < b.shard; });
            send(gateway, runtime::one_reply(to, actors::reply_body(answered(shards))));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("a shard does not answer", why)));
          });
}

v1::reply node_actor::status(const std::vector<runtime::shard_description>& shards) const {
  v1::reply body;
  auto& status = *body.mutable_node_status();
  status.set_version(version);
  status.set_uptime_ms(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(clock().now() - started_at_).count()));
  for (const auto& each : shards)
    describe(each, *status.add_shards());
  describe_turns(shards, status);
  describe_stages(given_.metrics, status);
  status.set_disk_used(disk_used_);
  status.set_admitting(!refusal_);
  if (refusal_)
    status.set_refusing_because(refusal_->message);
  return body;
}

void node_actor::answer_audit(const node_question& question, const caf::actor& gateway) {
  const auto to = question.from;
  if (!auditing_.expired())
    return send(gateway, refusal(to, audit_under_way()));
  const auto claim = std::make_shared<const char>();
  auditing_ = claim;
  fan_out_request<caf::policy::select_all>(given_.shards, time_left(question), runtime::describe_shard{})
      .then(
          // NOLINTNEXTLINE(performance-unnecessary-value-param): select_all takes nothing else
          [this, question, gateway, claim](std::vector<runtime::shard_description> shards) {
            audit(question, gateway, shards);
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("a shard does not answer", why)));
          });
}

void node_actor::audit(const node_question& question, const caf::actor& gateway,
                       const std::vector<runtime::shard_description>& shards) {
  const auto to = question.from;
  std::vector<runtime::unix_ms> times(shards.size()); // Each shard has its own.
  for (const auto& each : shards)
    times.at(each.shard) = each.time_ms;
  std::shared_ptr<actors::auditor> auditor = actors::make_auditor(std::move(times));
  auditing_ = auditor;
  request(given_.applier, time_left(question), runtime::inspect_state{auditor})
      .then(
          [this, to, gateway, auditor](const runtime::inspection_done& outcome) {
            if (outcome.failure)
              return send(gateway, refusal(to, *outcome.failure));
            v1::reply body;
            *body.mutable_audit_report() = auditor->report();
            send(gateway, runtime::one_reply(to, actors::reply_body(body)));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("the audit is not done", why)));
          });
}

void node_actor::answer_scrub(const node_question& question, const caf::actor& gateway, bool begin) {
  const auto to = question.from;
  if (!given_.scrub)
    return send(gateway, refusal(to, {runtime::fault_code::unavailable, "this node looks through nothing"}));
  request(given_.scrub, time_left(question), runtime::ask_scrub{begin})
      .then(
          [this, to, gateway](const runtime::scrub_description& how) {
            send(gateway, runtime::one_reply(to, actors::reply_body(scrub_view(how))));
          },
          [this, to, gateway](const caf::error& why) {
            send(gateway, refusal(to, no_answer("the scrub does not answer", why)));
          });
}

void node_actor::look_at_disk() {
  delayed_send(this, disk_interval, look_at_disk_again{});
  const auto space = given_.disk.space();
  if (!space)
    return admit(space.error());
  disk_used_ = space->used;
  const auto filled = given_.disk.journal().filled();
  show_disk(*space, filled);
  const auto below = refusal_ ? hysteresis : 0;
  if (filled >= limits::journal_filled_max - below)
    return admit(runtime::fault{runtime::fault_code::storage_full,
                                "the journal is " + percent(filled) + " full, new orders are accepted below "
                                    + percent(limits::journal_filled_max)
                                    + "; orderd_journal_shard_bytes says whose epochs it keeps",
                                1'000});
  if (disk_used_ < given_.disk_used_max - below && space->free_bytes >= reserve_bytes)
    return admit(std::nullopt);
  admit(runtime::fault{runtime::fault_code::storage_full,
                       "the disk is " + percent(disk_used_) + " full, new orders are accepted below "
                           + percent(given_.disk_used_max) + " with at least 8 MiB free",
                       1'000});
}

void node_actor::show_disk(const runtime::disk_space& space, double journal_filled) {
  auto& page = given_.metrics;
  page.disk_used.Set(space.used);
  page.journal_filled.Set(journal_filled);
  page.saturation.at("disk").Set(space.used / given_.disk_used_max);
  page.saturation.at("journal").Set(journal_filled / limits::journal_filled_max);
  double state_bytes = 0;
  page.state_bytes.each([&](const auto&, const auto&, const auto& each) { state_bytes += each.Value(); });
  page.disk_bytes.at("state").Set(state_bytes);
  page.disk_bytes.at("journal").Set(page.journal_bytes.Value());
  page.disk_bytes.at("free").Set(static_cast<double>(space.free_bytes));
}

void node_actor::admit(std::optional<runtime::fault> refusal) {
  if (refusal.has_value() == refusal_.has_value())
    return;
  if (refusal)
    runtime::log::warn("node", "refusing_new_orders", {{"disk_used", disk_used_}}, refusal->message);
  else
    runtime::log::info("node", "accepting_new_orders", {{"disk_used", disk_used_}}, "");
  refusal_ = std::move(refusal);
  note_admission();
  for (const auto& shard : given_.shards)
    send(shard, runtime::admit_new_work{refusal_});
}

} // namespace orderd::cluster

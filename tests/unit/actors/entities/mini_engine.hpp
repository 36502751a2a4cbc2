// A small engine in memory for tests of the business: it loads entities, runs turns, keeps rows, delivers
// commands in order, fires timers and makes provider calls. No CAF, no disk, no threads.
//
// Commands between shards wait in their channel, in stored form, until `deliver_one` chooses it, so a test
// decides what overtakes what. Everything random comes from the test's seed.
#pragma once

#include "actors/entities/simulated_provider.hpp"
#include "actors/public/public.pb.h"
#include "runtime/entity/entity.hpp"
#include "tests/unit/actors/requests/memory_rows.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace orderd::actors::test {

class mini_engine {
public:
  struct options {
    std::uint32_t shards = 1;
    config::provider_settings provider = {};
    std::uint64_t seed = 1;
    /// How often, of a hundred turns, the entity is forgotten afterwards and loaded from its rows again.
    int forget_percent = 0;
  };
  explicit mini_engine(options with);

  /// Sends a request; its caller is named by the number that comes back.
  int send(const v1::request& what);

  /// The answers a caller has got.
  const std::vector<v1::reply>& answers(int caller) { return answers_[caller]; }
  /// Sends, runs until nothing happens without time, and gives the one answer.
  v1::reply ask(const v1::request& what);

  /// One step of what waits in channels, provider calls and (when nothing else) timers, chosen by chance.
  /// False: nothing waits at all.
  bool deliver_one();
  /// Until nothing waits but timers.
  void run();
  /// Until nothing waits at all; time moves on to the timers.
  void run_to_rest();

  void stop_provider(bool stopped) { provider_stopped_ = stopped; }
  void forget_everything() { live_.clear(); }
  v1::audit_report audit();
  int unsettled() const { return unsettled_; }
  /// How those stand that have work to do, as their turns said. It is held against what their rows say.
  const std::map<std::string, runtime::standing>& standings() const { return standings_; }
  std::size_t waiting_callers() const;
  std::size_t timers() const { return timers_.size(); }
  memory_rows& rows(std::uint32_t shard = 0) { return rows_[shard]; }
  runtime::unix_ms now() const { return now_; }
  std::uint64_t turns() const { return turns_; }
  const runtime::business& rules() const { return *rules_; }

  /// Delivers a command now, as if it had just arrived.
  void deliver(const runtime::entity_id& to, const runtime::command& what, std::optional<int> caller);

private:
  using timer_id = std::pair<std::string, std::uint8_t>; ///< row key of the entity, name
  struct timer {
    runtime::unix_ms due_at = 0;
    runtime::entity_id entity;
    std::string stored;
  };
  struct call {
    runtime::entity_id entity;
    runtime::provider_call what;
  };

  std::uint32_t shard_of(const runtime::entity_id& id) const;
  runtime::entity& live(const runtime::entity_id& id);
  void take(const runtime::entity_id& id, runtime::effects& done, std::optional<int> caller);
  void keep_rows(const runtime::entity_id& id, runtime::effects& done);
  void keep_standing(const runtime::entity_id& id, const runtime::effects& done);
  void answer(int caller, const runtime::reply_body& body);
  void send_on(std::uint32_t from, runtime::addressed_command command);
  void run_local();
  bool deliver_from_channel();
  bool answer_call();
  bool fire_timer();

  options options_;
  std::unique_ptr<const runtime::business> rules_;
  simulated_provider provider_;
  std::mt19937_64 random_;
  runtime::unix_ms now_ = 1'700'000'000'000;
  std::vector<memory_rows> rows_;
  std::unordered_map<runtime::entity_id, std::unique_ptr<runtime::entity>, runtime::entity_id_hash> live_;
  std::deque<runtime::addressed_command> local_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<std::pair<runtime::entity_id, std::string>>>
      channels_;
  std::deque<call> calls_;
  std::map<timer_id, timer> timers_;
  std::unordered_map<runtime::entity_id, std::vector<int>, runtime::entity_id_hash> waiting_;
  std::map<int, std::vector<v1::reply>> answers_;
  int waiters_ = 0;
  int unsettled_ = 0;
  std::map<std::string, runtime::standing> standings_; ///< by readable key
  bool provider_stopped_ = false;
  std::uint64_t turns_ = 0;
};

} // namespace orderd::actors::test

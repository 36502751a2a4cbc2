// One shard engine on a bench: wallets for its business, a disk in memory, and every output in the test's
// hands. Nothing becomes durable, applied or released by itself.
//
//   shard_rig rig;
//   const auto id = rig.ask("a1", "add 5");
//   rig.settle();                            // commits and applies until nothing is left to do
//   EXPECT_EQ(rig.reply(id), "balance 5");
#pragma once

#include "runtime/shard/shard.hpp"
#include "runtime/storage/recovery.hpp"
#include "tests/support/append.hpp"
#include "tests/support/entity_host.hpp"
#include "tests/support/memory_storage.hpp"
#include "tests/support/wallets.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orderd::test {

using row_map = std::map<runtime::row_key, std::string>;

inline void apply_to(row_map& rows, const runtime::epoch& what) {
  for (const auto& write : what.writes) {
    if (write.value)
      rows[write.key] = *write.value;
    else
      rows.erase(write.key);
  }
}

/// What a query of a wallet's row says, scanning or not; for tests, an answer that throws.
class wallet_query : public runtime::query {
public:
  enum class way : std::uint8_t { row, scan, throws };
  wallet_query(std::string name, way how) : name_(std::move(name)), how_(how) {}
  bool scans() const noexcept override { return how_ == way::scan; }
  runtime::result<runtime::reply_body> answer(runtime::shard_view& view) const override {
    using runtime::reply_outcome;
    if (how_ == way::throws)
      throw std::runtime_error("a query that fails");
    if (how_ == way::row) {
      const auto rows = view.rows(wallet(name_));
      if (!rows)
        return rows.error();
      return rows->state ? runtime::reply_body{reply_outcome::ok, *rows->state}
                         : runtime::reply_body{reply_outcome::rejection, "none"};
    }
    std::string all;
    const auto done = view.scan(runtime::table::state, {}, {}, false, [&](auto key, auto value) {
      all += std::string{key.substr(1)} + '=' + std::string{value} + ';';
      return runtime::result<runtime::state_reader::step>{runtime::state_reader::step::next};
    });
    if (!done)
      return done.error();
    return runtime::reply_body{reply_outcome::ok, all};
  }

private:
  std::string name_;
  way how_;
};

class shard_rig : private runtime::shard_port {
public:
  explicit shard_rig(runtime::shard_options options = {}) : options_(options) { start(); }

  // -- requests ---------------------------------------------------------------------------------

  /// Asks and finishes the batch; gives the request's id.
  std::uint64_t ask(std::string_view name, const std::string& command, bool new_work = false) {
    return ask_aged({}, name, command, new_work);
  }
  std::uint64_t ask_aged(std::chrono::nanoseconds age, std::string_view name, const std::string& command,
                         bool new_work) {
    runtime::request one{{1, ++last_id_}, now + timeout_ms, {}};
    one.what = runtime::entity_request{{wallet(name), parse_wallet_command(command)}, new_work};
    return hand_in(std::move(one), age);
  }
  std::uint64_t query(std::string name, wallet_query::way how) {
    runtime::request one{{1, ++last_id_}, now + timeout_ms, {}};
    one.what = runtime::query_request{std::make_unique<wallet_query>(std::move(name), how)};
    return hand_in(std::move(one), {});
  }
  /// `by`: the wallet that is told.
  std::uint64_t resolve(std::string_view name, bool retry, const std::string& by = {}) {
    runtime::request one{{1, ++last_id_}, now + timeout_ms, {}};
    one.what = runtime::resolve_request{wallet(name),
                                        retry,
                                        {runtime::reply_outcome::ok, "resolved"},
                                        {runtime::reply_outcome::rejection, "not quarantined"},
                                        by};
    return hand_in(std::move(one), {});
  }

  /// What the request was answered: all answers, joined by '+'; "" while there is none.
  std::string reply(std::uint64_t id) const {
    std::string all;
    for (const auto& [answered, body] : replies)
      if (answered == id)
        all += (all.empty() ? "" : "+") + body;
    return all;
  }
  /// As which outcome it was answered last.
  std::string_view outcome(std::uint64_t id) const { return to_string(outcomes.at(id)); }

  // -- time and disk ----------------------------------------------------------------------------

  runtime::instant instant() const { return {now, now + wall_ahead}; }
  void tick(std::int64_t ms) {
    now += ms;
    engine_->tick(instant());
    engine_->finish();
  }
  /// Makes the epoch under way durable, if there is one.
  bool commit() {
    if (!appended)
      return false;
    journal.push_back(std::exchange(appended, nullptr));
    expect(test::append(disk_->journal(), {journal.back()}));
    engine_->durable(options_.self, journal.back()->number);
    engine_->finish();
    return true;
  }
  /// Applies what is committed.
  bool apply_all() {
    if (to_apply.empty())
      return false;
    const auto epochs = std::exchange(to_apply, {});
    expect(disk_->state(options_.shard).apply(epochs));
    engine_->applied(epochs.back()->number);
    engine_->finish();
    return true;
  }
  void settle() {
    while (commit() || apply_all())
      continue;
  }
  /// The process dies: what is not in the journal is gone. Another one starts on the same disk.
  void crash() {
    appended = nullptr;
    to_apply.clear();
    platter_.crash();
    start();
  }
  /// Puts a row on the disk behind the engine's back, and starts again.
  void plant(const runtime::row_key& key, std::string value) {
    runtime::require(!appended, "an epoch is under way");
    auto made = std::make_shared<runtime::epoch>();
    made->shard = options_.shard;
    made->term = options_.term;
    made->number = journal.size() + 1;
    made->previous_term = journal.empty() ? 0 : journal.back()->term;
    made->time_ms = engine_->time();
    made->writes.push_back({key, std::move(value)});
    journal.push_back(std::move(made));
    expect(test::append(disk_->journal(), {journal.back()}));
    crash();
  }

  /// Damages a row on the disk; the next process meets it. Pre: it is there, and applied.
  void damage(const runtime::row_key& key) {
    runtime::require(platter_.damage_value(options_.shard, key, 1), "no such row to damage");
    crash();
  }

  // -- what the engine does, for tests to see ---------------------------------------------------

  runtime::shard& engine() { return *engine_; }
  const runtime::shard_options& options() const { return options_; }
  /// All durable rows, and how many of a table.
  row_map rows() const {
    row_map all;
    for (const auto& each : journal)
      apply_to(all, *each);
    return all;
  }
  std::size_t rows_in(runtime::table in) const {
    const auto all = rows();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [in](const auto& row) { return row.first.in() == in; }));
  }

  wallets rules;
  std::int64_t now = 1'000'000; ///< monotone; the wall clock says the same and `wall_ahead` more
  std::int64_t wall_ahead = 0;
  std::int64_t timeout_ms = 5'000;
  std::vector<runtime::epoch_ptr> journal;
  runtime::epoch_ptr appended; ///< handed over, not durable yet
  std::vector<runtime::epoch_ptr> to_apply;
  int apply_now_asked = 0;
  std::vector<std::pair<std::uint64_t, std::string>> replies;
  std::map<std::uint64_t, runtime::reply_outcome> outcomes;
  std::vector<std::pair<std::uint32_t, std::vector<runtime::channel_command>>> sent;
  struct acknowledgement {
    std::uint32_t source = 0;
    std::uint64_t upto = 0;
    bool started = false;
    friend bool operator==(const acknowledgement&, const acknowledgement&) = default;
  };
  std::vector<acknowledgement> acknowledgements;
  std::vector<runtime::provider_calls::entry> calls;

private:
  void append(runtime::epoch_ptr closed, std::size_t) override {
    runtime::require(!appended, "a second epoch while one is under way");
    appended = std::move(closed);
  }
  void apply(runtime::epoch_ptr committed) override { to_apply.push_back(std::move(committed)); }
  void apply_now() override { ++apply_now_asked; }
  void release(runtime::shard_outputs outputs) override {
    for (const auto& each : outputs.replies) {
      replies.emplace_back(each.to.request_id, *each.body);
      outcomes[each.to.request_id] = each.outcome;
    }
    for (auto& [destination, commands] : outputs.commands)
      sent.emplace_back(destination, std::move(commands));
    for (const auto& [source, upto] : outputs.acknowledgements)
      acknowledgements.push_back({source, upto, outputs.started});
    for (auto& each : outputs.calls)
      calls.push_back(std::move(each));
  }

  std::uint64_t hand_in(runtime::request one, std::chrono::nanoseconds age) {
    std::vector<runtime::request> batch;
    batch.push_back(std::move(one));
    engine_->requests(std::move(batch), age, instant());
    engine_->finish();
    return last_id_;
  }

  static void expect(const runtime::result<void>& done) {
    runtime::require(static_cast<bool>(done), "the disk in memory failed");
  }

  void start() {
    engine_.reset(); // The old engine's entities before their host, its reader before the disk.
    host_ = make_entity_host();
    disk_ = platter_.open();
    const auto recovered = runtime::recover(*disk_);
    runtime::require(static_cast<bool>(recovered), "the disk in memory does not recover");
    options_.last = (*recovered)[options_.shard].last;
    auto reader = disk_->state(options_.shard).reader();
    runtime::require(static_cast<bool>(reader), "the disk in memory cannot be read");
    runtime::shard_port& port = *this;
    engine_ = std::make_unique<runtime::shard>(options_, rules, *host_, *std::move(reader), port);
    expect(engine_->recover(instant()));
  }

  runtime::shard_options options_;
  memory_disk platter_{options_.shards};
  std::unique_ptr<runtime::storage> disk_;
  std::unique_ptr<runtime::entity_host> host_;
  std::unique_ptr<runtime::shard> engine_;
  std::uint64_t last_id_ = 0;
};

} // namespace orderd::test
